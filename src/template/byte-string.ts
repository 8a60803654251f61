/**
 * A Go string: one character for each byte of its UTF-8. Length, slices and order are then Go's, and a slice may end inside
 * a letter. Text without letters beyond ASCII is the same in both forms.
 */
export type ByteString = string;

export const RUNE_ERROR = 0xfffd;
export const LARGEST_RUNE = 0x10ffff;

export function toBytes(text: string): ByteString {
  return isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/** What is not UTF-8 becomes U+FFFD. */
export function fromBytes(bytes: ByteString): string {
  return isAscii(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8');
}

export interface Rune {
  readonly value: number;
  /** In bytes. A byte that begins no rune is `RUNE_ERROR` of size 1. */
  readonly size: number;
}

const INVALID: Rune = { value: RUNE_ERROR, size: 1 };

/** The rune that begins at `at`, which is inside the string. */
export function runeAt(bytes: ByteString, at: number): Rune {
  const first = bytes.charCodeAt(at);
  if (first < 0x80) return { value: first, size: 1 };
  const size = first >= 0xf0 && first <= 0xf4 ? 4 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xc2 && first < 0xe0 ? 2 : 0;
  if (size === 0 || at + size > bytes.length) return INVALID;
  let value = first & (0xff >> (size + 1));
  for (let index = 1; index < size; index++) {
    const next = bytes.charCodeAt(at + index);
    if ((next & 0xc0) !== 0x80) return INVALID;
    value = (value << 6) | (next & 0x3f);
  }
  const isOverlong = value < (size === 2 ? 0x80 : size === 3 ? 0x800 : 0x10000);
  return isOverlong || !isRune(value) ? INVALID : { value, size };
}

export function* runesOf(bytes: ByteString): Generator<Rune> {
  for (let at = 0; at < bytes.length;) {
    const rune = runeAt(bytes, at);
    yield rune;
    at += rune.size;
  }
}

export function countRunes(bytes: ByteString): number {
  if (isAscii(bytes)) return bytes.length;
  let count = 0;
  for (let at = 0; at < bytes.length; at += runeAt(bytes, at).size) count++;
  return count;
}

/** The first `count` runes. */
export function firstRunes(bytes: ByteString, count: number): ByteString {
  if (bytes.length <= count) return bytes;
  let at = 0;
  for (let left = count; left > 0 && at < bytes.length; left--) at += runeAt(bytes, at).size;
  return bytes.slice(0, at);
}

export function encodeRune(value: number): ByteString {
  return toBytes(String.fromCodePoint(isRune(value) ? value : RUNE_ERROR));
}

/** A code point that UTF-8 can say: no half of a surrogate pair. */
export function isRune(value: number): boolean {
  return (value >= 0 && value < 0xd800) || (value > 0xdfff && value <= LARGEST_RUNE);
}

/** What Go prints as it is: letters, marks, numbers, punctuation, symbols, and of all spaces only the ASCII one. */
export function isPrintable(value: number): boolean {
  if (value < 0x80) return value >= 0x20 && value < 0x7f;
  return isRune(value) && /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(String.fromCodePoint(value));
}

/** Counting the bytes takes a quarter of the time that a regular expression does. */
function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}
