import { type Definition, definitions } from '@taskwright/schema/kubernetes';
import { UNTYPED, type Schema } from './schema.ts';

const linked = new Map<string, Schema>();

/** The schema of a kind of Kubernetes' own, with its references followed; of a kind nobody published a schema for, the one that knows nothing. */
export function builtInSchema(group: string, version: string, kind: string): Schema {
  const name = names.get(`${group}/${version}/${kind}`);
  return name === undefined ? UNTYPED : link(name);
}

/** The schema of a part of the built-in kinds, by its full name. */
export function builtInPart(name: string): Schema {
  return link(name);
}

const names = new Map(Object.entries(definitions).flatMap(([name, definition]) => (definition['x-kubernetes-group-version-kind'] ?? [])
  .map(({ group, version, kind }) => [`${group}/${version}/${kind}`, name] as const)));

/** Each definition is linked once, and before its parts, so that one may refer to itself. */
function link(name: string): Schema {
  const known = linked.get(name);
  if (known !== undefined) return known;
  const definition = definitions[name];
  if (definition === undefined) return UNTYPED;
  const schema: Record<string, unknown> = {};
  linked.set(name, schema);
  Object.assign(schema, resolve(definition));
  return schema;
}

function resolve(definition: Definition): Schema {
  const { $ref, properties, items, additionalProperties, ...own } = definition;
  const target = $ref === undefined ? undefined : link($ref);
  // What is said beside a reference is said about this use of it.
  if (target !== undefined && Object.keys(own).every((key) => key === 'description')) return target;
  // Go's RawExtension and FieldsV1: an object of any shape.
  const isAnything = own.type === 'object' && properties === undefined && additionalProperties === undefined;
  return {
    ...target,
    ...own as Schema,
    ...(isAnything ? { 'x-kubernetes-preserve-unknown-fields': true } : {}),
    ...(properties === undefined ? {} : { properties: Object.fromEntries(Object.entries(properties).map(([field, part]) => [field, resolve(part)])) }),
    ...(items === undefined ? {} : { items: resolve(items) }),
    ...(additionalProperties === undefined ? {} : { additionalProperties: resolve(additionalProperties) }),
  };
}

/** `metadata`, which custom resources have in common with all others. */
export const OBJECT_META: Schema = link('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta');
