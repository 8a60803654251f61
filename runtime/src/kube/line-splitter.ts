/** Longest line that is read, in bytes. An object is at most 1.5 MiB in etcd; what is longer is no watch event. */
const LONGEST_LINE_BYTES = 32 * 1024 * 1024;

/**
 * Cuts a stream of chunks into lines at the byte `\n` and nowhere else.
 *
 * **Guarantee** The concatenation of all lines is the concatenation of all chunks without the line feeds, whatever the chunk
 * boundaries are. Characters of several bytes stay whole, and U+2028, which text readers take for a line break, is data.
 *
 * **Errors** `RangeError` when a line grows past 32 MiB: the stream is not what it should be.
 */
export class LineSplitter {
  #tail: Buffer[] = [];
  #tailBytes = 0;

  /** The lines that `chunk` completes, empty ones left out. They may share the chunk's memory. */
  push(chunk: Buffer): Buffer[] {
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      const line = this.#complete(chunk.subarray(start, end));
      if (line.length > 0) lines.push(line);
      start = end + 1;
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start));
    return lines;
  }

  /** What came after the last line feed. Of a watch it is half an event that the connection cut off. */
  rest(): Buffer {
    return this.#complete(EMPTY);
  }

  #complete(last: Buffer): Buffer {
    if (this.#tail.length === 0) return last;
    const line = Buffer.concat([...this.#tail, last]);
    this.#tail = [];
    this.#tailBytes = 0;
    return line;
  }

  #keep(part: Buffer): void {
    this.#tail.push(part);
    this.#tailBytes += part.length;
    if (this.#tailBytes > LONGEST_LINE_BYTES) throw new RangeError(`stream: a line is longer than ${LONGEST_LINE_BYTES} bytes; no API server sends that`);
  }
}

const LINE_FEED = 10;
const EMPTY = Buffer.alloc(0);
