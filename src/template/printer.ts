import { type ByteString, LARGEST_RUNE, countRunes, encodeRune, firstRunes, isPrintable } from './byte-string';
import { type FloatVerb, formatFloat } from './float-format';
import { type Budget, LIMITS } from './limits';
import { canBackquote, quoteRune, quoteString } from './quoted';
import { TemplateFault } from './template-error';
import { Byte, type Complex, ListValue, MapValue, StructValue, type Value, typeName } from './value';

/** What stands between `%` and the verb. */
export interface Flags {
  minus: boolean;
  plus: boolean;
  sharp: boolean;
  space: boolean;
  zero: boolean;
  /** `%+v`, which then is no plus for the parts. */
  plusV: boolean;
  /** `%#v`: as Go source. */
  sharpV: boolean;
  width?: number;
  precision?: number;
}

export function noFlags(): Flags {
  return { minus: false, plus: false, sharp: false, space: false, zero: false, plusV: false, sharpV: false };
}

/**
 * Writes values as Go's fmt does, one after the other.
 *
 * Errors: a TemplateFault for a text that becomes too long, for data too deep, and for an address (`%p`), which nothing has here.
 */
export class Printer {
  public flags = noFlags();
  private text: ByteString = '';
  /** The value whose type a wrong verb tells. */
  private subject: Value;
  private isTellingWrongVerb = false;

  public constructor(private readonly budget: Budget) {}

  public get output(): ByteString {
    return this.text;
  }

  public write(text: ByteString): void {
    this.budget.checkText(this.text.length + text.length);
    this.budget.spendBytes(text.length);
    this.text += text;
  }

  public print(pointer: Value, verb: string): void {
    const value = pointer instanceof StructValue ? pointed(pointer) : pointer;
    this.subject = value;
    if (value === null || value === undefined) {
      if (verb === 'v' || verb === 'T') this.pad('<nil>');
      else this.wrongVerb(verb);
    } else if (verb === 'T') {
      this.printText(typeName(value));
    } else if (verb === 'p') {
      if (value instanceof MapValue || value instanceof ListValue) throw new TemplateFault('%p prints an address, which a value has not; use %v');
      this.wrongVerb(verb);
    } else {
      this.printPart(value, verb, 0);
    }
  }

  private printPart(part: Value, verb: string, depth: number): void {
    const value = part instanceof StructValue ? pointed(part) : part;
    if (depth > LIMITS.dataDepth) throw new TemplateFault(`more than ${LIMITS.dataDepth} maps and lists are inside each other; print a part of them`);
    this.budget.spend(1);
    const isContainer = value instanceof MapValue || value instanceof ListValue;
    if (verb === 'w' && !this.isTellingWrongVerb && (isContainer || depth > 0)) {
      // A nil inside of something is told with the type of that.
      if (value !== null && value !== undefined) this.subject = value;
      this.wrongVerb(verb);
      return;
    }
    if (value === null || value === undefined) {
      this.write(this.flags.sharpV ? 'interface {}(nil)' : '<nil>');
      return;
    }
    this.subject = value;
    if (value instanceof MapValue) this.printMap(value, verb, depth);
    else if (value instanceof ListValue) this.printList(value, verb, depth);
    else this.printScalar(value, verb);
  }

  private printMap(map: MapValue, verb: string, depth: number): void {
    this.write(this.flags.sharpV ? `${typeName(map)}{` : 'map[');
    map.keys().forEach((key, index) => {
      if (index > 0) this.write(this.flags.sharpV ? ', ' : ' ');
      this.printPart(key, verb, depth + 1);
      this.write(':');
      this.printPart(map.get(key), verb, depth + 1);
    });
    this.write(this.flags.sharpV ? '}' : ']');
  }

  private printList(list: ListValue, verb: string, depth: number): void {
    this.write(this.flags.sharpV ? `${typeName(list)}{` : '[');
    for (let index = 0; index < list.length; index++) {
      if (index > 0) this.write(this.flags.sharpV ? ', ' : ' ');
      this.printPart(list.at(index), verb, depth + 1);
    }
    this.write(this.flags.sharpV ? '}' : ']');
  }

