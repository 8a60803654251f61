import { type ByteString, isPrintable, runesOf } from './byte-string';

const HTML: ReadonlyMap<string, string> = new Map([['\0', '\xef\xbf\xbd'], ['"', '&#34;'], ["'", '&#39;'], ['&', '&amp;'], ['<', '&lt;'], ['>', '&gt;']]);

/** Go's `html`. */
export function escapeHtml(bytes: ByteString): ByteString {
  return bytes.replace(/[\0"'&<>]/g, (char) => HTML.get(char)!);
}

const JAVASCRIPT: ReadonlyMap<string, string> = new Map([
  ['\\', '\\\\'], ["'", "\\'"], ['"', '\\"'], ['<', '\\u003C'], ['>', '\\u003E'], ['&', '\\u0026'], ['=', '\\u003D'],
]);

/** Go's `js`. */
export function escapeJavaScript(bytes: ByteString): ByteString {
  return bytes.replace(/[\0-\x1f\\'"<>&=]|[\x80-\xff]+/g, escapeRunes);
}

function escapeRunes(bytes: ByteString): ByteString {
  let escaped = '';
  let at = 0;
  for (const { value, size } of runesOf(bytes)) {
    const rune = bytes.slice(at, at + size);
    const isPlain = value < 0x80 ? value >= 0x20 : isPrintable(value);
    // A byte that begins no rune is printable to Go: it stands for U+FFFD, and is copied.
    escaped += JAVASCRIPT.get(rune) ?? (isPlain ? rune : `\\u${value.toString(16).toUpperCase().padStart(4, '0')}`);
    at += size;
  }
  return escaped;
}

/** Go's `urlquery`. */
export function escapeQuery(bytes: ByteString): ByteString {
  return bytes.replace(/[^\w.~-]/g, (char) => (char === ' ' ? '+' : `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`));
}
