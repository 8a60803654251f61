/** Kubernetes quantities, as far as money needs them: exact, to a billionth. */

const NANO = 1_000_000_000n;
const DECIMAL_SUFFIXES: readonly (readonly [suffix: string, exponent: number])[] = [
  ['E', 18], ['P', 15], ['T', 12], ['G', 9], ['M', 6], ['k', 3], ['', 0], ['m', -3], ['u', -6], ['n', -9],
];
const BINARY_SUFFIXES: Readonly<Record<string, bigint>> = {
  Ki: 2n ** 10n, Mi: 2n ** 20n, Gi: 2n ** 30n, Ti: 2n ** 40n, Pi: 2n ** 50n, Ei: 2n ** 60n,
};
const QUANTITY = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(?:([eE][+-]?\d{1,2})|([numkMGTPE]|[KMGTPE]i)?)$/;
/** Longer than any amount; bounds the arithmetic on text from outside. */
const LONGEST_QUANTITY = 64;

/** Billionths of the amount, rounded up as Kubernetes does; nothing if the text is no quantity. `1500m`, `1.5` and `15e-1` are equal. */
export function parseQuantity(text: string | number): bigint | undefined {
  const match = String(text).length <= LONGEST_QUANTITY ? QUANTITY.exec(String(text)) : null;
  if (!match) return undefined;
  const [, sign, digits = '', exponentText, suffix = ''] = match;
  const [whole = '', fraction = ''] = digits.split('.');
  const binary = BINARY_SUFFIXES[suffix] ?? 1n;
  const decimal = exponentText ? Number(exponentText.slice(1)) : (DECIMAL_SUFFIXES.find(([name]) => name === suffix)?.[1] ?? 0);
  const shift = decimal + 9 - fraction.length;
  const mantissa = BigInt(`${whole}${fraction}`) * binary;
  const nano = shift >= 0 ? mantissa * 10n ** BigInt(shift) : divideUp(mantissa, 10n ** BigInt(-shift));
  return sign === '-' ? -nano : nano;
}

/** The canonical text: no fraction, and the largest suffix that needs none. 0.0532 is `53200u`. */
export function formatQuantity(nano: bigint): string {
  if (nano === 0n) return '0';
  for (const [suffix, exponent] of DECIMAL_SUFFIXES) {
    const unit = exponent >= 0 ? NANO * 10n ** BigInt(exponent) : NANO / 10n ** BigInt(-exponent);
    if (nano % unit === 0n) return `${nano / unit}${suffix}`;
  }
  return `${nano}n`;
}

/** Digits with a point in them, as programs that know no quantities read it: `1.5`. Not negative. */
export function formatDecimal(nano: bigint): string {
  const fraction = String(nano % NANO).padStart(9, '0').replace(/0+$/, '');
  return `${nano / NANO}${fraction === '' ? '' : `.${fraction}`}`;
}

function divideUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}
