/** How a float is written: shortest or with a precision, as the verbs of Go's fmt name it. */
export type FloatVerb = 'e' | 'E' | 'f' | 'g' | 'G' | 'b' | 'x' | 'X';

/**
 * Formats a float64 as Go's strconv does, with a `-` but never a `+` before it, but for `+Inf`. A precision of -1 takes the
 * fewest digits that say the number; any other rounds its exact decimal value to even, which JavaScript's own functions do not.
 */
export function formatFloat(value: number, verb: FloatVerb, precision: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  return sign + formatMagnitude(Math.abs(value), verb, precision);
}

/** `0.d1d2d3… × 10^point`; no digits for zero. */
interface Decimal {
  readonly digits: string;
  readonly point: number;
}

function formatMagnitude(value: number, verb: FloatVerb, precision: number): string {
  switch (verb) {
    case 'b': return formatBinary(value);
    case 'x': return formatHex(value, precision);
    case 'X': return formatHex(value, precision).toUpperCase();
    case 'f': {
      const decimal = precision < 0 ? shortest(value) : roundAt(exact(value), (point) => point + precision);
      return fixed(decimal, precision < 0 ? Math.max(decimal.digits.length - decimal.point, 0) : precision);
    }
    case 'e': case 'E': {
      const decimal = precision < 0 ? shortest(value) : roundAt(exact(value), () => precision + 1);
      return exponential(decimal, precision < 0 ? Math.max(decimal.digits.length - 1, 0) : precision, verb);
    }
    case 'g': case 'G': return general(value, precision, verb === 'g' ? 'e' : 'E');
  }
}

/** Whichever of the two other forms is shorter, without zeros at the end. */
function general(value: number, precision: number, letter: 'e' | 'E'): string {
  const isShortest = precision < 0;
  const wanted = Math.max(precision, 1);
  const decimal = isShortest ? shortest(value) : roundAt(exact(value), () => wanted);
  const { digits: { length }, point } = decimal;
  let limit = isShortest ? length : value === 0 ? precision : wanted;
  let threshold = limit;
  if (threshold > length && length >= point) threshold = length;
  if (isShortest) threshold = 6;
  const exponent = point - 1;
  if (exponent < -4 || exponent >= threshold) return exponential(decimal, Math.min(limit, length) - 1, letter);
  if (limit > point) limit = length;
  return fixed(decimal, Math.max(limit - point, 0));
}

function exponential({ digits, point }: Decimal, precision: number, letter: 'e' | 'E'): string {
  const exponent = digits === '' ? 0 : point - 1;
  const fraction = precision > 0 ? `.${digits.slice(1, precision + 1).padEnd(precision, '0')}` : '';
  return `${digits[0] ?? '0'}${fraction}${letter}${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function fixed({ digits, point }: Decimal, precision: number): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0';
  if (precision <= 0) return whole;
  const fraction = point > 0 ? digits.slice(point) : '0'.repeat(Math.min(-point, precision)) + digits;
  return `${whole}.${fraction.slice(0, precision).padEnd(precision, '0')}`;
}

/** The fewest digits that no other number has: JavaScript finds the same ones. */
function shortest(value: number): Decimal {
  if (value === 0) return { digits: '', point: 0 };
  const [mantissa, exponent] = value.toExponential().split('e') as [string, string];
  return { digits: mantissa.replace('.', ''), point: Number(exponent) + 1 };
}

/** Every digit: a float is a fraction of a power of two, so it has an end. */
function exact(value: number): Decimal {
  if (value === 0) return { digits: '', point: 0 };
  const { mantissa, exponent } = parts(value);
  const scale = Math.max(-exponent, 0);
  const digits = String(exponent >= 0 ? mantissa << BigInt(exponent) : mantissa * 5n ** BigInt(scale));
  return { digits: digits.replace(/0+$/, ''), point: digits.length - scale };
}

/** Keeps so many digits as asked for at the point; a half goes to the even digit. */
function roundAt(decimal: Decimal, count: (point: number) => number): Decimal {
  const { digits, point } = decimal;
  const keep = count(point);
  if (keep >= digits.length) return decimal;
  if (keep < 0) return { digits: '', point: 0 };
  const rest = digits.slice(keep);
  const isHalf = rest === '5';
  const isOdd = keep > 0 && Number(digits[keep - 1]) % 2 === 1;
  const goesUp = isHalf ? isOdd : rest >= '5';
  if (!goesUp) return trimmed(digits.slice(0, keep), point);
  const raised = String(BigInt(`0${digits.slice(0, keep)}`) + 1n).padStart(keep, '0');
  return trimmed(raised, point + raised.length - keep);
}

function trimmed(digits: string, point: number): Decimal {
  const kept = digits.replace(/0+$/, '');
  return kept === '' ? { digits: '', point: 0 } : { digits: kept, point };
}

/** `4503599627370496p-52` */
function formatBinary(value: number): string {
  const { mantissa, exponent } = parts(value);
  return `${mantissa}p${exponent < 0 ? '' : '+'}${exponent}`;
}

/** `0x1.8p+01` */
function formatHex(value: number, precision: number): string {
  let { mantissa, exponent } = parts(value);
  exponent = mantissa === 0n ? 0 : exponent + 52;
  mantissa <<= 8n;
  while (mantissa !== 0n && mantissa < 1n << 60n) {
    mantissa <<= 1n;
    exponent--;
  }
  if (precision >= 0 && precision < 15) {
    const dropped = BigInt(60 - precision * 4);
    const extra = mantissa & ((1n << dropped) - 1n);
    mantissa >>= dropped;
    const half = 1n << (dropped - 1n);
    if (extra > half || (extra === half && (mantissa & 1n) === 1n)) mantissa++;
    mantissa <<= dropped;
    if (mantissa >= 1n << 61n) {
      mantissa >>= 1n;
      exponent++;
    }
  }
  const digits = (mantissa & ((1n << 60n) - 1n)).toString(16).padStart(15, '0');
  const fraction = precision < 0 ? digits.replace(/0+$/, '') : digits.slice(0, precision).padEnd(precision, '0');
  return `0x${mantissa >> 60n}${fraction === '' ? '' : `.${fraction}`}p${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/** `mantissa × 2^exponent`, with the mantissa that the number is stored with. */
function parts(value: number): { mantissa: bigint; exponent: number } {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const stored = bits.getBigUint64(0) & ((1n << 63n) - 1n);
  const biased = Number(stored >> 52n);
  const fraction = stored & ((1n << 52n) - 1n);
  return biased === 0 ? { mantissa: fraction, exponent: -1074 } : { mantissa: fraction | (1n << 52n), exponent: biased - 1075 };
}
