import { apiVersionOf } from '../kube/object.ts';
import { complete, validate } from './admission.ts';
import { sameApartFrom, withMeta, type ApiObject } from './api-object.ts';
import { fromStored, storeKey, toStored, type Cluster, type Target, type WriteOptions } from './cluster.ts';
import { createObject, refuseForeignNamespace, type Claim } from './create.ts';
import { isEqual, without } from './json.ts';
import { claimByUpdate } from './managed-fields.ts';
import { kubeTime } from './object-meta.ts';
import type { ServedResource } from './served-resource.ts';
import { badRequest, conflict, invalid, modifiedMeanwhile, notFound } from './status-error.ts';

/**
 * Replaces an object by the one sent. A resourceVersion that is not the current one is a conflict; without one a custom resource is
 * refused, since the client cannot know what it overwrites.
 */
export function replaceObject(cluster: Cluster, target: Target, body: ApiObject, options: WriteOptions): { object: ApiObject; created: boolean } {
  const { resource, name } = target;
  requireSameIdentity(body, target);
  const exists = cluster.store.get(resource.collection, storeKey(target)) !== undefined;
  if (!exists && resource.createsOnUpdate && target.subresource === undefined) {
    return { object: createObject(cluster, target, withMeta(body, { resourceVersion: undefined }), options), created: true };
  }
  const object = updateObject(cluster, target, (current) => {
    const { uid, resourceVersion } = body.metadata;
    if (uid && uid !== current.metadata.uid) {
      throw conflict(resource, name!, `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata.uid}`);
    }
    if (!resourceVersion && !resource.updatesUnconditionally) {
      throw invalid(resource, name!, [{ reason: 'FieldValueInvalid', field: 'metadata.resourceVersion', message: 'Invalid value: 0: must be specified for an update' }]);
    }
    return withMeta(body, { uid: current.metadata.uid!, resourceVersion: resourceVersion || current.metadata.resourceVersion! });
  }, options);
  return { object, created: false };
}

/**
 * The one way an existing object changes, whatever the verb: `change` gets the current object and returns the wanted one.
 *
 * What belongs to the server, and what belongs to another subresource, is put back; a change of the spec is a new generation; a write that
 * changes nothing is no write; and the last finalizer to go takes a deleted object with it.
 */
export function updateObject(cluster: Cluster, target: Target, change: (current: ApiObject) => ApiObject, options: WriteOptions, claim?: Claim): ApiObject {
  const { store } = cluster;
  const { resource, name } = target;
  const key = storeKey(target);
  const stored = store.get(resource.collection, key);
  if (stored === undefined) throw notFound(resource, name!);
  const current = fromStored(resource, stored);
  const wanted = change(current);
  requireSameIdentity(wanted, target);
  if (wanted.metadata.resourceVersion !== undefined && wanted.metadata.resourceVersion !== current.metadata.resourceVersion) {
    throw modifiedMeanwhile(resource, name!);
  }

  const changed = countGeneration(resource, complete(resource, keepOthersParts(target, wanted, current)), current);
  validate(resource, changed, current);
  const owners = claim?.() ?? (forgetsOwners(wanted) ? [] : claimByUpdate(current, changed, resource.schema, {
    manager: options.fieldManager, operation: 'Update', apiVersion: apiVersionOf(resource), subresource: target.subresource, time: kubeTime(cluster.clock.now()),
  }));
  const object = withMeta(changed, { managedFields: owners.length === 0 ? undefined : [...owners] });
  if (isEqual(object, current)) return current;
  if (options.dryRun) return object;
  const isReleased = object.metadata.deletionTimestamp !== undefined && !object.metadata.finalizers?.length && !object.metadata.deletionGracePeriodSeconds
    && !hasOwnFinalizers(object);
  if (!isReleased) return fromStored(resource, store.commit({ collection: resource.collection, key, object: toStored(resource, object) }));
  store.commit({ collection: resource.collection, key });
  return object;
}

/** No write, a patch included, gives an object another name or namespace, or takes its name away. */
function requireSameIdentity(wanted: ApiObject, { name, namespace }: Target): void {
  if (!wanted.metadata.name) throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  if (wanted.metadata.name !== name) throw badRequest(`the name of the object (${wanted.metadata.name}) does not match the name on the URL (${name})`);
  refuseForeignNamespace(wanted, namespace);
}

/** One empty entry is the way to say it: an empty list would say nothing. */
function forgetsOwners({ metadata: { managedFields } }: ApiObject): boolean {
  return managedFields?.length === 1 && Object.keys(managedFields[0]!).length === 0;
}

/** A namespace keeps its finalizers in its spec. */
export function hasOwnFinalizers({ kind, spec }: ApiObject): boolean {
  return kind === 'Namespace' && ((spec as { finalizers?: unknown[] } | undefined)?.finalizers?.length ?? 0) > 0;
}

/** The wanted object with everything in it that this request has no say in. */
function keepOthersParts({ resource, subresource }: Target, wanted: ApiObject, current: ApiObject): ApiObject {
  if (subresource === 'finalize') return { ...current, spec: wanted.spec };
  if (subresource === 'status') {
    const { status } = wanted;
    return status === undefined ? without(current, 'status') as ApiObject : { ...current, status };
  }
  const { uid, generation, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, resourceVersion, namespace } = current.metadata;
  const object = withMeta(wanted, {
    uid: wanted.metadata.uid || uid, generation, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, resourceVersion, namespace,
    managedFields: current.metadata.managedFields,
  });
  for (const field of ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const) if (object.metadata[field] === null) delete object.metadata[field];
  if (!resource.hasStatus) return object;
  return current.status === undefined ? without(object, 'status') as ApiObject : { ...object, status: current.status };
}

function countGeneration({ countsGenerations, hasStatus }: ServedResource, object: ApiObject, current: ApiObject): ApiObject {
  if (!countsGenerations || sameApartFrom(object, current, 'metadata', ...(hasStatus ? ['status'] : []))) return object;
  return withMeta(object, { generation: (current.metadata.generation ?? 0) + 1 });
}
