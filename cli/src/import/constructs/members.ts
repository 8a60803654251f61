import { type Expression, type List, literal, type Members, members } from '../expression.ts';
import type { Find } from './find.ts';

/** Those members of an object that a struct of the library calls alike, in the order of the names. */
export function chosen(object: object, names: readonly string[], { plain }: Pick<Find, 'plain'>, ...path: string[]): Readonly<Record<string, Expression | undefined>> {
  const values = object as Readonly<Record<string, unknown>>;
  return Object.fromEntries(names.map((name) => [name, values[name] === undefined ? undefined : plain(values[name], ...path, name)]));
}

export function list(items: readonly Expression[]): List {
  return { kind: 'list', items };
}

/** A list of what has names as a map of them. */
export function byName<T extends { readonly name: string }>(items: readonly T[], express: (item: T) => Expression): Members {
  return members(Object.fromEntries(items.map((item) => [item.name, express(item)])));
}

export function optional(value: string | number | boolean | undefined): Expression | undefined {
  return value === undefined ? undefined : literal(value);
}
