import type { ObjectMeta, OwnerReference } from '../kube/object.ts';
import { isObject } from './json.ts';
import { checkLabels, checkName, checkQualifiedName } from './object-name.ts';
import type { ServedResource } from './served-resource.ts';
import type { FieldError } from './status-error.ts';

/** A time as the API writes it: RFC 3339, whole seconds, UTC. */
export function kubeTime(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

const LONGEST_ANNOTATIONS_BYTES = 256 * 1024;

/** The rules of `metadata` that hold for every kind. */
export function validateMeta(metadata: ObjectMeta, resource: ServedResource): FieldError[] {
  const { name = '', labels = {}, annotations = {}, finalizers = [], ownerReferences = [] } = metadata;
  const annotationBytes = Object.entries(annotations).reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  return [
    ...(name === ''
      ? [{ reason: 'FieldValueRequired', field: 'metadata.name', message: 'Required value: name or generateName is required' } as const]
      : checkName(name, resource.nameRule)),
    ...checkLabels(labels, 'metadata.labels'),
    ...Object.keys(annotations).flatMap((key) => checkQualifiedName(key.toLowerCase(), 'metadata.annotations')),
    ...(annotationBytes > LONGEST_ANNOTATIONS_BYTES
      ? [{ reason: 'FieldValueTooLong', field: 'metadata.annotations', message: `Too long: may not be more than ${LONGEST_ANNOTATIONS_BYTES} bytes` } as const]
      : []),
    ...finalizers.flatMap((finalizer) => checkQualifiedName(finalizer, 'metadata.finalizers')),
    ...ownerReferences.flatMap(validateOwner),
    ...validateControllers(ownerReferences),
  ];
}

/** The server does not say which of several owners it means. */
function validateOwner(owner: OwnerReference): FieldError[] {
  return (['apiVersion', 'kind', 'name', 'uid'] as const).filter((field) => !owner[field]).map((field) => ({
    reason: 'FieldValueInvalid', field: `metadata.ownerReferences.${field}`, message: `Invalid value: "": ${field === 'apiVersion' ? 'version ' : ''}must not be empty`,
  }));
}

function validateControllers(owners: readonly OwnerReference[]): FieldError[] {
  const [first, second] = owners.filter(({ controller }) => controller).map(({ kind, name }) => `${kind}/${name}`);
  if (second === undefined) return [];
  const message = `Invalid value: ${JSON.stringify(owners)}: Only one reference can have Controller set to true. Found "true" in references for ${first} and ${second}`;
  return [{ reason: 'FieldValueInvalid', field: 'metadata.ownerReferences', message }];
}

/** What an update may not change. Fields the server sets are put back before this is asked. */
export function validateMetaUpdate(metadata: ObjectMeta, old: ObjectMeta): FieldError[] {
  const immutable = (field: keyof ObjectMeta): FieldError[] => (metadata[field] === old[field]
    ? []
    : [{ reason: 'FieldValueInvalid', field: `metadata.${field}`, message: `Invalid value: ${JSON.stringify(metadata[field])}: field is immutable` }]);
  const added = old.deletionTimestamp === undefined ? [] : (metadata.finalizers ?? []).filter((finalizer) => !old.finalizers?.includes(finalizer));
  return [
    ...immutable('uid'),
    ...immutable('name'),
    ...(added.length === 0 ? [] : [{
      reason: 'FieldValueForbidden', field: 'metadata.finalizers',
      message: `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((name) => JSON.stringify(name)).join(', ')}}`,
    } as const]),
  ];
}

/** Throws away what a client sent in place of metadata of the right shape: the first wrong field, worded as Go's decoder does. */
export function malformedMeta(metadata: unknown): string | undefined {
  if (metadata === undefined) return undefined;
  if (!isObject(metadata)) return `json: cannot unmarshal ${jsonKind(metadata)} into Go struct field .metadata of type v1.ObjectMeta`;
  const wrong = (field: string, value: unknown, type: string) =>
    `json: cannot unmarshal ${jsonKind(value)} into Go struct field ObjectMeta.metadata.${field} of type ${type}`;
  for (const field of ['name', 'generateName', 'namespace', 'uid', 'resourceVersion']) {
    if (metadata[field] !== undefined && metadata[field] !== null && typeof metadata[field] !== 'string') return wrong(field, metadata[field], 'string');
  }
  for (const field of ['labels', 'annotations']) {
    const map = metadata[field];
    if (map === undefined || map === null) continue;
    if (!isObject(map)) return wrong(field, map, 'map[string]string');
    const value = Object.values(map).find((item) => typeof item !== 'string');
    if (value !== undefined) return wrong(field, value, 'string');
  }
  for (const field of ['finalizers', 'ownerReferences']) {
    const list = metadata[field];
    if (list === undefined || list === null) continue;
    if (!Array.isArray(list)) return wrong(field, list, field === 'finalizers' ? '[]string' : '[]v1.OwnerReference');
    const item = list.find((candidate) => (field === 'finalizers' ? typeof candidate !== 'string' : !isObject(candidate)));
    if (item !== undefined) return wrong(field, item, field === 'finalizers' ? 'string' : 'v1.OwnerReference');
  }
  return undefined;
}

function jsonKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
