import { createWriteStream, type WriteStream } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import type { EventReader } from './adapter.ts';
import { LineSplitter, type Line } from './line-splitter.ts';
import type { Redact } from './redaction.ts';
import { withoutMarkers } from './result.ts';
import { oneLine } from './step-error.ts';

/**
 * What an agent may print in one run, on both streams together. Hours of work are a few megabytes, so whoever prints this much is caught in a
 * loop, and would pay for it until a deadline that may not be set.
 */
export const MOST_OUTPUT_BYTES = 100_000_000;

export interface AgentOutputOptions {
  readonly reader: EventReader;
  /** What the agent says of its own secrets is in none of the places below. */
  readonly redact: Redact;
  /** The readable log. */
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Keeps what the agent wrote to standard output, an event or a line of text per line. */
  readonly eventsFile: string;
  /** Another run was before, and what it kept stays. */
  readonly isContinued?: boolean;
  /** Called whenever something was printed. */
  readonly onOutput: () => void;
  /** Called once, when `MOST_OUTPUT_BYTES` were printed. What comes after them is thrown away. */
  readonly onTooMuch: () => void;
  /** Called when the reader finds the run hopeless; more than once if the agent goes on. */
  readonly onHopeless: () => void;
  /** Called when the agent has told something. Left out: nobody waits for that. */
  readonly onEvents?: () => Promise<void>;
}

const LONGEST_FOREIGN_LINE = 2_000;

/**
 * Reads what an agent prints to the end: events become readable lines, everything else is passed on as text, memory stays bounded by one event.
 *
 * @returns the last line that was written to standard error, or to standard output outside the format of the events.
 */
export async function readAgentOutput(agent: { readonly stdout: Readable; readonly stderr: Readable }, options: AgentOutputOptions): Promise<string> {
  const { reader, redact } = options;
  let leftBytes = MOST_OUTPUT_BYTES;
  let lastLine = '';

  await Promise.all([
    copy(agent.stdout, options.stdout, readEvents, keptIn(options.eventsFile, options.isContinued ? 'a' : 'w')),
    copy(agent.stderr, options.stderr, (lines) => passOn(lines.map(({ text }) => text))),
  ]);
  return lastLine;

  async function copy(from: Readable, to: Writable, render: (lines: readonly Line[]) => Rendered, file?: KeptFile): Promise<void> {
    const splitter = new LineSplitter();
    const print = async (lines: readonly Line[]) => {
      const { shown, kept } = render(lines);
      if (reader.isHopeless?.()) options.onHopeless();
      await options.onEvents?.();
      if (kept.length > 0) await file?.write(`${kept.join('\n')}\n`);
      if (shown.length > 0) await write(to, `${withoutMarkers(shown.join('\n'))}\n`);
    };
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) {
        options.onOutput();
        if (leftBytes <= 0) continue;
        leftBytes -= chunk.length;
        if (leftBytes <= 0) options.onTooMuch();
        await print([...splitter.push(chunk)]);
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error; // given up by whoever started the agent
    }
    await print([...splitter.end()]);
    await file?.end();
  }

  function readEvents(lines: readonly Line[]): Rendered {
    const parts: Rendered[] = [];
    let foreign: string[] = [];
    for (const { text, cut } of lines) {
      const event = cut ? undefined : eventIn(text, redact);
      if (event === undefined && !(cut && text.startsWith('{'))) {
        foreign.push(text);
        continue;
      }
      parts.push(passOn(foreign));
      foreign = [];
      // Its end is missing, so it says nothing; its beginning in the log would be noise.
      parts.push(cut ? { shown: ['! an event was too long to read'], kept: [] } : { shown: reader.read(event), kept: [JSON.stringify(event)] });
    }
    parts.push(passOn(foreign));
    return { shown: parts.flatMap(({ shown }) => shown), kept: parts.flatMap(({ kept }) => kept) };
  }

  function passOn(lines: readonly string[]): Rendered {
    if (lines.length === 0) return { shown: [], kept: [] };
    // Before it is shortened: half a secret would not be known for one.
    const kept = redact(lines.join('\n')).split('\n');
    const shown = kept.map((line) => oneLine(line, LONGEST_FOREIGN_LINE));
    lastLine = shown.findLast((line) => line !== '') ?? lastLine;
    return { shown, kept };
  }
}

/** What lines come to: in the log, and in the file. */
interface Rendered {
  readonly shown: readonly string[];
  readonly kept: readonly string[];
}

/** The event of a line, without secrets: its texts are looked at as they are, not as JSON writes them. Undefined for what is none. */
function eventIn(line: string, redact: Redact): unknown {
  if (!line.trimStart().startsWith('{')) return undefined;
  try {
    return JSON.parse(line, (_, value: unknown) => (typeof value === 'string' ? redact(value) : value));
  } catch {
    return undefined;
  }
}

interface KeptFile {
  write(text: string): Promise<void>;
  end(): Promise<void>;
}

/** A file that stops growing at the first error: it is a convenience, the run goes on without it. */
function keptIn(path: string, flags: 'a' | 'w'): KeptFile {
  let file: WriteStream | undefined = createWriteStream(path, { flags, mode: 0o600 });
  file.on('error', () => (file = undefined));
  return {
    async write(text) {
      if (file) await write(file, text);
    },
    async end() {
      if (file) await new Promise<void>((resolve) => file!.end(() => resolve()));
    },
  };
}

/** Waits while the reader of the stream is slower than the agent: memory would grow instead. */
function write(to: Writable, text: string): Promise<void> | undefined {
  if (to.destroyed || to.write(text)) return undefined;
  return new Promise((resolve) => {
    const done = () => {
      to.off('drain', done);
      to.off('close', done);
      resolve();
    };
    to.on('drain', done);
    to.on('close', done);
  });
}
