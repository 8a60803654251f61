import { kinds as ourKinds, rootSchema } from '@taskwright/schema';
import { isNotFound } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import { kindKey, unknownKind } from '../kube/recognized-trouble.ts';
import type { Resource } from '../kube/object.ts';
import type { Troubles } from '../kube/troubles.ts';

/** A part of a JSON schema, as a CRD has it and as OpenAPI shows it. */
interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-group-version-kind'?: readonly { readonly group: string; readonly version: string; readonly kind: string }[];
}

/** Begins the key of what the definition of a kind lacks. */
export const DEFINITION = 'definition ';

const APPLY = 'apply the CustomResourceDefinitions of this version of Taskwright, then those of its Roles that changed';
/** Enough to see what it is about. */
const MOST_FIELDS = 8;

/**
 * Looks at how the cluster defines our kinds, and tells `troubles` what an older or foreign definition lacks: the version, the status
 * subresource, and fields, which the API server would drop without a word.
 */
export async function reviewKinds(client: KubeClient, kinds: readonly Resource[], troubles: Troubles, signal: AbortSignal): Promise<void> {
  const { group, version } = kinds[0]!;
  const versions = await servedVersions(client, group, signal);
  const resources = versions.includes(version) ? await servedResources(client, { group, version }, signal) : [];
  const document = resources.length > 0 ? await openApi(client, { group, version }, signal) : {};
  for (const kind of kinds) {
    const name = `${kind.plural}.${group}`;
    const served = { group, resource: kind.plural };
    if (!resources.includes(kind.plural)) {
      const instead = versions.length === 0 ? `there is no CustomResourceDefinition of ${group}` : versions.includes(version) ? 'it has no CustomResourceDefinition with that version' : `the cluster serves ${versions.join(', ')} of ${group}`;
      troubles.meet(unknownKind({ ...served, verb: 'watch' }, `${name}: version ${version} is not served, ${instead}; ${APPLY}`));
      continue;
    }
    troubles.over(kindKey(served));
    const lacks = lackOf(kind, resources, document);
    const key = `${DEFINITION}${name}`;
    if (lacks === undefined) troubles.over(key);
    else troubles.meet({ key, message: `${name}: the CustomResourceDefinition ${lacks}; ${APPLY}`, fields: { resource: name } });
  }
}

function lackOf(kind: Resource, resources: readonly string[], schemas: Readonly<Record<string, Schema>>): string | undefined {
  const expected = schemaOf(kind);
  if (expected.properties?.status && !resources.includes(`${kind.plural}/status`)) return 'has no status subresource, so nothing could be said about any of them';
  const served = Object.values(schemas).find((schema) => schema['x-kubernetes-group-version-kind']?.some((named) => named.kind === kind.kind && named.group === kind.group && named.version === kind.version));
  // OpenAPI is published a moment after the definition: what is not there yet is no lack.
  if (served === undefined) return undefined;
  const fields = ['spec', 'status'].flatMap((part) => droppedFields(expected.properties?.[part], served.properties?.[part], part, served));
  if (fields.length === 0) return undefined;
  const more = fields.length > MOST_FIELDS ? ` and ${fields.length - MOST_FIELDS} more` : '';
  return `is of an older version and does not know ${fields.slice(0, MOST_FIELDS).join(', ')}${more}, which the API server drops`;
}

/** The outermost fields that `expected` has and `served` has not. */
function droppedFields(expected: Schema | undefined, served: Schema | undefined, path: string, parent: Schema): string[] {
  if (expected === undefined || parent['x-kubernetes-preserve-unknown-fields'] || served?.['x-kubernetes-preserve-unknown-fields']) return [];
  if (served === undefined) return [path];
  const properties = Object.entries(expected.properties ?? {}).flatMap(([name, child]) => droppedFields(child, served.properties?.[name], `${path}.${name}`, served));
  const items = droppedFields(expected.items, served.items, `${path}[]`, served);
  const values = typeof expected.additionalProperties === 'object' && typeof served.additionalProperties === 'object'
    ? droppedFields(expected.additionalProperties, served.additionalProperties, `${path}.*`, served) : [];
  return [...properties, ...items, ...values];
}

function schemaOf({ group, kind, version }: Resource): Schema {
  const ours = ourKinds.find((one) => one.group === group && one.kind === kind)!;
  return rootSchema(kind, ours.description, ours.versions.find(({ name }) => name === version)!);
}

async function servedVersions(client: KubeClient, group: string, signal: AbortSignal): Promise<string[]> {
  const answer = await read<{ versions: { version: string }[] }>(client, `/apis/${group}`, signal);
  return answer?.versions.map(({ version }) => version) ?? [];
}

async function servedResources(client: KubeClient, { group, version }: Pick<Resource, 'group' | 'version'>, signal: AbortSignal): Promise<string[]> {
  const answer = await read<{ resources: { name: string }[] }>(client, `/apis/${group}/${version}`, signal);
  return answer?.resources.map(({ name }) => name) ?? [];
}

async function openApi(client: KubeClient, { group, version }: Pick<Resource, 'group' | 'version'>, signal: AbortSignal): Promise<Record<string, Schema>> {
  const answer = await read<{ components?: { schemas?: Record<string, Schema> } }>(client, `/openapi/v3/apis/${group}/${version}`, signal);
  return answer?.components?.schemas ?? {};
}

/** `undefined`: it is not there. */
async function read<T>(client: KubeClient, path: string, signal: AbortSignal): Promise<T | undefined> {
  try {
    const { body } = await client.send({ method: 'GET', path, signal });
    return JSON.parse(body.toString()) as T;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
