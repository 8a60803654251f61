import { isObject, type JsonObject } from '../json.ts';

/** RFC 7386: a null removes, an object merges, anything else replaces; lists are replaced whole. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: JsonObject = isObject(target) ? { ...target } : {};
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) delete result[field];
    else setOwn(result, field, mergePatch(result[field], value));
  }
  return result;
}

/** A field named `__proto__` is a field like any other. */
function setOwn(object: JsonObject, field: string, value: unknown): void {
  Object.defineProperty(object, field, { value, writable: true, enumerable: true, configurable: true });
}