  private printScalar(value: ByteString | boolean | number | bigint | Byte | Complex, verb: string): void {
    if (typeof value === 'string') this.printString(value, verb);
    else if (typeof value === 'boolean') this.printBoolean(value, verb);
    else if (typeof value === 'number') this.printFloat(value, verb);
    else if (typeof value === 'bigint') this.printInteger(value, verb, true);
    else if (value instanceof Byte) this.printInteger(value.value, verb, false);
    else this.printComplex(value, verb);
  }

  private printBoolean(value: boolean, verb: string): void {
    if (verb === 't' || verb === 'v') this.pad(String(value));
    else this.wrongVerb(verb);
  }

  private printString(value: ByteString, verb: string): void {
    switch (verb) {
      case 'v': return this.flags.sharpV ? this.quoted(value) : this.printText(value);
      case 's': return this.printText(value);
      case 'q': return this.quoted(value);
      case 'x': return this.hexOf(value, false);
      case 'X': return this.hexOf(value, true);
      default: return this.wrongVerb(verb);
    }
  }

  private printText(value: ByteString): void {
    this.pad(this.cut(value));
  }

  private quoted(value: ByteString): void {
    const cut = this.cut(value);
    this.budget.spendEscaped(cut.length);
    if (this.flags.sharp && canBackquote(cut)) this.pad(`\`${cut}\``);
    else this.pad(quoteString(cut, this.flags.plus));
  }

  private cut(value: ByteString): ByteString {
    return this.flags.precision === undefined ? value : firstRunes(value, this.flags.precision);
  }

  /** The bytes of a text, in hexadecimal. */
  private hexOf(value: ByteString, isUpper: boolean): void {
    const { sharp, space, precision } = this.flags;
    const prefix = sharp ? (isUpper ? '0X' : '0x') : '';
    const bytes = value.slice(0, precision);
    this.budget.spendBytes(bytes.length);
    const digits = Buffer.from(bytes, 'latin1').toString('hex');
    const cased = isUpper ? digits.toUpperCase() : digits;
    const spaced = space ? cased.replace(/..(?!$)/g, `$& ${prefix}`) : cased;
    this.pad(bytes === '' ? '' : prefix + spaced);
  }

  private printInteger(value: bigint, verb: string, isSigned: boolean): void {
    const unsigned = BigInt.asUintN(64, value);
    switch (verb) {
      case 'v': return this.flags.sharpV && !isSigned ? this.withFlags({ sharp: true }, () => this.digits(value, 16, verb)) : this.digits(value, 10, verb);
      case 'd': return this.digits(value, 10, verb);
      case 'b': return this.digits(value, 2, verb);
      case 'o': case 'O': return this.digits(value, 8, verb);
      case 'x': case 'X': return this.digits(value, 16, verb);
      case 'c': return this.pad(encodeRune(runeOf(unsigned)));
      case 'q': return this.pad(quoteRune(runeOf(unsigned), this.flags.plus));
      case 'U': return this.codePoint(unsigned);
      default: return this.wrongVerb(verb);
    }
  }

  private digits(value: bigint, base: 2 | 8 | 10 | 16, verb: string): void {
    const { sharp, plus, space, zero, minus, width, precision } = this.flags;
    const isNegative = value < 0n;
    if (precision === 0 && value === 0n) return this.withFlags({ zero: false }, () => this.pad(''));
    const fillsWithZeros = precision === undefined && zero && !minus && width !== undefined;
    const least = fillsWithZeros ? width - (isNegative || plus || space ? 1 : 0) : precision ?? 0;
    let digits = (isNegative ? -value : value).toString(base).padStart(least, '0');
    if (verb === 'X') digits = digits.toUpperCase();
    if (sharp && base === 2) digits = `0b${digits}`;
    if (sharp && base === 8 && !digits.startsWith('0')) digits = `0${digits}`;
    if (sharp && base === 16) digits = (verb === 'X' ? '0X' : '0x') + digits;
    if (verb === 'O') digits = `0o${digits}`;
    const sign = isNegative ? '-' : plus ? '+' : space ? ' ' : '';
    this.withFlags({ zero: false }, () => this.pad(sign + digits));
  }

  /** `U+0041 'A'` */
  private codePoint(value: bigint): void {
    const { sharp, precision = 4 } = this.flags;
    const rune = value <= LARGEST_RUNE ? Number(value) : -1;
    const shown = sharp && rune >= 0 && isPrintable(rune) ? ` '${encodeRune(rune)}'` : '';
    const digits = value.toString(16).toUpperCase().padStart(Math.max(precision, 4), '0');
    this.withFlags({ zero: false }, () => this.pad(`U+${digits}${shown}`));
  }

