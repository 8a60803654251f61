/** What is known about data before there is any. */
export type Shape = PlainShape | ListShape | DictionaryShape | RecordShape;

/** `anything` has whatever a template reads from it. */
export interface PlainShape {
  readonly kind: 'text' | 'number' | 'boolean' | 'anything';
}

export interface ListShape {
  readonly kind: 'list';
  readonly of: Shape;
}

/** A map with names that are not known before. */
export interface DictionaryShape {
  readonly kind: 'dictionary';
  readonly of: Shape;
}

/** A map with these names and no others. */
export interface RecordShape {
  readonly kind: 'record';
  readonly fields: ReadonlyMap<string, Shape>;
  /** What it is, for messages: `a GitHub issue` has these fields. Left out: it is called as the template reads it. */
  readonly called?: string;
  /** Fields that may be missing. A dot then fails; `index` does not. */
  readonly optional?: ReadonlySet<string>;
  /** What to do to have one more. */
  readonly fix?: string;
}

// One object each: a template is checked once for each shape that it is called with.
export const TEXT: Shape = { kind: 'text' };
export const NUMBER: Shape = { kind: 'number' };
export const BOOLEAN: Shape = { kind: 'boolean' };
export const ANYTHING: Shape = { kind: 'anything' };

/** The shape that all of them are, if they are one. */
export function commonShape(shapes: Iterable<Shape>): Shape {
  const [first, ...others] = new Set(shapes);
  return first === undefined || others.length > 0 ? ANYTHING : first;
}
