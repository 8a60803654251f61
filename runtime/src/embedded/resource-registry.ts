import { strict as assert } from 'node:assert';
import { apiVersionOf } from '../kube/object.ts';
import type { ServedResource } from './served-resource.ts';

/** The resources the server serves now: the built-in ones, and those that CustomResourceDefinitions add. */
export class ResourceRegistry {
  readonly #byPath = new Map<string, ServedResource>();
  readonly #preferredVersions = new Map<string, string>();

  constructor(builtIn: readonly ServedResource[]) {
    for (const resource of builtIn) this.add(resource);
  }

  add(resource: ServedResource): void {
    this.#byPath.set(pathKey(resource), resource);
    if (!this.#preferredVersions.has(resource.group)) this.#preferredVersions.set(resource.group, resource.version);
  }

  remove(resource: Pick<ServedResource, 'group' | 'version' | 'plural'>): void {
    this.#byPath.delete(pathKey(resource));
    if (this.inGroup(resource.group).length === 0) this.#preferredVersions.delete(resource.group);
  }

  find(group: string, version: string, plural: string): ServedResource | undefined {
    return this.#byPath.get(pathKey({ group, version, plural }));
  }

  findKind(apiVersion: string, kind: string): ServedResource | undefined {
    return this.all().find((resource) => apiVersionOf(resource) === apiVersion && resource.kind === kind);
  }

  /** The resource through which the stored objects of a collection are written: that of the stored version, if it is served. */
  storing(collection: string): ServedResource {
    const serving = this.#serving(collection);
    const found = serving.find((resource) => apiVersionOf(resource) === resource.storedApiVersion) ?? serving[0];
    assert(found, `nothing serves ${collection}`);
    return found;
  }

  isServed(collection: string): boolean {
    return this.#serving(collection).length > 0;
  }

  #serving(collection: string): ServedResource[] {
    return this.all().filter((resource) => resource.collection === collection);
  }

  all(): ServedResource[] {
    return [...this.#byPath.values()];
  }

  inGroup(group: string): ServedResource[] {
    return this.all().filter((resource) => resource.group === group);
  }

  inVersion(group: string, version: string): ServedResource[] {
    return this.inGroup(group).filter((resource) => resource.version === version);
  }

  groups(): string[] {
    return [...this.#preferredVersions.keys()];
  }

  /** Newest first, stable ones before beta before alpha. */
  versions(group: string): string[] {
    return [...new Set(this.inGroup(group).map(({ version }) => version))].sort(byPriority);
  }
}

function pathKey({ group, version, plural }: Pick<ServedResource, 'group' | 'version' | 'plural'>): string {
  return `${group}/${version}/${plural}`;
}

const VERSION = /^v(\d+)(?:(alpha|beta)(\d+))?$/;
const STABILITY = ['alpha', 'beta', undefined];

/** Kubernetes' order of versions: v2, v1, v2beta1, v1beta2, v1alpha1, then anything else by name. */
function byPriority(left: string, right: string): number {
  const [l, r] = [VERSION.exec(left), VERSION.exec(right)];
  if (!l || !r) return l ? -1 : r ? 1 : left < right ? -1 : 1;
  return STABILITY.indexOf(r[2]) - STABILITY.indexOf(l[2]) || Number(r[1]) - Number(l[1]) || Number(r[3] ?? 0) - Number(l[3] ?? 0);
}
