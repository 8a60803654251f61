import { type ByteString, RUNE_ERROR, encodeRune, isPrintable, isRune, runeAt, runesOf, toBytes } from './byte-string';

/** The value of a string literal with its quotes, `"…"` or `` `…` ``; nothing when an escape in it is none. */
export function unquote(literal: string): ByteString | undefined {
  const body = literal.slice(1, -1);
  if (literal.startsWith('`')) return toBytes(body.replaceAll('\r', ''));
  const bytes = toBytes(body);
  if (!bytes.includes('\\')) return bytes;
  let value = '';
  for (let at = 0; at < bytes.length;) {
    const next = unquoteOne(bytes, at, '"');
    if (!next) return undefined;
    value += next.isByte ? String.fromCharCode(next.value) : encodeRune(next.value);
    at = next.end;
  }
  return value;
}

/** The code point of a character literal with its quotes; nothing when it is none, or more than one. */
export function unquoteCharacter(literal: string): number | undefined {
  const bytes = toBytes(literal);
  const character = unquoteOne(bytes, 1, "'");
  return character?.end === bytes.length - 1 ? character.value : undefined;
}

interface Unquoted {
  readonly value: number;
  /** Stands for one byte and not for a code point: `\xff`. */
  readonly isByte: boolean;
  readonly end: number;
}

const ESCAPES: ReadonlyMap<string, number> = new Map([['a', 7], ['b', 8], ['f', 12], ['n', 10], ['r', 13], ['t', 9], ['v', 11], ['\\', 0x5c]]);
const HEX_DIGITS: ReadonlyMap<string, number> = new Map([['x', 2], ['u', 4], ['U', 8]]);

function unquoteOne(bytes: ByteString, at: number, quote: '"' | "'"): Unquoted | undefined {
  if (at >= bytes.length || bytes[at] === quote) return undefined;
  if (bytes[at] !== '\\') {
    const { value, size } = runeAt(bytes, at);
    return { value, isByte: false, end: at + size };
  }
  const letter = bytes[at + 1] ?? '';
  const simple = letter === quote ? quote.charCodeAt(0) : ESCAPES.get(letter);
  if (simple !== undefined) return { value: simple, isByte: false, end: at + 2 };

  const count = HEX_DIGITS.get(letter);
  const digits = count === undefined ? bytes.slice(at + 1, at + 4) : bytes.slice(at + 2, at + 2 + count);
  if (count === undefined) {
    if (!/^[0-7]{3}$/.test(digits)) return undefined;
    const value = Number.parseInt(digits, 8);
    return value > 255 ? undefined : { value, isByte: true, end: at + 4 };
  }
  if (digits.length !== count || !/^[\da-fA-F]+$/.test(digits)) return undefined;
  const value = Number.parseInt(digits, 16);
  if (letter !== 'x' && !isRune(value)) return undefined;
  return { value, isByte: letter === 'x', end: at + 2 + count };
}

/** A Go string literal for a text, as `%q` prints it. */
export function quoteString(bytes: ByteString, asciiOnly: boolean): ByteString {
  return `"${bytes.replace(/[^ !#-[\]-~]+/g, (run) => escapeRun(run, asciiOnly))}"`;
}

function escapeRun(bytes: ByteString, asciiOnly: boolean): ByteString {
  let quoted = '';
  let at = 0;
  for (const { value, size } of runesOf(bytes)) {
    const isBadByte = value === RUNE_ERROR && size === 1;
    quoted += isBadByte ? `\\x${hex(bytes.charCodeAt(at), 2)}` : escape(value, '"', asciiOnly);
    at += size;
  }
  return quoted;
}

/** A Go character literal. */
export function quoteRune(value: number, asciiOnly: boolean): ByteString {
  return `'${escape(isRune(value) ? value : RUNE_ERROR, "'", asciiOnly)}'`;
}

/** Whether a text can stand between backquotes as it is. */
export function canBackquote(bytes: ByteString): boolean {
  for (const { value, size } of runesOf(bytes)) {
    if (size === 1 ? value === RUNE_ERROR || value === 0x60 || value === 0x7f || (value < 0x20 && value !== 9) : value === 0xfeff) return false;
  }
  return true;
}

const NAMED_ESCAPES: ReadonlyMap<number, string> = new Map([[7, '\\a'], [8, '\\b'], [12, '\\f'], [10, '\\n'], [13, '\\r'], [9, '\\t'], [11, '\\v']]);

function escape(value: number, quote: string, asciiOnly: boolean): ByteString {
  if (value === quote.charCodeAt(0) || value === 0x5c) return `\\${String.fromCharCode(value)}`;
  if (isPrintable(value) && (!asciiOnly || value < 0x80)) return encodeRune(value);
  const named = NAMED_ESCAPES.get(value);
  if (named !== undefined) return named;
  if (value < 0x20 || value === 0x7f) return `\\x${hex(value, 2)}`;
  return value < 0x10000 ? `\\u${hex(value, 4)}` : `\\U${hex(value, 8)}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
