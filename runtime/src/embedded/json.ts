/** JSON values as the server handles them: never mutated once stored, compared by content, serialised once. */

export type JsonObject = { [field: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Equal as JSON: key order does not count, and a field that is undefined is a field that is absent. */
export function isEqual(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left)) {
    return Array.isArray(right) && left.length === right.length && left.every((item, index) => isEqual(item, right[index]));
  }
  if (!isObject(left) || !isObject(right)) return false;
  let leftFields = 0;
  for (const key in left) {
    if (left[key] === undefined) continue;
    leftFields++;
    if (!isEqual(left[key], right[key])) return false;
  }
  let rightFields = 0;
  for (const key in right) if (right[key] !== undefined) rightFields++;
  return leftFields === rightFields;
}

/** Freezes the value and everything in it; what is frozen already is taken to be frozen all the way down. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const key in value) deepFreeze(value[key]);
  return value;
}

export function deepClone<T>(value: T): T {
  if (Array.isArray(value)) return value.map(deepClone) as T;
  if (!isObject(value)) return value;
  const copy: JsonObject = {};
  for (const key in value) copy[key] = deepClone(value[key]);
  return copy as T;
}

export function without(object: JsonObject, ...fields: string[]): JsonObject {
  const copy: JsonObject = {};
  for (const key in object) if (!fields.includes(key)) copy[key] = object[key];
  return copy;
}

const ESCAPED = /[<>&\u2028\u2029]/g;

/**
 * JSON as Go writes it: `<`, `>`, `&`, U+2028 and U+2029 are escaped. The last two are line ends to some readers, and a watch is
 * read line by line.
 */
export function wireJson(value: unknown): string {
  const text = JSON.stringify(value);
  return ESCAPED.test(text) ? text.replace(ESCAPED, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`) : text;
}
