import type { JsonObject } from './json.ts';
import type { ResourceRegistry } from './resource-registry.ts';
import type { ServedResource } from './served-resource.ts';

/** Tells clients which kinds there are and what can be done with them, in the form every kubectl understands. */
export function coreVersions(): JsonObject {
  return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
}

export function apiGroupList(resources: ResourceRegistry): JsonObject {
  const groups = resources.groups().filter((group) => group !== '').map((group) => groupInfo(resources, group));
  return { kind: 'APIGroupList', apiVersion: 'v1', groups };
}

export function apiGroup(resources: ResourceRegistry, group: string): JsonObject {
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupInfo(resources, group) };
}

function groupInfo(resources: ResourceRegistry, name: string): JsonObject {
  const versions = resources.versions(name).map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions, preferredVersion: versions[0] };
}

export function apiResourceList(resources: ResourceRegistry, group: string, version: string): JsonObject {
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: group === '' ? version : `${group}/${version}`,
    resources: resources.inVersion(group, version).flatMap(describe),
  };
}

function describe(resource: ServedResource): JsonObject[] {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories, hasStatus, scale } = resource;
  const subresource = (name: string, subKind: string, subVerbs: string[], gv: JsonObject = {}) => (
    { name: `${plural}/${name}`, singularName: '', namespaced, ...gv, kind: subKind, verbs: subVerbs });
  return [
    {
      name: plural, singularName: singular, namespaced, kind, verbs,
      ...(shortNames.length === 0 ? {} : { shortNames }), ...(categories.length === 0 ? {} : { categories }),
    },
    ...(hasStatus ? [subresource('status', kind, ['get', 'patch', 'update'])] : []),
    ...(scale ? [subresource('scale', 'Scale', ['get', 'patch', 'update'], { group: 'autoscaling', version: 'v1' })] : []),
    ...(resource.collection === 'pods' ? [subresource('log', 'Pod', ['get'])] : []),
    ...(resource.collection === 'namespaces' ? [subresource('finalize', 'Namespace', ['update'])] : []),
  ];
}
