import { isObject } from '../json.ts';
import { fieldSchema, type Schema } from '../structural/schema.ts';
import { readable } from './field-tree.ts';
import { edgeOf } from './list-identity.ts';

/** An item of a keyed list that has none of its keys cannot be told from its neighbours, so it cannot be applied: what the API server says of it. */
export function keylessItem(value: unknown, schema: Schema | undefined, path = ''): string | undefined {
  if (schema === undefined) return undefined;
  if (Array.isArray(value)) return keylessIn(value, schema, path);
  if (!isObject(value)) return undefined;
  for (const field in value) {
    const found = keylessItem(value[field], fieldSchema(schema, field), `${path}.${field}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function keylessIn(items: readonly unknown[], schema: Schema, path: string): string | undefined {
  if (schema['x-kubernetes-list-type'] !== 'map') return undefined;
  for (const [index, item] of items.entries()) {
    const edge = edgeOf(item, schema);
    if (edge === 'k:{}') {
      const keys = (schema['x-kubernetes-list-map-keys'] ?? []).map((key) => JSON.stringify(key)).join(' ');
      return `${path}: element ${index}: associative list with keys has an element that omits all key fields [${keys}] (and doesn't have default values for any key fields)`;
    }
    const found = keylessItem(item, schema.items, `${path}${readable(edge)}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
