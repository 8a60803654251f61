import { isEqual, isObject, without, type JsonObject } from '../json.ts';
import { badRequest } from '../status-error.ts';
import { fieldSchema, type Schema } from '../structural/schema.ts';

const SET_ORDER = '$setElementOrder/';
const DELETE_PRIMITIVES = '$deleteFromPrimitiveList/';

/**
 * The merge patch of the built-in kinds: as RFC 7386, except that a list whose schema names a merge key is merged item by item, and that
 * directives (`$patch`, `$retainKeys`, `$deleteFromPrimitiveList/…`, `$setElementOrder/…`) say what a merge cannot.
 */
export function strategicMergePatch(target: unknown, patch: unknown, schema: Schema | undefined): unknown {
  if (!isObject(patch)) return patch;
  if (patch.$patch === 'replace') return without(patch, '$patch');
  if (patch.$patch === 'delete') return {};
  let result: JsonObject = isObject(target) ? { ...target } : {};
  if (Array.isArray(patch.$retainKeys)) {
    const retained = patch.$retainKeys;
    result = Object.fromEntries(Object.entries(result).filter(([field]) => retained.includes(field)));
  }
  for (const [field, value] of Object.entries(patch)) {
    if (field.startsWith('$')) continue;
    if (value === null) delete result[field];
    else result[field] = mergeField(result[field], value, field, schema && fieldSchema(schema, field));
  }
  for (const [directive, value] of Object.entries(patch)) {
    if (!directive.startsWith(DELETE_PRIMITIVES)) continue;
    const field = directive.slice(DELETE_PRIMITIVES.length);
    const removed = Array.isArray(value) ? value : [];
    if (Array.isArray(result[field])) result[field] = result[field].filter((item) => !removed.includes(item));
  }
  return reorder(result, patch, schema);
}

function mergeField(target: unknown, value: unknown, field: string, schema: Schema | undefined): unknown {
  if (!Array.isArray(value)) return strategicMergePatch(target, value, schema);
  const strategy = schema?.['x-kubernetes-patch-strategy'] ?? '';
  if (!strategy.split(',').includes('merge')) return value.map((item) => strategicMergePatch(undefined, item, schema?.items));
  const items = Array.isArray(target) ? target : [];
  const key = schema?.['x-kubernetes-patch-merge-key'];
  if (key === undefined) return [...items, ...value.filter((item) => !items.some((present) => isEqual(present, item)))];
  return mergeByKey(items, value, key, field, schema?.items);
}

function mergeByKey(items: readonly unknown[], patches: readonly unknown[], key: string, field: string, schema: Schema | undefined): unknown[] {
  let result = [...items];
  for (const patch of patches) {
    if (!isObject(patch)) throw badRequest(`${field}: an item of a list that is merged by ${key} is an object`);
    if (patch.$patch === 'replace') return patches.filter((item) => isObject(item) && item.$patch !== 'replace');
    if (patch[key] === undefined) throw badRequest(`map: ${JSON.stringify(Object.keys(patch))} does not contain declared merge key: ${key}`);
    const isSame = (item: unknown) => isObject(item) && isEqual(item[key], patch[key]);
    if (patch.$patch === 'delete') result = result.filter((item) => !isSame(item));
    else if (result.some(isSame)) result = result.map((item) => (isSame(item) ? strategicMergePatch(item, patch, schema) : item));
    else result.push(strategicMergePatch(undefined, patch, schema));
  }
  return result;
}

/** Items named by `$setElementOrder` come in that order; the others keep theirs, after them. */
function reorder(result: JsonObject, patch: JsonObject, schema: Schema | undefined): JsonObject {
  for (const [directive, order] of Object.entries(patch)) {
    if (!directive.startsWith(SET_ORDER) || !Array.isArray(order)) continue;
    const field = directive.slice(SET_ORDER.length);
    const items = result[field];
    if (!Array.isArray(items)) continue;
    const key = schema && fieldSchema(schema, field)?.['x-kubernetes-patch-merge-key'];
    const identity = (item: unknown) => (key !== undefined && isObject(item) ? item[key] : item);
    const position = (item: unknown) => {
      const index = order.findIndex((wanted) => isEqual(identity(wanted), identity(item)));
      return index === -1 ? order.length : index;
    };
    result[field] = items.toSorted((left, right) => position(left) - position(right));
  }
  return result;
}
