import { withMeta, type ApiObject } from './api-object.ts';
import { fromStored, storeKey, toStored, type Cluster, type Target } from './cluster.ts';
import { kubeTime } from './object-meta.ts';
import { conflict, notFound } from './status-error.ts';
import { hasOwnFinalizers } from './update.ts';

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground';
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: boolean;
}

/** The object as it was when it went, or as it waits to go. */
export interface Deletion {
  readonly object: ApiObject;
  readonly gone: boolean;
}

const DEPENDENTS_FINALIZERS = { Orphan: 'orphan', Foreground: 'foregroundDeletion' } as const;

/**
 * Deletes an object at once when nothing holds it. A finalizer, a kubelet that still has to stop it, or dependents that come first leave it in
 * place with a deletionTimestamp, and whoever holds it lets it go later.
 */
export function deleteObject(cluster: Cluster, target: Target, options: DeleteOptions): Deletion {
  const { store, clock } = cluster;
  const { resource, name } = target;
  const key = storeKey(target);
  const stored = store.get(resource.collection, key);
  if (stored === undefined) throw notFound(resource, name!);
  const current = fromStored(resource, stored);
  checkPreconditions(target, current, options);

  const finalizers = finalizersFor(current, options.propagationPolicy ?? resource.rules.defaultPropagation);
  const graceSeconds = resource.rules.gracePeriodSeconds?.(current, options.gracePeriodSeconds) ?? 0;
  const isHeld = finalizers.length > 0 || graceSeconds > 0 || hasOwnFinalizers(current);
  if (!isHeld) {
    if (options.dryRun) return { object: current, gone: true };
    return { object: fromStored(resource, store.commit({ collection: resource.collection, key })), gone: true };
  }
  const object = markDeleted(resource, current, finalizers, graceSeconds, clock.now());
  if (object === current || options.dryRun) return { object, gone: false };
  return { object: fromStored(resource, store.commit({ collection: resource.collection, key, object: toStored(resource, object) })), gone: false };
}

function checkPreconditions({ resource, name }: Target, { metadata }: ApiObject, { preconditions = {} }: DeleteOptions): void {
  const { uid, resourceVersion } = preconditions;
  if (uid !== undefined && uid !== metadata.uid) {
    throw conflict(resource, name!, `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata.uid}`);
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    throw conflict(resource, name!,
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`);
  }
}

/** Only one policy holds: the last one asked for. */
function finalizersFor({ metadata: { finalizers = [] } }: ApiObject, policy: DeleteOptions['propagationPolicy']): string[] {
  if (policy === undefined) return finalizers;
  const others = finalizers.filter((finalizer) => finalizer !== 'orphan' && finalizer !== 'foregroundDeletion');
  return policy === 'Background' ? others : [...others, DEPENDENTS_FINALIZERS[policy]];
}

/** A second deletion may only shorten the wait. */
function markDeleted({ countsGenerations }: Target['resource'], current: ApiObject, finalizers: string[], graceSeconds: number, now: Date): ApiObject {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, generation = 0, finalizers: before = [] } = current.metadata;
  const changedFinalizers = finalizers.length === before.length && finalizers.every((finalizer) => before.includes(finalizer)) ? {} : { finalizers };
  if (deletionTimestamp !== undefined && graceSeconds >= deletionGracePeriodSeconds) {
    return Object.keys(changedFinalizers).length === 0 ? current : withMeta(current, changedFinalizers);
  }
  const object = withMeta(current, {
    ...changedFinalizers,
    deletionTimestamp: kubeTime(new Date(now.getTime() + graceSeconds * 1_000)),
    deletionGracePeriodSeconds: graceSeconds,
    ...(countsGenerations ? { generation: generation + 1 } : {}),
  });
  return object.kind === 'Namespace' ? { ...object, status: { ...(object.status as object | undefined), phase: 'Terminating' } } : object;
}
