import { apiVersionOf } from '../kube/object.ts';
import { complete, validate } from './admission.ts';
import { withMeta, type ApiObject } from './api-object.ts';
import { fromStored, storeKey, toStored, type Cluster, type Target, type WriteOptions } from './cluster.ts';
import { without } from './json.ts';
import { claimByUpdate, type ManagedFieldsEntry } from './managed-fields.ts';
import { kubeTime } from './object-meta.ts';
import { generateName } from './object-name.ts';
import { alreadyExists, badRequest, forbidden, notFound, StatusError } from './status-error.ts';

/** How often a generated name may turn out to be taken before the client is asked to try again. */
const NAME_ATTEMPTS = 8;

/** Who owns which fields after the write. */
export type Claim = () => readonly ManagedFieldsEntry[];

/**
 * Creates an object: name, uid, creationTimestamp and generation are the server's, a status that has its own subresource is dropped,
 * defaults are filled in, and an object of that name is never replaced.
 */
export function createObject(cluster: Cluster, { resource, namespace }: Target, body: ApiObject, options: WriteOptions, claim?: Claim): ApiObject {
  const { clock, random, store } = cluster;
  if (body.metadata.resourceVersion) throw new StatusError(500, undefined, 'resourceVersion should not be set on objects to be created');
  refuseForeignNamespace(body, namespace);
  if (resource.namespaced) requireActiveNamespace(cluster, resource, namespace!, body.metadata.name ?? '');

  const name = body.metadata.name || freeName(cluster, resource.collection, namespace, body.metadata.generateName);
  const own = resource.hasStatus ? without(body, 'status') as ApiObject : body;
  const identified = withMeta(own, {
    ...(name === undefined ? {} : { name }),
    namespace,
    uid: random.uid(),
    resourceVersion: undefined,
    generation: resource.countsGenerations ? 1 : undefined,
    creationTimestamp: kubeTime(clock.now()),
    deletionTimestamp: undefined,
    deletionGracePeriodSeconds: undefined,
    managedFields: undefined,
  });
  const completed = complete(resource, resource.rules.prepareForCreate?.(identified) ?? identified);
  validate(resource, completed, undefined);
  const owners = claim?.() ?? claimByUpdate(undefined, resource.hasStatus ? without(completed, 'status') as ApiObject : completed, resource.schema, {
    manager: options.fieldManager, operation: 'Update', apiVersion: apiVersionOf(resource), subresource: undefined, time: kubeTime(clock.now()),
  });
  const object = withMeta(completed, { managedFields: [...owners] });

  const key = storeKey({ namespace, name });
  if (store.get(resource.collection, key)) throw alreadyExists(resource, name!);
  if (options.dryRun) return object;
  return fromStored(resource, store.commit({ collection: resource.collection, key, object: toStored(resource, object) }));
}

export function refuseForeignNamespace(body: ApiObject, namespace: string | undefined): void {
  if (body.metadata.namespace !== undefined && body.metadata.namespace !== '' && body.metadata.namespace !== namespace && namespace !== undefined) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
}

function requireActiveNamespace({ store }: Cluster, resource: Target['resource'], namespace: string, name: string): void {
  const found = store.get('namespaces', namespace);
  if (found === undefined) throw notFound({ group: '', plural: 'namespaces' }, namespace);
  if (found.metadata.deletionTimestamp === undefined) return;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  throw forbidden(resource, name, why, [{ reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' }]);
}

function freeName({ store, random }: Cluster, collection: string, namespace: string | undefined, base: string | undefined): string | undefined {
  if (!base) return undefined;
  let name = generateName(base, random);
  for (let attempt = 1; attempt < NAME_ATTEMPTS && store.get(collection, storeKey({ namespace, name })); attempt++) name = generateName(base, random);
  return name;
}
