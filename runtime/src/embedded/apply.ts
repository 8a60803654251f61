import { apiVersionOf } from '../kube/object.ts';
import { withMeta, type ApiObject } from './api-object.ts';
import { storeKey, type Cluster, type Target, type WriteOptions } from './cluster.ts';
import { createObject } from './create.ts';
import { without } from './json.ts';
import { assemble, entriesOf, entryFor, isOf, ownable, withFields, type ManagedFieldsEntry, type Writer } from './managed-fields.ts';
import { kubeTime } from './object-meta.ts';
import { mergeApplied, removeAbandoned } from './patch/apply-merge.ts';
import { compareFields, fieldsOf } from './patch/field-extraction.ts';
import { difference, intersection, pathsOf, union, type FieldSet } from './patch/field-tree.ts';
import { keylessItem } from './patch/keyless-item.ts';
import { badRequest, conflict, notFound, StatusError, type StatusCause } from './status-error.ts';
import { updateObject } from './update.ts';

export interface ApplyOptions extends WriteOptions {
  /** Takes over what other managers own. */
  readonly force: boolean;
}

/**
 * Server-side apply: the fields sent are the manager's from now on, and those it sent last time and left out now are gone, unless somebody
 * else owns them too.
 *
 * To change what another manager owns is a conflict, unless forced. What does not exist is created, unless a uid says that it has to exist.
 */
export function applyObject(cluster: Cluster, target: Target, body: ApiObject, options: ApplyOptions): { object: ApiObject; created: boolean } {
  const { resource, name, namespace, subresource } = target;
  if (body.metadata.managedFields?.length) throw badRequest('metadata.managedFields must be nil');
  if (body.metadata.name !== undefined && body.metadata.name !== name) {
    throw badRequest(`the name of the object (${body.metadata.name}) does not match the name on the URL (${name})`);
  }
  const applied = withMeta(ownPart(body, target), { name: name!, ...(namespace === undefined ? {} : { namespace }) });
  const keyless = keylessItem(applied, resource.schema);
  if (keyless !== undefined) {
    const object = `${namespace === undefined ? '' : `${namespace}/`}${name}; ${apiVersionOf(resource)}, Kind=${resource.kind}`;
    // No mistake of the caller's to the API server, which has no reason for it either.
    throw new StatusError(500, undefined, `failed to create typed patch object (${object}): ${keyless}`);
  }
  const writer: Writer = {
    manager: options.fieldManager, operation: 'Apply', apiVersion: apiVersionOf(resource), subresource, time: kubeTime(cluster.clock.now()),
  };
  const fields = ownable(fieldsOf(applied, resource.schema));

  if (cluster.store.get(resource.collection, storeKey(target)) === undefined) {
    if (subresource !== undefined) throw notFound(resource, name!);
    if (applied.metadata.uid) {
      throw conflict(resource, name!, `uid mismatch: the provided object specified uid ${applied.metadata.uid}, and no existing object was found`);
    }
    return { object: createObject(cluster, target, applied, options, () => assemble([entryFor(writer, fields, undefined)])), created: true };
  }

  let owners: ManagedFieldsEntry[] = [];
  const object = updateObject(cluster, target, (current) => {
    const result = applyTo(current, applied, fields, target, writer, options.force);
    owners = result.owners;
    return result.object;
  }, options, () => owners);
  return { object, created: false };
}

/** Of what was sent, what this request has a say in. */
function ownPart(body: ApiObject, { resource, subresource }: Target): ApiObject {
  if (subresource !== 'status') return resource.hasStatus ? without(body, 'status') as ApiObject : body;
  const { apiVersion, kind, metadata: { uid, resourceVersion }, status } = body;
  const metadata = { ...(uid === undefined ? {} : { uid }), ...(resourceVersion === undefined ? {} : { resourceVersion }) };
  return { apiVersion, kind, metadata, ...(status === undefined ? {} : { status }) };
}

function applyTo(current: ApiObject, applied: ApiObject, fields: FieldSet, { resource: { schema } }: Target, writer: Writer, force: boolean) {
  const entries = entriesOf(current);
  const last = entries.find((entry) => isOf(entry, writer));
  const others = entries.filter((entry) => entry !== last);
  // The version of the object is not a field of it: sent, it is a precondition.
  const merged = mergeApplied(without(current, 'apiVersion'), without(applied, 'apiVersion'), schema);
  const owned = others.reduce((set, entry) => union(set, entry.fieldsV1), fields);
  const kept = last === undefined ? merged : removeAbandoned(merged, last.fieldsV1, owned ?? {}, schema);
  const object = { ...kept as ApiObject, apiVersion: current.apiVersion };

  const { added, modified, removed } = compareFields(current, object, schema);
  const changed = union(added, modified);
  const conflicts = others.map((entry) => ({ entry, fields: intersection(entry.fieldsV1, changed) })).filter(({ fields: common }) => common !== undefined);
  if (conflicts.length > 0 && !force) throw ownershipConflict(conflicts);
  const rest = others.map((entry) => withFields(entry, difference(difference(entry.fieldsV1, changed), removed)));
  if (applied.metadata.resourceVersion === undefined) object.metadata = { ...object.metadata, resourceVersion: current.metadata.resourceVersion! };
  const isChange = changed !== undefined || removed !== undefined;
  return { object, owners: assemble([...rest, entryFor(isChange ? writer : { ...writer, time: last?.time }, fields, last)]) };
}

function ownershipConflict(conflicts: readonly { entry: ManagedFieldsEntry; fields: FieldSet }[]): StatusError {
  const causes: StatusCause[] = conflicts.flatMap(({ entry, fields }) => pathsOf(fields).map((field) => (
    { reason: 'FieldManagerConflict', message: `conflict with ${describe(entry)}`, field })));
  const head = causes.length === 1
    ? `Apply failed with 1 conflict: conflict with ${describe(conflicts[0]!.entry)}: ${causes[0]!.field}`
    : `Apply failed with ${causes.length} conflicts: ${conflicts.map(({ entry, fields }) => (
      `conflicts with ${describe(entry)}:\n${pathsOf(fields).map((path) => `- ${path}`).join('\n')}`)).join('\n')}`;
  return new StatusError(409, 'Conflict', head, { causes });
}

function describe({ manager, operation, subresource, apiVersion }: ManagedFieldsEntry): string {
  const by = `"${manager}"${subresource === undefined ? '' : ` with subresource "${subresource}"`}`;
  return operation === 'Update' ? `${by} using ${apiVersion}` : by;
}
