import { Complex } from './value';

/** A float, an int, a complex number; or an int that no variable can hold, which is an error when it is used. */
export type NumberLiteral = number | bigint | Complex | 'overflows';

const LARGEST_INT = 2n ** 63n - 1n;
const LARGEST_UINT = 2n ** 64n - 1n;

/** The value of a number as Go writes it; nothing for what only looks like one. */
export function parseNumber(text: string): NumberLiteral | undefined {
  if (text.endsWith('i')) return parseComplex(text.slice(0, -1));
  const integer = parseInteger(text);
  if (integer !== undefined) {
    if (integer <= LARGEST_INT && integer >= -LARGEST_INT - 1n) return integer;
    return integer > 0n && integer <= LARGEST_UINT && !text.startsWith('+') ? 'overflows' : undefined;
  }
  return /[.eEpP]/.test(text) ? parseFloat64(text) : undefined;
}

/** `2i`, `1+2i`, without the `i`. */
function parseComplex(text: string): Complex | undefined {
  const split = /^(.*[^eEpP])([+-].*)$/.exec(text);
  const [real, imaginary] = split ? [parseFloat64(split[1]), parseFloat64(split[2])] : [0, parseFloat64(text)];
  return real === undefined || imaginary === undefined ? undefined : new Complex(real, imaginary);
}

function parseInteger(text: string): bigint | undefined {
  const [, sign, digits] = /^([+-]?)(.*)$/.exec(text)!;
  if (!/^(0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|0[0-7_]*|[1-9][\d_]*)$/.test(digits) || !hasGoodUnderscores(digits)) return undefined;
  const clean = digits.replaceAll('_', '');
  if (!/\d/.test(clean) && !/^0[xX]/.test(clean)) return undefined;
  const prefixed = /^0[oObBxX]/.test(clean);
  if (prefixed && clean.length === 2) return undefined;
  const magnitude = BigInt(!prefixed && /^0\d/.test(clean) ? `0o${clean.slice(1)}` : clean);
  return sign === '-' ? -magnitude : magnitude;
}

function parseFloat64(text: string): number | undefined {
  if (!hasGoodUnderscores(text.replace(/^[+-]/, ''))) return undefined;
  const clean = text.replaceAll('_', '');
  if (/^[+-]?0[xX]/.test(clean)) return parseHexFloat(clean);
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(clean)) return undefined;
  const value = Number(clean);
  return Number.isFinite(value) ? value : undefined;
}

function parseHexFloat(text: string): number | undefined {
  const match = /^([+-]?)0[xX]([\da-fA-F]*)\.?([\da-fA-F]*)[pP]([+-]?\d+)$/.exec(text);
  if (!match) return undefined;
  const [, sign, whole, fraction, exponent] = match;
  if (whole + fraction === '') return undefined;
  const value = Number(BigInt(`0x${whole}${fraction}`)) * 2 ** (Number(exponent) - 4 * fraction.length);
  if (!Number.isFinite(value)) return undefined;
  return sign === '-' ? -value : value;
}

/** An underscore stands between two digits, or after the prefix of a base. */
function hasGoodUnderscores(unsigned: string): boolean {
  if (!unsigned.includes('_')) return true;
  const isHex = /^0[xX]/.test(unsigned);
  const proper = /^0[xXoObB]/.test(unsigned) ? `0${unsigned.slice(2)}` : unsigned;
  const digit = isHex ? '[\\da-fA-F]' : '\\d';
  return !new RegExp(`(?<!${digit})_|_(?!${digit})`).test(proper);
}
