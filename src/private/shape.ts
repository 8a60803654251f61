import { type Problem } from './problem';
import { typeName } from './structural';

/**
 * Checks that a value came out of one of our factories, by a member that all of them have. The compiler says so too, but
 * `node main.ts` runs a program without it.
 */
export function checkMade(value: unknown, member: string, factories: string, path: string): Problem[] {
  if (typeof (value as Record<string, unknown> | null | undefined)?.[member] === 'function') return [];
  return [{ code: 'type', path, got: value === undefined || value === null ? 'nothing' : typeName(value), fix: `pass ${factories}` }];
}

/** The same for each item of a list. */
export function checkEachMade(values: readonly unknown[], member: string, factories: string, path: string): Problem[] {
  return values.flatMap((value, index) => checkMade(value, member, factories, `${path}[${index}]`));
}

/** Checks that a value which may be left out is a duration of cdk8s. */
export function checkDuration(value: unknown, path: string): Problem[] {
  return value === undefined ? [] : checkMade(value, 'toSeconds', 'a Duration, for example Duration.hours(1)', path);
}

/** The texts in what should be a list of them. What is none the schema tells. */
export function textsIn(list: unknown): string[] {
  return itemsIn(list).filter((item): item is string => typeof item === 'string');
}

/** The items of what should be a list. What is none the schema tells, or `checkMade`. */
export function itemsIn<T>(list: readonly T[] | unknown): T[] {
  return Array.isArray(list) ? list : [];
}

/**
 * A copy of a list that was passed to a constructor.
 *
 * @throws TypeError when it is no list: nothing sensible could be done with it at the end either.
 */
export function copyOfList<T>(list: T[] | undefined, where: string): T[] {
  if (list !== undefined && !Array.isArray(list)) throw new TypeError(`${where}: has the wrong type, got ${typeName(list)}; it has to be a list`);
  return [...(list ?? [])];
}
