import { isEqual, isObject } from '../json.ts';
import type { Schema } from './schema.ts';

/**
 * Which old item each item of a list was, by the list's type: by key in a map, by value in a set, and not at all in an atomic list, whose
 * items have no identity.
 */
export function correlate(items: readonly unknown[], old: unknown, schema: Schema): unknown[] {
  if (!Array.isArray(old)) return items.map(() => undefined);
  switch (schema['x-kubernetes-list-type']) {
    case 'map': {
      const keys = schema['x-kubernetes-list-map-keys'] ?? [];
      return items.map((item) => old.find((candidate) => isObject(item) && isObject(candidate) && keys.every((key) => isEqual(item[key], candidate[key]))));
    }
    case 'set': return items.map((item) => old.find((candidate) => isEqual(item, candidate)));
    default: return items.map(() => undefined);
  }
}
