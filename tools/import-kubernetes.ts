/**
 * Turns the schemas of a Kubernetes API server into the compact form that is committed as
 * `schema/src/kubernetes/definitions.json`. Run by hand when the project moves to a newer Kubernetes:
 *
 *     kubectl get --raw /openapi/v3/api/v1 …   # the documents of the groups we need, their components.schemas in one object
 *     node --conditions=taskwright-source tools/import-kubernetes.ts schemas.json
 *
 * The input is `{ source, schemas }`. Everything is kept but prose after the first paragraph and what is no fact about the API.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Definition } from '@taskwright/schema/kubernetes';

interface OpenApiSchema extends Omit<Definition, 'properties' | 'items' | 'additionalProperties'> {
  properties?: Record<string, OpenApiSchema>;
  items?: OpenApiSchema;
  additionalProperties?: OpenApiSchema;
  allOf?: { $ref: string }[];
}

const TIME: Definition = { type: 'string', format: 'date-time' };
const ANY_OBJECT: Definition = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const INT_OR_STRING: Definition = { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] };
const QUANTITY_PATTERN = String.raw`^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$`;

/** What OpenAPI says of them is meant for code generators; this is how they look in a CRD. */
const SCALARS: Record<string, Definition> = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': { ...INT_OR_STRING, pattern: QUANTITY_PATTERN },
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': INT_OR_STRING,
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': TIME,
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': TIME,
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': ANY_OBJECT,
  'io.k8s.apimachinery.pkg.runtime.RawExtension': ANY_OBJECT,
};

/** The body of a patch may have any shape: no object of the API holds one. */
const NOT_A_TYPE = new Set(['io.k8s.apimachinery.pkg.apis.meta.v1.Patch']);

const KEPT = [
  'type', 'format', 'enum', 'required', 'x-kubernetes-list-type', 'x-kubernetes-list-map-keys', 'x-kubernetes-map-type',
  'x-kubernetes-patch-strategy', 'x-kubernetes-patch-merge-key', 'x-kubernetes-group-version-kind',
] as const;

function compact(schema: OpenApiSchema, isRequired = false): Definition {
  const ref = schema.$ref ?? schema.allOf?.[0]?.$ref;
  const definition: Definition = {};
  if (schema.description !== undefined) definition.description = firstParagraph(schema.description);
  if (ref !== undefined) return { $ref: ref.slice(ref.lastIndexOf('/') + 1), ...definition };
  for (const key of KEPT) if (schema[key] !== undefined) Object.assign(definition, { [key]: schema[key] });
  // The default of a required member is the zero value of Go, an artefact of the generator: the server does not set it.
  if (schema.default !== undefined && !isRequired) definition.default = schema.default;
  if (schema.items) definition.items = compact(schema.items);
  if (schema.additionalProperties) definition.additionalProperties = compact(schema.additionalProperties);
  if (schema.properties) {
    definition.properties = Object.fromEntries(Object.entries(schema.properties)
      .map(([name, property]) => [name, compact(property, schema.required?.includes(name))]));
  }
  return definition;
}

function scalar(name: string, { description }: OpenApiSchema): Definition | undefined {
  return SCALARS[name] && { ...description !== undefined && { description: firstParagraph(description) }, ...SCALARS[name] };
}

/** The rest of the prose is examples, history, links and lists of the words that `enum` already has. */
function firstParagraph(text: string): string {
  return text.split('\n\n', 1)[0]!.replace(/\s+/g, ' ').replace(/ ?More info: \S+/gi, '').trim();
}

const [input] = process.argv.slice(2);
if (input === undefined) throw new Error('usage: import-kubernetes.ts <schemas.json>');
const { source, schemas } = JSON.parse(readFileSync(input, 'utf8')) as { source: string; schemas: Record<string, OpenApiSchema> };
const lines = Object.entries(schemas)
  .filter(([name]) => !NOT_A_TYPE.has(name))
  .map(([name, schema]) => `${JSON.stringify(name)}:${JSON.stringify(scalar(name, schema) ?? compact(schema))}`);
writeFileSync(
  new URL('../schema/src/kubernetes/definitions.json', import.meta.url),
  `{"source":${JSON.stringify(source)},\n"definitions":{\n${lines.join(',\n')}\n}}\n`,
);
