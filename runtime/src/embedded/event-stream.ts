/** How far a watcher may fall behind before it is cut off. It resumes from its last revision, so nothing is lost. */
const LONGEST_BACKLOG_BYTES = 16 * 1024 * 1024;
const LONGEST_BACKLOG_LINES = 20_000;

/** Lines are sent together up to about this size. */
const CHUNK_CHARACTERS = 64 * 1024;

/**
 * The lines of one watch on their way to one reader.
 *
 * **Guarantee:** in order, none twice, none left out before the end. Memory is bounded: a reader that does not keep up finds the stream
 * ended. Whoever ends it, reader or writer, everything registered with `onEnd` is called once.
 */
export class EventStream implements AsyncIterable<Buffer> {
  #initial: Iterator<string> | undefined;
  #backlog: string[] = [];
  #backlogCharacters = 0;
  #ended = false;
  #wake: (() => void) | undefined;
  #cleanups: (() => void)[] = [];

  /** What comes before every pushed line. It is made while it is read, so a large collection takes no memory. */
  begin<T>(items: readonly T[], line: (item: T) => string): void {
    this.#initial = mapped(items, line);
  }

  push(line: string): void {
    if (this.#ended) return;
    this.#backlog.push(line);
    this.#backlogCharacters += line.length;
    if (this.#backlog.length > LONGEST_BACKLOG_LINES || this.#backlogCharacters > LONGEST_BACKLOG_BYTES) {
      this.#backlog = [];
      this.end();
      return;
    }
    this.#wake?.();
  }

  /** No more lines. What is in the backlog is still delivered. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const cleanup of this.#cleanups) cleanup();
    this.#cleanups = [];
    this.#wake?.();
  }

  onEnd(cleanup: () => void): void {
    if (this.#ended) cleanup();
    else this.#cleanups.push(cleanup);
  }

  async* [Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    try {
      for (;;) {
        const chunk = this.#take();
        if (chunk !== '') yield Buffer.from(chunk);
        else if (this.#ended) return;
        else await this.#arrival();
      }
    } finally {
      this.end();
    }
  }

  #take(): string {
    let chunk = '';
    while (this.#initial !== undefined && chunk.length < CHUNK_CHARACTERS) {
      const { value, done } = this.#initial.next();
      if (done) this.#initial = undefined;
      else chunk += value;
    }
    if (this.#initial !== undefined || this.#backlog.length === 0) return chunk;
    chunk += this.#backlog.join('');
    this.#backlog = [];
    this.#backlogCharacters = 0;
    return chunk;
  }

  #arrival(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      };
    });
  }
}

function* mapped<T>(items: readonly T[], line: (item: T) => string): Generator<string> {
  for (const item of items) yield line(item);
}
