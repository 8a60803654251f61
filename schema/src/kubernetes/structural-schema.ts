import type { StructuralSchema } from '../structural.ts';
import { type Definition, definitionOf } from './definitions.ts';

const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

/** What a template may say about the object that is made from it; the rest is the server's to fill in. */
const TEMPLATE_META = new Set(['annotations', 'finalizers', 'labels', 'name', 'namespace']);

const served = new Map<string, StructuralSchema>();
const embedded = new Map<string, StructuralSchema>();

/**
 * The schema under which Kubernetes serves a type, with everything it refers to inlined.
 *
 * Schemas are shared, between calls and within one: treat them as frozen. Printed in full some are megabytes.
 */
export function servedSchema(name: string): StructuralSchema {
  return remembered(served, name, () => inline(definitionOf(name), servedSchema));
}

/**
 * The schema of a field of a CRD that has this type.
 *
 * It is what CRDs generated from the Go types say: structure only. Words of an enum are left to the server that gets the
 * finished Pod, so that a newer word passes; patch strategies mean nothing in a CRD; of ObjectMeta there is what a template
 * may set.
 */
export function embeddedSchema(name: string): StructuralSchema {
  return remembered(embedded, name, () => inline(structureOf(name), embeddedSchema));
}

/** The definition as CRDs embed it, still with its references. */
export function structureOf(name: string): Definition {
  const structure = withoutWords(definitionOf(name));
  if (name !== OBJECT_META) return structure;
  return { ...structure, properties: Object.fromEntries(Object.entries(structure.properties!).filter(([key]) => TEMPLATE_META.has(key))) };
}

function withoutWords(definition: Definition): Definition {
  const { 'x-kubernetes-patch-strategy': _, 'x-kubernetes-patch-merge-key': __, enum: ___, ...rest } = definition;
  return withParts(rest, definition, withoutWords);
}

function inline(definition: Definition, schemaOf: (name: string) => StructuralSchema): StructuralSchema {
  const { $ref, properties: _, items: __, additionalProperties: ___, 'x-kubernetes-group-version-kind': ____, ...rest } = definition;
  // The sentence beside a reference says what the field is for; the one at its target only what the type is.
  if ($ref !== undefined) return { ...schemaOf($ref), ...rest };
  return withParts(rest, definition, (part) => inline(part, schemaOf));
}

function withParts<Schema extends StructuralSchema | Definition>(
  schema: Schema, { properties, items, additionalProperties }: Definition, map: (part: Definition) => Schema,
): Schema {
  return {
    ...schema,
    ...items && { items: map(items) },
    ...additionalProperties && { additionalProperties: map(additionalProperties) },
    ...properties && { properties: Object.fromEntries(Object.entries(properties).map(([key, property]) => [key, map(property)])) },
  };
}

function remembered(schemas: Map<string, StructuralSchema>, name: string, make: () => StructuralSchema): StructuralSchema {
  const known = schemas.get(name);
  if (known) return known;
  const schema = { title: name.slice(name.lastIndexOf('.') + 1), ...make() };
  schemas.set(name, schema);
  return schema;
}
