import { isObject, type JsonObject } from '../json.ts';
import { fieldSchema, isTyped, type Schema } from './schema.ts';

/**
 * Removes the fields that a schema does not know, and tells where they were.
 *
 * Below `x-kubernetes-preserve-unknown-fields` everything stays; an embedded resource keeps its apiVersion, kind and metadata. A value that
 * loses nothing is returned as it is, not copied.
 */
export function prune<T>(value: T, schema: Schema, unknownField: (path: string) => void): T {
  return pruneValue(value, schema, '', unknownField) as T;
}

function pruneValue(value: unknown, schema: Schema, path: string, unknownField: (path: string) => void): unknown {
  if (Array.isArray(value)) {
    if (schema.items === undefined) return value;
    return mapIfChanged(value, (item, index) => pruneValue(item, schema.items!, `${path}[${index}]`, unknownField));
  }
  if (!isObject(value) || !isTyped(schema)) return value;
  const isEmbedded = schema['x-kubernetes-embedded-resource'] === true;
  const keepsUnknown = schema['x-kubernetes-preserve-unknown-fields'] === true || schema.additionalProperties === true;
  let result: JsonObject | undefined;
  for (const field in value) {
    const fieldPath = path === '' ? field : `${path}.${field}`;
    const known = fieldSchema(schema, field);
    const keepsField = known !== undefined || keepsUnknown || (isEmbedded && (field === 'apiVersion' || field === 'kind' || field === 'metadata'));
    if (!keepsField) {
      unknownField(fieldPath);
      result ??= { ...value };
      delete result[field];
      continue;
    }
    if (known === undefined) continue;
    const pruned = pruneValue(value[field], known, fieldPath, unknownField);
    if (pruned !== value[field]) {
      result ??= { ...value };
      result[field] = pruned;
    }
  }
  return result ?? value;
}

/** The same array when no item changes. */
export function mapIfChanged(items: readonly unknown[], change: (item: unknown, index: number) => unknown): readonly unknown[] {
  let result: unknown[] | undefined;
  items.forEach((item, index) => {
    const changed = change(item, index);
    if (changed === item) return;
    result ??= [...items];
    result[index] = changed;
  });
  return result ?? items;
}
