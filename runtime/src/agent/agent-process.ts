import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../kube/clock.ts';
import type { AgentCommand, EventReader } from './adapters/adapter.ts';
import { exitCodeOf } from './command.ts';
import type { Env } from './layout.ts';
import { LineSplitter, type Line } from './line-splitter.ts';
import type { Redact } from './redaction.ts';
import { withoutMarkers } from './result.ts';
import { oneLine } from './step-error.ts';

export interface AgentProcessOptions {
  readonly command: AgentCommand;
  readonly reader: EventReader;
  readonly cwd: string;
  readonly env: Env;
  readonly clock: Clock;
  /** The readable log. */
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Keeps the agent's output byte for byte, up to 256 MiB. */
  readonly eventsFile: string;
  /** What the agent says of its own secrets does not reach the log. */
  readonly redact: Redact;
  /** Ends the agent: politely, and ten seconds later for certain. */
  readonly signal?: AbortSignal;
}

export interface AgentExit {
  /** As a shell counts. */
  readonly code: number;
  readonly signal?: NodeJS.Signals;
  /** The last line that it wrote to standard error, or to standard output outside its event format. */
  readonly lastLine: string;
}

/** Of a grace period of 30 s, this leaves time for the capture. */
const STOP_GRACE_MS = 10_000;
/** How long output is awaited once the agent has ended: something it left behind may hold the pipe open. */
const DRAIN_MS = 5_000;
const LARGEST_EVENTS_FILE_BYTES = 256 * 1024 * 1024;
const LONGEST_FOREIGN_LINE = 2_000;

/** Runs the agent to its end: events become readable lines, everything else is passed on as text, memory stays bounded by one event. */
export async function runAgentProcess(options: AgentProcessOptions): Promise<AgentExit> {
  const { command, cwd, env, clock, redact, signal } = options;
  // In our own process group: whoever kills the group of this program kills the agent too.
  const child = spawn(command.file, command.args, { cwd, env: { ...env, ...command.env } as NodeJS.ProcessEnv, stdio: 'pipe' });
  const exited = exitOf(child);
  child.stdin.on('error', () => {}); // it may end without reading
  child.stdin.end(command.input);

  const stop = () => {
    child.kill('SIGTERM');
    const timer = clock.after(STOP_GRACE_MS, () => child.kill('SIGKILL'));
    void exited.then(() => timer.cancel());
  };
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();

  let lastLine = '';
  const passOn = (line: Line) => {
    const text = oneLine(redact(line.text), LONGEST_FOREIGN_LINE);
    if (text !== '') lastLine = text;
    return [text];
  };
  const copies = Promise.all([
    copyLines(child.stdout, options.stdout, (line) => describe(line, options.reader)?.map(redact) ?? passOn(line), eventsSink(options.eventsFile)),
    copyLines(child.stderr, options.stderr, passOn),
  ]);
  const { code, signal: endedBy, problem } = await exited;
  signal?.removeEventListener('abort', stop);
  const drained = clock.after(DRAIN_MS, () => {
    child.stdout.destroy();
    child.stderr.destroy();
  });
  await copies;
  drained.cancel();
  return { code, ...(endedBy && { signal: endedBy }), lastLine: problem ?? lastLine };
}

function exitOf(child: ChildProcess): Promise<{ code: number; signal?: NodeJS.Signals; problem?: string }> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: 127, problem: error.message }));
    child.once('exit', (code, signal) => resolve({ code: exitCodeOf(code, signal), ...(signal && { signal }) }));
  });
}

/** The readable lines of an event; undefined for what is none. */
function describe({ text, cut }: Line, reader: EventReader): string[] | undefined {
  if (!text.trimStart().startsWith('{')) return undefined;
  // Its end is missing, so it says nothing; its beginning in the log would be noise.
  if (cut) return ['! an event was too long to read'];
  try {
    return reader.read(JSON.parse(text));
  } catch {
    return undefined;
  }
}

async function copyLines(from: Readable, to: Writable, render: (line: Line) => string[], raw?: EventsSink): Promise<void> {
  const splitter = new LineSplitter();
  const print = async (line: Line) => {
    for (const text of render(line)) await write(to, `${withoutMarkers(text)}\n`);
  };
  try {
    for await (const chunk of from as AsyncIterable<Buffer>) {
      await raw?.write(chunk);
      for (const line of splitter.push(chunk)) await print(line);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error; // given up after DRAIN_MS
  }
  for (const line of splitter.end()) await print(line);
  await raw?.end();
}

interface EventsSink {
  write(chunk: Buffer): Promise<void>;
  end(): Promise<void>;
}

/** A file that stops growing at its bound, or at the first error: the copy is a convenience, the run goes on without it. */
function eventsSink(path: string): EventsSink {
  let file: WriteStream | undefined = createWriteStream(path, { mode: 0o600 });
  let left = LARGEST_EVENTS_FILE_BYTES;
  file.on('error', () => (file = undefined));
  return {
    async write(chunk) {
      const kept = chunk.subarray(0, left);
      left -= kept.length;
      if (file && kept.length > 0) await write(file, kept);
    },
    async end() {
      if (file) await new Promise<void>((resolve) => file!.end(() => resolve()));
    },
  };
}

/** Waits while the reader of the stream is slower than the agent: memory would grow instead. */
function write(to: Writable, data: string | Buffer): Promise<void> | undefined {
  if (to.destroyed || to.write(data)) return undefined;
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
