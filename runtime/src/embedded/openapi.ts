import { createHash } from 'node:crypto';
import { type Definition, definitionNameOf, definitions } from '@taskwright/schema/kubernetes';
import { apiVersionOf } from '../kube/object.ts';
import { wireJson, type JsonObject } from './json.ts';
import type { ResourceRegistry } from './resource-registry.ts';
import type { ServedResource } from './served-resource.ts';
import { UNTYPED } from './structural/schema.ts';

const REFERENCE = '#/components/schemas/';
const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

interface Document {
  readonly resources: readonly ServedResource[];
  readonly text: string;
  readonly hash: string;
}

/**
 * OpenAPI v3, one document per group and version: what `kubectl explain`, `apply`, `diff` and `edit` read.
 *
 * A document is made when it is first asked for, and again when a kind in it changed. Its hash is in its URL, so clients may keep it for ever.
 */
export class OpenApi {
  readonly #resources: ResourceRegistry;
  readonly #documents = new Map<string, Document>();

  constructor(resources: ResourceRegistry) {
    this.#resources = resources;
  }

  /** Where the documents are. */
  index(): JsonObject {
    const paths = this.#paths().map(([path]) => [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${this.#document(path)!.hash}` }]);
    return { paths: Object.fromEntries(paths) };
  }

  /** The document below `/openapi/v3/`, as text. */
  document(path: string): string | undefined {
    return this.#document(path)?.text;
  }

  #paths(): [string, ServedResource[]][] {
    return this.#resources.groups().flatMap((group) => this.#resources.versions(group).map((version): [string, ServedResource[]] => (
      [group === '' ? `api/${version}` : `apis/${group}/${version}`, this.#resources.inVersion(group, version)])));
  }

  #document(path: string): Document | undefined {
    const resources = this.#paths().find(([known]) => known === path)?.[1];
    if (resources === undefined) return undefined;
    const known = this.#documents.get(path);
    if (known && known.resources.length === resources.length && known.resources.every((resource, index) => resource === resources[index])) return known;
    const text = wireJson(describe(path, resources));
    const made = { resources, text, hash: createHash('sha256').update(text).digest('hex').toUpperCase() };
    this.#documents.set(path, made);
    return made;
  }
}

function describe(path: string, resources: readonly ServedResource[]): JsonObject {
  const schemas: Record<string, unknown> = {};
  for (const resource of resources) addSchemas(schemas, resource);
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.36.2' },
    paths: Object.fromEntries(resources.flatMap((resource) => pathsOf(`/${path}`, resource))),
    components: { schemas },
  };
}

function pathsOf(root: string, resource: ServedResource): [string, JsonObject][] {
  const collection = `${root}${resource.namespaced ? '/namespaces/{namespace}' : ''}/${resource.plural}`;
  const { group, version, kind } = resource;
  const answer = { 200: { description: 'OK', content: { 'application/json': { schema: { $ref: `${REFERENCE}${schemaName(resource)}` } } } } };
  const operation = (action: string, writes = false) => ({
    'responses': answer,
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group, version, kind },
    ...(writes ? { parameters: WRITE_PARAMETERS } : {}),
  });
  return [
    [collection, { get: operation('list'), post: operation('post', true), delete: operation('deletecollection') }],
    [`${collection}/{name}`, { get: operation('get'), put: operation('put', true), patch: operation('patch', true), delete: operation('delete') }],
  ];
}

/** kubectl leaves validation to a server that has these. */
const WRITE_PARAMETERS = ['dryRun', 'fieldManager', 'fieldValidation'].map((name) => ({ name, in: 'query', schema: { type: 'string', uniqueItems: true } }));

function schemaName(resource: ServedResource): string {
  const known = resource.custom ? undefined : definitionNameOf(resource);
  if (known !== undefined) return known;
  const group = resource.group === '' ? 'core' : resource.group.split('.').reverse().join('.');
  return `${group}.${resource.version}.${resource.kind}`;
}

function addSchemas(schemas: Record<string, unknown>, resource: ServedResource): void {
  const name = schemaName(resource);
  if (definitions[name] !== undefined && !resource.custom) return addDefinition(schemas, name);
  addDefinition(schemas, OBJECT_META);
  const { group, version, kind } = resource;
  // A built-in kind that nobody published a schema for is open; what the server checks it with is its own affair.
  const schema = resource.custom ? resource.schema : UNTYPED;
  schemas[name] = {
    type: 'object',
    ...schema,
    'properties': {
      ...schema.properties,
      apiVersion: { type: 'string', description: `Version of the schema of this object: ${apiVersionOf(resource)}.` },
      kind: { type: 'string', description: `Kind of this object: ${kind}.` },
      metadata: { allOf: [{ $ref: `${REFERENCE}${OBJECT_META}` }], description: 'Standard metadata of an object.' },
    },
    'x-kubernetes-group-version-kind': [{ group, version, kind }],
  };
}

function addDefinition(schemas: Record<string, unknown>, name: string): void {
  const definition = definitions[name];
  if (definition === undefined || name in schemas) return;
  // Its place is taken before its parts are added: one may refer back to it.
  schemas[name] = undefined;
  schemas[name] = published(definition, (reference) => addDefinition(schemas, reference));
}

/** A definition with its references as OpenAPI writes them. */
function published({ $ref, properties, items, additionalProperties, ...own }: Definition, needs: (name: string) => void): JsonObject {
  if ($ref !== undefined) {
    needs($ref);
    const reference = { $ref: `${REFERENCE}${$ref}` };
    return Object.keys(own).length === 0 ? reference : { ...own, allOf: [reference] };
  }
  return {
    ...own,
    ...(properties === undefined ? {} : { properties: Object.fromEntries(Object.entries(properties).map(([field, part]) => [field, published(part, needs)])) }),
    ...(items === undefined ? {} : { items: published(items, needs) }),
    ...(additionalProperties === undefined ? {} : { additionalProperties: published(additionalProperties, needs) }),
  };
}
