import { type ByteString, fromBytes, toBytes } from './byte-string';
import { TemplateFault } from './template-error';

/**
 * What a template computes with.
 *
 * A JavaScript number is a Go `float64`, as in Go every number read from JSON is; a bigint is an `int`. `undefined` is Go's
 * absence of a value, which prints `<no value>`; `null` is a nil that was found in the data.
 */
export type Value = ByteString | boolean | number | bigint | Byte | Complex | MapValue | ListValue | StructValue | null | undefined;

/** One byte of a string, as `index` gives it: Go's uint8. */
export class Byte {
  public constructor(public readonly value: bigint) {}
}

/** Only a literal can be one. */
export class Complex {
  public constructor(public readonly real: number, public readonly imaginary: number) {}
}

/** The Go type of what a map or a list holds. */
export type Element = 'interface {}' | 'string';

/** A Go map with string keys. Reads own properties only and each of them once, when it is asked for. */
export class MapValue {
  private readonly values = new Map<ByteString, Value>();
  private sortedKeys?: ByteString[];

  public constructor(private readonly source: Readonly<Record<string, unknown>>, public readonly element: Element) {}

  /** Nothing for a key that is not there. */
  public get(key: ByteString): Value {
    const known = this.values.get(key);
    if (known !== undefined) return known;
    const name = fromBytes(key);
    if (!Object.hasOwn(this.source, name) || this.source[name] === undefined || toBytes(name) !== key) return undefined;
    const value = toValue(this.source[name]);
    this.values.set(key, value);
    return value;
  }

  /** In the order in which Go prints and ranges over them. */
  public keys(): readonly ByteString[] {
    this.sortedKeys ??= Object.keys(this.source).filter((name) => this.source[name] !== undefined).map(toBytes).sort(byBytes);
    return this.sortedKeys;
  }

  /** What Go gives for a key that is not there. */
  public get zero(): Value {
    return this.element === 'string' ? '' : null;
  }
}

/** A Go slice: a part of a list. What it was cut from goes on behind its end, as far as its capacity. */
export class ListValue {
  public static of(source: readonly unknown[], element: Element): ListValue {
    return new ListValue({ source, values: [] }, element, 0, source.length, source.length);
  }

  private constructor(
    private readonly cells: { readonly source: readonly unknown[]; readonly values: Value[] },
    public readonly element: Element,
    private readonly start: number,
    public readonly length: number,
    public readonly capacity: number,
  ) {}

  public at(index: number): Value {
    const { source, values } = this.cells;
    const cell = this.start + index;
    return (values[cell] ??= toValue(source[cell]));
  }

  /** `0 <= from <= to <= limit <= capacity`. */
  public slice(from: number, to: number, limit: number): ListValue {
    return new ListValue(this.cells, this.element, this.start + from, to - from, limit - from);
  }
}

/** What a struct is made of. Each field is made when it is asked for, so that a large one costs what is read of it. */
export interface StructFields {
  /** Data, another struct, or nothing for a name that it has neither as a field nor as a method. */
  get(name: string): unknown;
  /** The fields that are set, for printing and for messages. */
  names(): readonly string[];
}

/** A pointer to a Go struct. One that is nil has no fields, and may have methods all the same. */
export class StructValue {
  public constructor(private readonly fields: StructFields, public readonly isNil: boolean) {}

  /** Nothing for a name that it does not have. */
  public get(name: ByteString): Value {
    const shown = fromBytes(name);
    const value = toBytes(shown) === name ? this.fields.get(shown) : undefined;
    return value === undefined ? undefined : toValue(value);
  }

  public names(): readonly string[] {
    return this.isNil ? [] : this.fields.names();
  }

  /** As it is printed. Go prints the addresses of what is inside. */
  public toMap(): MapValue {
    return new MapValue(Object.fromEntries(this.names().map((name) => [name, this.fields.get(name)])), 'interface {}');
  }
}

/** A pointer to a struct, or one that is nil: it prints `<nil>`, and its fields cannot be read. */
export function structPointer(fields: StructFields, { isNil }: { readonly isNil: boolean }): StructValue {
  return new StructValue(fields, isNil);
}

/** A map whose values are Go strings, and not anything: a key that is missing is then an empty text to `index`. */
export function stringMap(entries: Readonly<Record<string, string>>): MapValue {
  return new MapValue(entries, 'string');
}

/** A list of Go strings, and not of anything. */
export function stringList(items: readonly string[]): ListValue {
  return ListValue.of(items, 'string');
}

/** Data of the program as a template sees it. Throws for what JSON cannot hold, but for bigints. */
export function toValue(data: unknown): Value {
  if (data === null || data === undefined) return null;
  if (typeof data === 'string') return toBytes(data);
  if (typeof data === 'number' || typeof data === 'boolean') return data;
  if (typeof data === 'bigint') return BigInt.asIntN(64, data);
  if (Array.isArray(data)) return ListValue.of(data, 'interface {}');
  if (data instanceof MapValue || data instanceof ListValue || data instanceof StructValue) return data;
  if (isRecord(data)) return new MapValue(data, 'interface {}');
  throw new TemplateFault('a variable holds what is no data; text, numbers, booleans, lists and plain objects are');
}

function isRecord(data: unknown): data is Record<string, unknown> {
  if (typeof data !== 'object') return false;
  const prototype: unknown = Object.getPrototypeOf(data);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Whether `if` takes it for true. */
export function isTrue(value: Value): boolean {
  switch (typeof value) {
    case 'boolean': return value;
    case 'string': return value.length > 0;
    case 'number': return value !== 0;
    case 'bigint': return value !== 0n;
    case 'undefined': return false;
  }
  if (value === null) return false;
  if (value instanceof StructValue) return !value.isNil;
  if (value instanceof MapValue) return value.keys().length > 0;
  if (value instanceof ListValue) return value.length > 0;
  return value instanceof Byte ? value.value !== 0n : value.real !== 0 || value.imaginary !== 0;
}

/** As Go calls it. */
export function typeName(value: Value): string {
  switch (typeof value) {
    case 'string': return 'string';
    case 'boolean': return 'bool';
    case 'number': return 'float64';
    case 'bigint': return 'int';
    case 'undefined': return '<nil>';
  }
  if (value === null) return '<nil>';
  if (value instanceof StructValue) return '*struct';
  if (value instanceof MapValue) return `map[string]${value.element}`;
  if (value instanceof ListValue) return `[]${value.element}`;
  return value instanceof Byte ? 'uint8' : 'complex128';
}

/** As a message calls it. */
export function describe(value: Value): string {
  if (typeof value === 'string') return 'text';
  if (typeof value === 'boolean') return 'a boolean';
  if (value === null || value === undefined || (value instanceof StructValue && value.isNil)) return 'nothing';
  if (value instanceof StructValue) return 'a struct';
  if (value instanceof MapValue) return 'a map';
  if (value instanceof ListValue) return 'a list';
  return 'a number';
}

function byBytes(a: ByteString, b: ByteString): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
