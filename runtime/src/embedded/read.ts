import type { ApiObject } from './api-object.ts';
import { fromStored, storeKey, type Cluster, type Target } from './cluster.ts';
import { notFound } from './status-error.ts';

/** The object as it is now, in the version asked for. */
export function readObject({ store }: Cluster, target: Target): ApiObject {
  const stored = store.get(target.resource.collection, storeKey(target));
  if (stored === undefined) throw notFound(target.resource, target.name!);
  return fromStored(target.resource, stored);
}
