import type { Clock } from '../kube/clock.ts';
import type { ApiObject } from './api-object.ts';
import { deepFreeze } from './json.ts';
import type { Random } from './random.ts';
import type { ResourceRegistry } from './resource-registry.ts';
import type { ServedResource } from './served-resource.ts';
import type { Store } from './store.ts';
import { applyDefaults } from './structural/defaulting.ts';

/** What every verb works on. */
export interface Cluster {
  readonly clock: Clock;
  readonly random: Random;
  readonly store: Store;
  readonly resources: ResourceRegistry;
}

/** Which object, or which collection, a request is about. */
export interface Target {
  readonly resource: ServedResource;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

/** How a write is to be carried out. */
export interface WriteOptions {
  /** Everything is checked and answered, nothing is stored. */
  readonly dryRun: boolean;
  /** Who the written fields belong to. */
  readonly fieldManager: string;
  readonly fieldValidation: 'Strict' | 'Warn' | 'Ignore';
  /** Takes what the client is told beside the answer. */
  readonly warn: (text: string) => void;
}

/** What the server's own controllers write with. */
export function internalOptions(fieldManager: string): WriteOptions {
  return { dryRun: false, fieldManager, fieldValidation: 'Ignore', warn: () => {} };
}

export function storeKey({ namespace, name }: { namespace?: string; name?: string }): string {
  return namespace === undefined ? name! : `${namespace}/${name}`;
}

const served = new WeakMap<ServedResource, WeakMap<ApiObject, ApiObject>>();

/** The object in the version of the request, with the defaults that the schema it is stored by has by now. Made once per stored object and version. */
export function fromStored(resource: ServedResource, stored: ApiObject): ApiObject {
  let known = served.get(resource);
  if (known === undefined) served.set(resource, known = new WeakMap());
  let object = known.get(stored);
  if (object === undefined) {
    object = deepFreeze(resource.conversion ? resource.conversion.fromStored(stored) : applyDefaults(stored, resource.schema));
    known.set(stored, object);
  }
  return object;
}

export function toStored(resource: ServedResource, object: ApiObject): ApiObject {
  return resource.conversion ? resource.conversion.toStored(object) : object;
}
