import { isObject, wireJson } from '../json.ts';
import type { Schema } from '../structural/schema.ts';

/** Whether a value is one field, owned as a whole: a list, unless its schema says set or map, and an object whose schema says atomic. */
export function isAtomic(schema: Schema | undefined, value: object): boolean {
  if (!Array.isArray(value)) return schema?.['x-kubernetes-map-type'] === 'atomic';
  const type = schema?.['x-kubernetes-list-type'];
  return type !== 'set' && type !== 'map';
}

/** What names an item in its list: its keys in a map, itself in a set. A key that is left out has its default. */
export function edgeOf(item: unknown, schema: Schema): string {
  if (schema['x-kubernetes-list-type'] !== 'map' || !isObject(item)) return `v:${wireJson(item)}`;
  const keys: Record<string, unknown> = {};
  for (const key of [...schema['x-kubernetes-list-map-keys'] ?? []].sort()) {
    const value = item[key] ?? schema.items?.properties?.[key]?.default;
    if (value !== undefined) keys[key] = value;
  }
  return `k:${wireJson(keys)}`;
}

export function itemsByEdge(items: readonly unknown[], schema: Schema): Map<string, unknown> {
  return new Map(items.map((item) => [edgeOf(item, schema), item]));
}
