/** A part of an object whose kind nobody knows here. */
export type Fields = Readonly<Record<string, unknown>>;

/** What a conversion looks at in `metadata`. */
export interface ConvertibleMeta {
  readonly name?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An object of the API, as far as a conversion looks at it: whoever asks knows more of its metadata, and gets that back. */
export interface Convertible<Metadata extends ConvertibleMeta = ConvertibleMeta> {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: Metadata;
  readonly spec?: Fields;
  readonly status?: Fields;
}

/** What a conversion changes of an object. */
export interface Content {
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec?: Fields;
  readonly status?: Fields;
}

/** A kind from its older version to the hub, and back. Neither changes what it is given. */
export interface Conversion {
  readonly up: (older: Content) => Content;
  readonly down: (newer: Content) => Content;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function fieldsIn(value: unknown, name: string): Fields | undefined {
  const member = isFields(value) ? value[name] : undefined;
  return isFields(member) ? member : undefined;
}

export function listIn(value: unknown, name: string): readonly unknown[] | undefined {
  const member = isFields(value) ? value[name] : undefined;
  return Array.isArray(member) ? member as unknown[] : undefined;
}

export function textIn(value: unknown, name: string): string | undefined {
  const member = isFields(value) ? value[name] : undefined;
  return typeof member === 'string' ? member : undefined;
}

/** Left out, or as good as that: Go leaves out what is empty. */
export function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '' || value === false || (Array.isArray(value) && value.length === 0);
}

export function without(fields: Fields, ...names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

/** The fields with one more or another; for `undefined` without it. */
export function having(fields: Fields, name: string, value: unknown): Fields {
  return value === undefined ? without(fields, name) : { ...fields, [name]: value };
}

/** As JSON values are: the order of members does not matter, that of items does. */
export function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one) || Array.isArray(other)) {
    return Array.isArray(one) && Array.isArray(other) && one.length === other.length && one.every((item, index) => isSame(item, other[index]));
  }
  if (!isFields(one) || !isFields(other)) return false;
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => Object.hasOwn(other, name) && isSame(one[name], other[name]));
}

/** The same with another value at the path, if there are fields at it. */
export function changedWithin<Whole extends object>(whole: Whole, [name, ...inner]: readonly string[], change: (fields: Fields) => Fields): Whole {
  if (name === undefined) return change(whole as unknown as Fields) as unknown as Whole;
  const within = (whole as unknown as Fields)[name];
  return isFields(within) ? { ...whole, [name]: changedWithin(within, inner, change) } : whole;
}
