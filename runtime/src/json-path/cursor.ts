const NAME = /[\p{L}_][\p{L}\p{N}_-]*/uy;
const INTEGER = /-?\d{1,9}/y;
const TEXT = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/y;
const SPACE = /\s*/y;
const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|(.))/gs;
const ESCAPED: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

/** Where the reading of an expression is, and what can come next in any part of one. */
export class Cursor {
  #at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }

  skip(token: string): boolean {
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  expect(token: string): void {
    if (!this.skip(token)) throw this.fault(`${token} is expected`);
  }

  /** The pattern has to be sticky. */
  match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text) ?? undefined;
    if (found) this.#at += found[0].length;
    return found;
  }

  space(): void {
    this.match(SPACE);
  }

  name(): string {
    const [name] = this.match(NAME) ?? [];
    if (name === undefined) throw this.fault('a name is expected');
    return name;
  }

  /** What brackets hold: a place in a list, or a name in quotes. */
  key(): string | number {
    const [digits] = this.match(INTEGER) ?? [];
    const key = digits === undefined ? this.text() : Number(digits);
    if (key === undefined) throw this.fault('a place, a name in quotes, a range, * or ?(…) is expected');
    return key;
  }

  /** A text in quotes; `undefined` when there is none here. */
  text(): string | undefined {
    const [quoted] = this.match(TEXT) ?? [];
    return quoted?.slice(1, -1).replace(ESCAPE, (_, code: string | undefined, plain: string) => (code === undefined ? (ESCAPED[plain] ?? plain) : String.fromCharCode(Number.parseInt(code, 16))));
  }

  fault(expected: string): SyntaxError {
    const rest = this.#text.slice(this.#at, this.#at + 20);
    return new SyntaxError(rest === '' ? `${expected} at its end` : `${expected} at ${JSON.stringify(rest)}`);
  }
}
