import { isEqual, isObject } from '../json.ts';
import { fieldSchema, type Schema } from '../structural/schema.ts';
import { leaf, node, union, type FieldSet, type FieldTree } from './field-tree.ts';
import { edgeOf, isAtomic, itemsByEdge } from './list-identity.ts';

/** The fields an applied configuration speaks about: its leaves, and each key of a map and item of a list by itself. */
export function fieldsOf(value: unknown, schema: Schema | undefined): FieldSet {
  if (isObject(value)) {
    // In an empty object there is nothing to own but the object itself.
    if (isAtomic(schema, value) || Object.keys(value).length === 0) return leaf();
    const children: Record<string, FieldTree> = {};
    for (const field in value) {
      if (value[field] === undefined) continue;
      const below = fieldsOf(value[field], schema && fieldSchema(schema, field));
      const isKey = schema?.properties?.[field] === undefined;
      children[`f:${field}`] = union(below, isKey || below === undefined ? leaf() : undefined)!;
    }
    return node(false, children);
  }
  if (Array.isArray(value)) {
    if (isAtomic(schema, value)) return leaf();
    const children: Record<string, FieldTree> = {};
    for (const item of value) children[edgeOf(item, schema!)] = union(fieldsOf(item, schema!.items), leaf())!;
    return node(false, children);
  }
  return leaf();
}

/** Every field of a value, those in between included. */
function allFields(value: unknown, schema: Schema | undefined): FieldTree {
  return union(fieldsWithParents(value, schema), leaf())!;
}

function fieldsWithParents(value: unknown, schema: Schema | undefined): FieldSet {
  if (typeof value !== 'object' || value === null || isAtomic(schema, value)) return undefined;
  const children: Record<string, FieldTree> = {};
  if (Array.isArray(value)) for (const item of value) children[edgeOf(item, schema!)] = allFields(item, schema!.items);
  else if (isObject(value)) for (const field in value) if (value[field] !== undefined) children[`f:${field}`] = allFields(value[field], schema && fieldSchema(schema, field));
  return node(false, children);
}

export interface FieldChanges {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

/** What a write did, field by field. */
export function compareFields(before: unknown, after: unknown, schema: Schema | undefined): FieldChanges {
  if (before === undefined) return { added: after === undefined ? undefined : allFields(after, schema), modified: undefined, removed: undefined };
  if (after === undefined) return { added: undefined, modified: undefined, removed: allFields(before, schema) };
  if (isEqual(before, after)) return NO_CHANGES;
  if (isObject(before) && isObject(after) && !isAtomic(schema, before) && !isAtomic(schema, after)) {
    const fields = new Set([...Object.keys(before), ...Object.keys(after)]);
    return combine([...fields].map((field) => [`f:${field}`, compareFields(before[field], after[field], schema && fieldSchema(schema, field))]));
  }
  if (Array.isArray(before) && Array.isArray(after) && !isAtomic(schema, before)) {
    const [olds, news] = [itemsByEdge(before, schema!), itemsByEdge(after, schema!)];
    const edges = new Set([...olds.keys(), ...news.keys()]);
    return combine([...edges].map((edge) => [edge, compareFields(olds.get(edge), news.get(edge), schema!.items)]));
  }
  return { added: undefined, modified: leaf(), removed: undefined };
}

const NO_CHANGES: FieldChanges = { added: undefined, modified: undefined, removed: undefined };

function combine(parts: readonly (readonly [string, FieldChanges])[]): FieldChanges {
  const collect = (kind: keyof FieldChanges): FieldSet => {
    const children: Record<string, FieldTree> = {};
    for (const [edge, changes] of parts) {
      const below = changes[kind];
      if (below !== undefined) children[edge] = below;
    }
    return node(false, children);
  };
  return { added: collect('added'), modified: collect('modified'), removed: collect('removed') };
}
