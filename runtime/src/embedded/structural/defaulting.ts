import { deepClone, isObject, type JsonObject } from '../json.ts';
import { mapIfChanged } from './pruning.ts';
import { fieldSchema, type Schema } from './schema.ts';

/**
 * Fills in the defaults of a schema where a field is absent. A null where null is not allowed counts as absent.
 *
 * A default applies only inside an object that is there: it never makes one of its parents. A value that gains nothing is not copied.
 */
export function applyDefaults<T>(value: T, schema: Schema): T {
  return defaulted(value, schema) as T;
}

function defaulted(value: unknown, schema: Schema): unknown {
  if (Array.isArray(value)) return schema.items === undefined ? value : mapIfChanged(value, (item) => defaulted(item, schema.items!));
  if (!isObject(value)) return value;
  let result: JsonObject | undefined;
  const set = (field: string, changed: unknown) => {
    result ??= { ...value };
    if (changed === undefined) delete result[field];
    else result[field] = changed;
  };
  for (const field in schema.properties) {
    const property = schema.properties[field]!;
    const current = value[field];
    const isAbsent = current === undefined || (current === null && !property.nullable);
    if (isAbsent && property.default !== undefined) set(field, defaulted(deepClone(property.default), property));
    else if (current === null && !property.nullable) set(field, undefined);
  }
  for (const field in value) {
    const property = fieldSchema(schema, field);
    const current = (result ?? value)[field];
    if (property === undefined || current === undefined) continue;
    const changed = defaulted(current, property);
    if (changed !== current) set(field, changed);
  }
  return result ?? value;
}
