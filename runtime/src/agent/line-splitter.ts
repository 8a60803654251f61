export interface Line {
  readonly text: string;
  /** The line was longer than the bound, and `text` is its beginning. */
  readonly cut: boolean;
}

/** The longest line that is kept whole. An event with a large file in it is some megabytes. */
export const LONGEST_LINE_BYTES = 32 * 1024 * 1024;
/** What is kept of a longer one: enough to see what it was. */
const KEPT_OF_LONG_LINE_BYTES = 4 * 1024;
const NEWLINE = 0x0a;

/** Cuts a byte stream into lines, in memory bounded by the longest line it keeps, wherever the chunks happen to end. */
export class LineSplitter {
  readonly #longest: number;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #cut = false;

  constructor(longestBytes = LONGEST_LINE_BYTES) {
    this.#longest = longestBytes;
  }

  /** The lines that `chunk` completes. */
  *push(chunk: Buffer): Generator<Line> {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      this.#keep(chunk.subarray(from, at));
      yield this.#take();
      from = at + 1;
    }
    this.#keep(chunk.subarray(from));
  }

  /** What is left when the stream ends without a line break. */
  *end(): Generator<Line> {
    if (this.#bytes > 0) yield this.#take();
  }

  #keep(part: Buffer): void {
    if (part.length === 0 || this.#cut) return;
    this.#chunks.push(part);
    this.#bytes += part.length;
    if (this.#bytes <= this.#longest) return;
    this.#cut = true;
    // Copied, since a slice would keep all of it alive.
    this.#chunks = [Buffer.from(Buffer.concat(this.#chunks).subarray(0, Math.min(KEPT_OF_LONG_LINE_BYTES, this.#longest)))];
  }

  #take(): Line {
    const line = { text: Buffer.concat(this.#chunks).toString().replace(/\r$/, ''), cut: this.#cut };
    this.#chunks = [];
    this.#bytes = 0;
    this.#cut = false;
    return line;
  }
}
