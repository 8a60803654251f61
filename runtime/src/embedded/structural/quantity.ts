const PATTERN = /^([+-]?)(\d*)(?:\.(\d*))?(?:([eE][+-]?\d+)|([KMGTPE]i|[numkMGTPE]))?$/;

const BINARY: Record<string, bigint> = { Ki: 1n << 10n, Mi: 1n << 20n, Gi: 1n << 30n, Ti: 1n << 40n, Pi: 1n << 50n, Ei: 1n << 60n };
const DECIMAL: Record<string, number> = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
/** Kubernetes keeps nine digits after the point. */
const SCALE = 9;
const MOST_EXPONENT = 40;

/** An amount such as `1500m`, `2Gi` or `1e3`, exact to nine digits after the point. */
export class Quantity {
  /** In billionths. */
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    this.nanos = nanos;
  }

  static isQuantity(text: string): boolean {
    return Quantity.#read(text) !== undefined;
  }

  /** Throws for what is no quantity. */
  static parse(text: string): Quantity {
    const nanos = Quantity.#read(text);
    if (nanos === undefined) throw new SyntaxError(`quantity: ${JSON.stringify(text)} is no quantity; write a number with an optional suffix such as m, k, Gi or e3`);
    return new Quantity(nanos);
  }

  compareTo(other: Quantity): bigint {
    return this.nanos < other.nanos ? -1n : this.nanos > other.nanos ? 1n : 0n;
  }

  static #read(text: string): bigint | undefined {
    const match = PATTERN.exec(text);
    if (!match) return undefined;
    const [, sign, whole = '', fraction = '', exponent, suffix] = match;
    if (whole === '' && fraction === '') return undefined;
    const power = exponent !== undefined ? Number(exponent.slice(1)) : DECIMAL[suffix ?? ''] ?? 0;
    if (Math.abs(power) > MOST_EXPONENT) return undefined;
    const digits = BigInt(`${whole}${fraction}`) * (BINARY[suffix ?? ''] ?? 1n);
    const shift = SCALE + power - fraction.length;
    const magnitude = shift >= 0 ? digits * 10n ** BigInt(shift) : roundUp(digits, 10n ** BigInt(-shift));
    return sign === '-' ? -magnitude : magnitude;
  }
}

/** What is finer than a billionth is rounded away from zero, as Kubernetes does. */
function roundUp(value: bigint, divisor: bigint): bigint {
  return (value + divisor - 1n) / divisor;
}
