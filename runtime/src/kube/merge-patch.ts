import { isDeepStrictEqual } from 'node:util';

/**
 * The merge patch (RFC 7386) that makes `after` of `before`: what is no longer there is null, lists are whole.
 *
 * **Assumes** Plain JSON without null, which such a patch cannot write.
 */
export function mergePatch(before: object, after: object): object {
  const [old, desired] = [before as Record<string, unknown>, after as Record<string, unknown>];
  const gone = Object.keys(old).filter((name) => desired[name] === undefined).map((name) => [name, null]);
  const changed = Object.entries(desired)
    .filter(([name, value]) => value !== undefined && !isDeepStrictEqual(old[name], value))
    .map(([name, value]) => [name, isObject(value) && isObject(old[name]) ? mergePatch(old[name], value) : value]);
  return Object.fromEntries([...gone, ...changed]);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