  private printFloat(value: number, verb: string): void {
    const format = FLOAT_VERBS.get(verb);
    if (!format) return this.wrongVerb(verb);
    const { sharp, plus, space, zero, minus, width } = this.flags;
    const precision = this.flags.precision ?? format.precision;
    // With a precision all digits are computed, and there are as many as the exponent is far from zero.
    if (precision >= 0 && value !== 0 && Number.isFinite(value)) this.budget.spend(Math.ceil(Math.abs(Math.log2(Math.abs(value)))));
    const formatted = formatFloat(value, format.verb, precision);
    const sign = formatted.startsWith('-') ? '-' : plus ? '+' : space ? ' ' : '';
    let digits = formatted.replace(/^[+-]/, '');
    // Infinity always has a sign.
    if (!Number.isFinite(value)) return this.withFlags({ zero: false }, () => this.pad((sign === '' && value > 0 ? '+' : sign) + digits));
    if (sharp && format.verb !== 'b') digits = withPoint(digits, format.verb, precision);
    if (sign !== '' && zero && !minus && width !== undefined && width > digits.length + 1) digits = digits.padStart(width - 1, '0');
    this.pad(sign + digits);
  }

  private printComplex({ real, imaginary }: Complex, verb: string): void {
    if (!FLOAT_VERBS.has(verb)) return this.wrongVerb(verb);
    this.write('(');
    this.printFloat(real, verb);
    this.withFlags({ plus: true }, () => this.printFloat(imaginary, verb));
    this.write('i)');
  }

  private wrongVerb(verb: string): void {
    const { subject } = this;
    this.isTellingWrongVerb = true;
    this.write(`%!${verb}(`);
    if (subject === null || subject === undefined) {
      this.write('<nil>');
    } else {
      this.write(`${typeName(subject)}=`);
      this.printPart(subject, 'v', 0);
    }
    this.write(')');
    this.isTellingWrongVerb = false;
  }

  /** Fills up to the width, counted in runes. */
  private pad(text: ByteString): void {
    const { width = 0, minus, zero } = this.flags;
    const missing = width === 0 ? 0 : width - countRunes(text);
    if (missing <= 0) return this.write(text);
    const padding = (zero && !minus ? '0' : ' ').repeat(missing);
    this.write(minus ? text + padding : padding + text);
  }

  private withFlags(some: Partial<Flags>, act: () => void): void {
    const before = this.flags;
    this.flags = { ...before, ...some };
    act();
    this.flags = before;
  }
}

/** What is behind a pointer. */
function pointed(struct: StructValue): MapValue | null {
  return struct.isNil ? null : struct.toMap();
}

const FLOAT_VERBS: ReadonlyMap<string, { readonly verb: FloatVerb; readonly precision: number }> = new Map([
  ['v', { verb: 'g', precision: -1 }],
  ['b', { verb: 'b', precision: -1 }],
  ['g', { verb: 'g', precision: -1 }],
  ['G', { verb: 'G', precision: -1 }],
  ['x', { verb: 'x', precision: -1 }],
  ['X', { verb: 'X', precision: -1 }],
  ['f', { verb: 'f', precision: 6 }],
  ['F', { verb: 'f', precision: 6 }],
  ['e', { verb: 'e', precision: 6 }],
  ['E', { verb: 'E', precision: 6 }],
]);

/** `%#g` keeps the point, and the zeros that the precision asks for. */
function withPoint(formatted: string, verb: FloatVerb, precision: number): string {
  const isHex = verb === 'x' || verb === 'X';
  const [, mantissa, exponent] = (isHex ? /^([^pP]*)(.*)$/ : /^([^eE]*)(.*)$/).exec(formatted)!;
  const counts = verb === 'g' || verb === 'G' || verb === 'x';
  const significant = mantissa.replace('.', '').replace(/^0+/, '').length + (mantissa === '0' ? 1 : 0);
  const wanted = counts ? (precision === -1 ? 6 : precision) - significant : 0;
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.`}${'0'.repeat(Math.max(wanted, 0))}${exponent}`;
}

function runeOf(unsigned: bigint): number {
  return unsigned > BigInt(LARGEST_RUNE) ? -1 : Number(unsigned);
}
