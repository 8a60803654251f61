import { isObject, type JsonObject } from '../json.ts';
import { fieldSchema, type Schema } from '../structural/schema.ts';
import type { FieldTree } from './field-tree.ts';
import { edgeOf, isAtomic, itemsByEdge } from './list-identity.ts';

/** The live object with an applied configuration laid over it: maps and keyed lists merge, everything else is replaced. */
export function mergeApplied(live: unknown, applied: unknown, schema: Schema | undefined): unknown {
  if (isObject(live) && isObject(applied) && schema?.['x-kubernetes-map-type'] !== 'atomic') {
    const result: JsonObject = { ...live };
    for (const field in applied) result[field] = mergeApplied(live[field], applied[field], schema && fieldSchema(schema, field));
    return result;
  }
  if (Array.isArray(live) && Array.isArray(applied) && schema && !isAtomic(schema, applied)) {
    const wanted = itemsByEdge(applied, schema);
    const merged = live.map((item) => {
      const edge = edgeOf(item, schema);
      const change = wanted.get(edge);
      wanted.delete(edge);
      return change === undefined ? item : mergeApplied(item, change, schema.items);
    });
    return [...merged, ...wanted.values()];
  }
  return applied;
}

/** Removes the fields of `abandoned` that nobody in `owned` owns, and with them what they contained and nobody else asked for. */
export function removeAbandoned(value: unknown, abandoned: FieldTree, owned: FieldTree, schema: Schema | undefined): unknown {
  if (isObject(value)) {
    let result = value;
    for (const edge in abandoned) {
      if (!edge.startsWith('f:')) continue;
      const field = edge.slice(2);
      if (!(field in value)) continue;
      const below = owned[edge];
      if (result === value) result = { ...value };
      if (below === undefined) delete result[field];
      else {
        const left = removeAbandoned(value[field], abandoned[edge]!, below, schema && fieldSchema(schema, field));
        // A list goes with its last item.
        if (Array.isArray(left) && left.length === 0) delete result[field];
        else result[field] = left;
      }
    }
    return result;
  }
  if (!Array.isArray(value) || schema === undefined || isAtomic(schema, value)) return value;
  return value.flatMap((item) => {
    const edge = edgeOf(item, schema);
    if (!(edge in abandoned)) return [item];
    const below = owned[edge];
    return below === undefined ? [] : [removeAbandoned(item, abandoned[edge]!, below, schema.items)];
  });
}
