import { type ByteString, encodeRune, runeAt } from './byte-string';
import type { Budget } from './limits';
import { Printer, noFlags } from './printer';
import { type Value, Byte, typeName } from './value';

/** Go's `fmt.Sprint`: a space between two values of which neither is text. */
export function sprint(values: readonly Value[], budget: Budget): ByteString {
  const printer = new Printer(budget);
  values.forEach((value, index) => {
    if (index > 0 && typeof value !== 'string' && typeof values[index - 1] !== 'string') printer.write(' ');
    printer.print(value, 'v');
  });
  return printer.output;
}

/** Go's `fmt.Sprintln`: a space between any two, and a line end. */
export function sprintln(values: readonly Value[], budget: Budget): ByteString {
  const printer = new Printer(budget);
  values.forEach((value, index) => {
    if (index > 0) printer.write(' ');
    printer.print(value, 'v');
  });
  printer.write('\n');
  return printer.output;
}

/** Go's `fmt.Sprintf`: mistakes of the format are told in the text, as Go does. */
export function sprintf(format: ByteString, values: readonly Value[], budget: Budget): ByteString {
  budget.spendBytes(format.length);
  return new Formatter(format, values, new Printer(budget)).run();
}

/** Go takes a width or precision beyond this for a mistake. */
const LARGEST_WIDTH = 1_000_000;

class Formatter {
  private at = 0;
  private next = 0;
  /** Whether an index like `[2]` was used anywhere, so that it is not known which values were left over. */
  private isReordered = false;
  private hasGoodIndex = true;

  public constructor(private readonly format: ByteString, private readonly values: readonly Value[], private readonly printer: Printer) {}

  public run(): ByteString {
    while (this.at < this.format.length) {
      const percent = this.format.indexOf('%', this.at);
      const end = percent < 0 ? this.format.length : percent;
      if (end > this.at) this.printer.write(this.format.slice(this.at, end));
      this.at = end + 1;
      if (percent >= 0) this.formatVerb();
    }
    this.tellLeftovers();
    return this.printer.output;
  }

  private formatVerb(): void {
    this.hasGoodIndex = true;
    this.printer.flags = noFlags();
    this.readFlags();
    let followsIndex = this.readIndex();
    followsIndex = this.readWidth(followsIndex);
    followsIndex = this.readPrecision(followsIndex);
    if (!followsIndex) this.readIndex();
    if (this.at >= this.format.length) return this.printer.write('%!(NOVERB)');

    const { value: rune, size } = runeAt(this.format, this.at);
    const verb = encodeRune(rune);
    this.at += size;
    if (verb === '%') return this.printer.write('%');
    if (!this.hasGoodIndex) return this.printer.write(`%!${verb}(BADINDEX)`);
    if (this.next >= this.values.length) return this.printer.write(`%!${verb}(MISSING)`);
    const { flags } = this.printer;
    if (verb === 'v' || verb === 'w') Object.assign(flags, { sharpV: flags.sharp, sharp: false, plusV: flags.plus, plus: false });
    this.printer.print(this.values[this.next++], verb);
  }

  private readFlags(): void {
    const { flags } = this.printer;
    for (; ; this.at++) {
      switch (this.format[this.at]) {
        case '#': flags.sharp = true; break;
        case '0': flags.zero = true; break;
        case '+': flags.plus = true; break;
        case '-': flags.minus = true; break;
        case ' ': flags.space = true; break;
        default: return;
      }
    }
  }

  private readWidth(followsIndex: boolean): boolean {
    const { flags } = this.printer;
    if (this.format[this.at] === '*') {
      this.at++;
      flags.width = this.takeInteger();
      if (flags.width === undefined) this.printer.write('%!(BADWIDTH)');
      if (flags.width !== undefined && flags.width < 0) Object.assign(flags, { width: -flags.width, minus: true, zero: false });
      return false;
    }
    flags.width = this.readNumber();
    if (followsIndex && flags.width !== undefined) this.hasGoodIndex = false;
    return followsIndex;
  }

  private readPrecision(followsIndex: boolean): boolean {
    const { flags } = this.printer;
    if (this.format[this.at] !== '.' || this.at + 1 >= this.format.length) return followsIndex;
    this.at++;
    if (followsIndex) this.hasGoodIndex = false;
    const hasIndex = this.readIndex();
    if (this.format[this.at] === '*') {
      this.at++;
      const precision = this.takeInteger();
      flags.precision = precision !== undefined && precision >= 0 ? precision : undefined;
      if (flags.precision === undefined) this.printer.write('%!(BADPREC)');
      return false;
    }
    flags.precision = this.readNumber() ?? 0;
    return hasIndex;
  }

  /** A number in the format; one that is too large takes the rest of the format with it. */
  private readNumber(end = this.format.length): number | undefined {
    let value: number | undefined;
    for (; this.at < end; this.at++) {
      const digit = this.format.charCodeAt(this.at) - 48;
      if (digit < 0 || digit > 9) break;
      if (value !== undefined && value > LARGEST_WIDTH) {
        this.at = end;
        return undefined;
      }
      value = (value ?? 0) * 10 + digit;
    }
    return value;
  }

  /** The value that `*` stands for. */
  private takeInteger(): number | undefined {
    if (this.next >= this.values.length) return undefined;
    const value = this.values[this.next++];
    const integer = value instanceof Byte ? value.value : value;
    return typeof integer === 'bigint' && integer <= LARGEST_WIDTH && integer >= -LARGEST_WIDTH ? Number(integer) : undefined;
  }

  /** `[2]`: which value comes next, counted from 1. Answers whether there was one that could be read. */
  private readIndex(): boolean {
    if (this.format[this.at] !== '[') return false;
    this.isReordered = true;
    const start = this.at + 1;
    const close = this.format.indexOf(']', start);
    if (close < 0 || start + 2 > this.format.length) {
      this.at = start;
      this.hasGoodIndex = false;
      return false;
    }
    this.at = start;
    const number = this.readNumber(close);
    const isNumber = number !== undefined && this.at === close;
    this.at = close + 1;
    const isThere = isNumber && number >= 1 && number <= this.values.length;
    if (isThere) this.next = number - 1;
    else this.hasGoodIndex = false;
    return isNumber;
  }

  private tellLeftovers(): void {
    if (this.isReordered || this.next >= this.values.length) return;
    this.printer.flags = noFlags();
    this.printer.write('%!(EXTRA ');
    this.values.slice(this.next).forEach((value, index) => {
      if (index > 0) this.printer.write(', ');
      if (value !== null && value !== undefined) this.printer.write(`${typeName(value)}=`);
      this.printer.print(value, 'v');
    });
    this.printer.write(')');
  }
}
