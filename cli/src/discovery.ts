import { apiVersionOf, type KubeClient, type KubeObject, type Resource } from '@taskwright/runtime/kube';
import { CommandError } from './io.ts';

interface ServedResource {
  readonly name: string;
  readonly singularName?: string;
  readonly shortNames?: readonly string[];
  readonly namespaced: boolean;
  readonly kind: string;
}

/** The resource that serves an object, by its apiVersion and kind. */
export async function resourceOf(client: KubeClient, { apiVersion = '', kind = '' }: KubeObject): Promise<Resource> {
  const [group, version] = groupVersion(apiVersion);
  const served = (await servedBy(client, group, version)).find((candidate) => candidate.kind === kind && !candidate.name.includes('/'));
  if (!served) throw new CommandError(`no kind "${kind}" in ${apiVersion} here; apply its CustomResourceDefinition first`);
  return { group, version, kind, plural: served.name, namespaced: served.namespaced };
}

/** The resource a person means by `tasks`, `task`, `Task`, `po` or `jobs.batch`; our own kinds win over others of the same name. */
export async function resourceNamed(client: KubeClient, word: string): Promise<Resource> {
  const [name = '', ...groupParts] = word.toLowerCase().split('.');
  const wantedGroup = groupParts.join('.');
  const known: string[] = [];
  for (const [group, version] of await groupVersions(client)) {
    if (wantedGroup !== '' && group !== wantedGroup) continue;
    const resources = (await servedBy(client, group, version)).filter((resource) => !resource.name.includes('/'));
    const found = resources.find((resource) => namesOf(resource).includes(name));
    if (found) return { group, version, kind: found.kind, plural: found.name, namespaced: found.namespaced };
    known.push(...resources.map((resource) => resource.name));
  }
  throw new CommandError(`"${word}" is not served here; known are ${[...new Set(known)].sort().join(', ')}`);
}

function namesOf({ name, singularName = '', shortNames = [], kind }: ServedResource): string[] {
  return [name, singularName, kind.toLowerCase(), ...shortNames];
}

/** Ours first, then the core, then the rest. */
async function groupVersions(client: KubeClient): Promise<[group: string, version: string][]> {
  const { groups } = await getJson<{ groups: { name: string; preferredVersion: { version: string } }[] }>(client, '/apis');
  const all: [string, string][] = [['', 'v1'], ...groups.map(({ name, preferredVersion }): [string, string] => [name, preferredVersion.version])];
  const rank = (group: string) => ['kelos.dev', 'taskwright.dev', 'kaos.tools', ''].indexOf(group) >>> 0;
  return all.sort(([a], [b]) => rank(a) - rank(b));
}

async function servedBy(client: KubeClient, group: string, version: string): Promise<readonly ServedResource[]> {
  const path = group === '' ? `/api/${version}` : `/apis/${apiVersionOf({ group, version })}`;
  try {
    return (await getJson<{ resources: ServedResource[] }>(client, path)).resources;
  } catch {
    return []; // a group whose server is down, or that does not exist: the caller says what is missing
  }
}

async function getJson<T>(client: KubeClient, path: string): Promise<T> {
  return JSON.parse((await client.send({ method: 'GET', path })).body.toString()) as T;
}

function groupVersion(apiVersion: string): [group: string, version: string] {
  const slash = apiVersion.indexOf('/');
  return slash === -1 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
}
