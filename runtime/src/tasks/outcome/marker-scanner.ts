import { splitLines } from './result-lines.ts';

const START = '---KELOS_OUTPUTS_START---';
const END = '---KELOS_OUTPUTS_END---';

/** The result block may be this long. What is longer is no result: an answer in it is stored cut to a fraction of this anyway. */
const LONGEST_BLOCK_CHARACTERS = 1024 * 1024;

/**
 * Finds the result block in a log that comes in pieces: the last complete pair of markers counts.
 *
 * **Guarantee** Memory does not grow with the log: at most two blocks and the length of a marker are kept, whatever is
 * printed before, between and after, on lines of any length.
 */
export class MarkerScanner {
  readonly #decoder = new TextDecoder();
  #found: string[] | undefined;
  /** The text since the last start marker; nothing while there is none. */
  #block: string | undefined;
  /** What may be the beginning of a marker whose rest is in the next piece. */
  #tail = '';

  write(bytes: Uint8Array): void {
    this.#read(this.#tail + this.#decoder.decode(bytes, { stream: true }));
  }

  /** The lines between the last pair of markers; nothing if there is no pair, or nothing in it. */
  end(): readonly string[] | undefined {
    this.#read(`${this.#tail}${this.#decoder.decode()}\n`);
    return this.#found;
  }

  #read(text: string): void {
    let position = 0;
    for (;;) {
      const marker = nextMarker(text, position);
      if (!marker) break;
      this.#append(text.slice(position, marker.index));
      if (marker.kind === START) this.#block = '';
      else this.#close();
      position = marker.index + marker.kind.length;
    }
    const rest = text.slice(position);
    const keep = Math.min(rest.length, START.length - 1);
    this.#append(rest.slice(0, rest.length - keep));
    this.#tail = rest.slice(rest.length - keep);
  }

  #append(text: string): void {
    if (this.#block === undefined) return;
    this.#block = this.#block.length + text.length > LONGEST_BLOCK_CHARACTERS ? undefined : this.#block + text;
  }

  #close(): void {
    if (this.#block === undefined) return;
    const lines = splitLines(this.#block);
    this.#found = lines.length > 0 ? lines : undefined;
    this.#block = undefined;
  }
}

function nextMarker(text: string, from: number): { kind: string; index: number } | undefined {
  const start = text.indexOf(START, from);
  const end = text.indexOf(END, from);
  if (start === -1 && end === -1) return undefined;
  return start !== -1 && (end === -1 || start < end) ? { kind: START, index: start } : { kind: END, index: end };
}
