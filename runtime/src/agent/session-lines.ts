import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LineSplitter } from './line-splitter.ts';

/** What has been read of a file. */
interface Tail {
  readonly splitter: LineSplitter;
  offset: number;
}

/**
 * The lines that an agent writes to the files of its session, beside its output: each is read once, when it is complete, however often one asks.
 * Nothing where there is no such file, or it cannot be read.
 */
export class SessionLines {
  readonly #directory: string;
  readonly #isOurs: (path: string) => boolean;
  readonly #tails = new Map<string, Tail>();

  constructor(directory: string, isOurs: (path: string) => boolean) {
    this.#directory = directory;
    this.#isOurs = isOurs;
  }

  /** The lines that were written since. One that is longer than a line of output may be is left out. */
  async *next(): AsyncGenerator<string, void, void> {
    const paths = await readdir(this.#directory, { recursive: true }).catch(() => []);
    for (const path of paths.filter((candidate) => this.#isOurs(candidate)).sort()) yield* this.#nextOf(join(this.#directory, path));
  }

  /** Leaves out what was written until now. */
  async skip(): Promise<void> {
    const lines = this.next();
    while (!(await lines.next()).done);
  }

  /** To the end that it has now: an agent may write faster than we read. */
  async *#nextOf(path: string): AsyncGenerator<string, void, void> {
    let tail = this.#tails.get(path);
    if (!tail) this.#tails.set(path, (tail = { splitter: new LineSplitter(), offset: 0 }));
    const size = await stat(path).then((stats) => (stats.isFile() ? stats.size : 0), () => 0);
    if (size <= tail.offset) return;
    const chunks = createReadStream(path, { start: tail.offset, end: size - 1 }) as AsyncIterable<Buffer>;
    try {
      for await (const chunk of chunks) {
        tail.offset += chunk.length;
        for (const { text, cut } of tail.splitter.push(chunk)) if (!cut) yield text;
      }
    } catch {
      // It went, or may not be read: what it had is not known.
    }
  }
}
