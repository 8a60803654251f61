import { closeSync, mkdirSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../kube/clock.ts';

/** What is kept of one container's log: the first segment, for how it began, and the last ones, for how it ended. */
export interface LogBounds {
  readonly segmentBytes: number;
  /** At least 3. */
  readonly segments: number;
}

export const DEFAULT_LOG_BOUNDS: LogBounds = { segmentBytes: 4 * 2 ** 20, segments: 4 };

/** A line longer than this is written in parts, as container runtimes do: no line fills the memory. */
const LONGEST_LINE_BYTES = 16 * 1024;

export type LogStreamName = 'stdout' | 'stderr';

/**
 * The log of one run of a container, on disk as container runtimes write it: `<time> <stream> <F|P> <text>`, where `P` is a
 * part of a line that goes on. The directory holds `<n>.log`; each write is on disk when it returns.
 *
 * **Guarantee:** at most `segments × segmentBytes` and one write are on disk, and one unfinished line per stream in memory,
 * whatever the container prints. A gap in the numbers of the segments is what was dropped.
 */
export class ContainerLog {
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #bounds: LogBounds;
  readonly #unfinished: Record<LogStreamName, string> = { stdout: '', stderr: '' };
  readonly #waiting = new Set<() => void>();
  #segment = 0;
  #written = 0;
  #file: number | undefined;
  #ended = false;

  constructor(directory: string, clock: Clock, bounds: LogBounds = DEFAULT_LOG_BOUNDS) {
    this.#directory = directory;
    this.#clock = clock;
    this.#bounds = bounds;
    // A run that prints nothing has a log too.
    mkdirSync(directory, { recursive: true });
  }

  write(stream: LogStreamName, chunk: Buffer): void {
    // One character per byte: no text is decoded, so none can be cut in the middle of a character.
    const text = this.#unfinished[stream] + chunk.toString('latin1');
    const lastBreak = text.lastIndexOf('\n');
    const prefix = this.#prefix(stream);
    if (lastBreak >= 0) {
      const whole = text.slice(0, lastBreak);
      const fits = lastBreak <= LONGEST_LINE_BYTES;
      this.#append(fits ? `${prefix}F ${whole.replaceAll('\n', `\n${prefix}F `)}\n` : whole.split('\n').map((line) => inParts(prefix, line)).join(''));
    }
    let rest = text.slice(lastBreak + 1);
    for (; rest.length > LONGEST_LINE_BYTES; rest = rest.slice(LONGEST_LINE_BYTES)) this.#append(`${prefix}P ${rest.slice(0, LONGEST_LINE_BYTES)}\n`);
    this.#unfinished[stream] = rest;
    this.#wake();
  }

  /** What was begun is written as a line. Nothing may be written afterwards. */
  end(): void {
    if (this.#ended) return;
    for (const stream of ['stdout', 'stderr'] as const) {
      if (this.#unfinished[stream] !== '') this.#append(`${this.#prefix(stream)}F ${this.#unfinished[stream]}\n`);
    }
    this.#ended = true;
    if (this.#file !== undefined) closeSync(this.#file);
    this.#wake();
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Resolves at the next write, at the end, or when the signal aborts. */
  changed(signal: AbortSignal): Promise<void> {
    if (this.#ended || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        this.#waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#waiting.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  #append(text: string): void {
    if (this.#written > 0 && this.#written + text.length > this.#bounds.segmentBytes) this.#rotate();
    this.#file ??= this.#open();
    writeSync(this.#file, text, null, 'latin1');
    this.#written += text.length;
  }

  #rotate(): void {
    closeSync(this.#file!);
    this.#file = undefined;
    this.#written = 0;
    this.#segment++;
    const dropped = this.#segment - this.#bounds.segments + 1;
    if (dropped >= 1) rmSync(segmentPath(this.#directory, dropped), { force: true });
  }

  #open(): number {
    return openSync(segmentPath(this.#directory, this.#segment), 'a', 0o600);
  }

  #prefix(stream: LogStreamName): string {
    return `${this.#clock.now().toISOString().slice(0, -1)}000000Z ${stream} `;
  }
}

export function segmentPath(directory: string, segment: number): string {
  return join(directory, `${segment}.log`);
}

/** The numbers of the segments that are kept, oldest first. */
export function segmentsIn(directory: string): number[] {
  try {
    return readdirSync(directory)
      .flatMap((name) => /^(\d+)\.log$/.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function inParts(prefix: string, line: string): string {
  let text = '';
  let rest = line;
  for (; rest.length > LONGEST_LINE_BYTES; rest = rest.slice(LONGEST_LINE_BYTES)) text += `${prefix}P ${rest.slice(0, LONGEST_LINE_BYTES)}\n`;
  return `${text}${prefix}F ${rest}\n`;
}
