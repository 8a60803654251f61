import { isObject, type JsonObject } from './json.ts';
import type { ApiObject } from './api-object.ts';
import type { Cluster, Target, WriteOptions } from './cluster.ts';
import { jsonPatch } from './patch/json-patch.ts';
import { mergePatch } from './patch/merge-patch.ts';
import { readObject } from './read.ts';
import { decodeBody, mediaTypeOf } from './request-body.ts';
import type { ScalePaths, ServedResource } from './served-resource.ts';
import { badRequest, internalError, invalid } from './status-error.ts';
import { updateObject } from './update.ts';

/** A resource whose definition says where its replicas are. */
export interface ScaleTarget extends Target {
  readonly resource: ServedResource & { readonly scale: ScalePaths };
  readonly name: string;
}

/** What autoscalers and `kubectl scale` see of any kind: how many it wants, how many there are. */
export interface Scale extends ApiObject {
  spec: { replicas?: number };
  status: { replicas: number; selector?: string };
}

const PATCH_TYPES = ['application/json-patch+json', 'application/merge-patch+json'];

/** The `/scale` of an object. One that does not say how many replicas it wants has none, as on the API server. */
export function readScale(cluster: Cluster, target: ScaleTarget): Scale {
  const scale = scaleOf(readObject(cluster, target), target);
  if (scale.spec.replicas === undefined) throw internalError(new Error(`the spec replicas field "${target.resource.scale.specReplicas}" does not exist`));
  return scale;
}

/** Of a Scale that is sent, only its replicas and its resourceVersion count. */
export function replaceScale(cluster: Cluster, target: ScaleTarget, body: Buffer, contentType: string | undefined, options: WriteOptions): Scale {
  const sent = decodeBody(body, contentType);
  return update(cluster, target, () => sent, options);
}

export function patchScale(cluster: Cluster, target: ScaleTarget, body: Buffer, contentType: string | undefined, options: WriteOptions): Scale {
  const patch = decodeBody(body, contentType, PATCH_TYPES);
  const isMerge = mediaTypeOf(contentType) === 'application/merge-patch+json';
  if (isMerge && !isObject(patch)) throw badRequest('error decoding patch: a merge patch is an object');
  return update(cluster, target, (scale) => (isMerge ? mergePatch(scale, patch as object) : jsonPatch(scale, patch)), options);
}

function update(cluster: Cluster, target: ScaleTarget, change: (scale: Scale) => unknown, options: WriteOptions): Scale {
  const { resource, name } = target;
  const object = updateObject(cluster, target, (current) => {
    const sent = changedScale(change(scaleOf(current, target)), name);
    const { replicas, resourceVersion } = sent;
    const path = resource.scale.specReplicas;
    if (replicas === undefined) throw badRequest(`the spec replicas field "${path}" cannot be empty`);
    if (replicas < 0) throw invalid(resource, name, [{ reason: 'FieldValueInvalid', field: path, message: `Invalid value: ${replicas}: should be a non-negative integer` }]);
    const scaled = withValue(current, fieldsOf(path), replicas) as ApiObject;
    return resourceVersion ? { ...scaled, metadata: { ...scaled.metadata, resourceVersion } } : scaled;
  }, options);
  return scaleOf(object, target);
}

function scaleOf(object: ApiObject, { resource: { scale } }: ScaleTarget): Scale {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = valueAt(object, scale.specReplicas);
  const selector = scale.labelSelector && valueAt(object, scale.labelSelector);
  return {
    kind: 'Scale', apiVersion: 'autoscaling/v1',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), uid, resourceVersion, creationTimestamp },
    spec: typeof replicas === 'number' ? { replicas } : {},
    status: { replicas: Number(valueAt(object, scale.statusReplicas) ?? 0), ...(typeof selector === 'string' && selector !== '' ? { selector } : {}) },
  } as Scale;
}

/** What counts of a Scale that a client made, or 400 for what is none. */
function changedScale(sent: unknown, name: string): { replicas?: number; resourceVersion?: string } {
  if (!isObject(sent)) throw badRequest('wrong object passed to Scale update: it must be a Scale of autoscaling/v1');
  const { kind = 'Scale', apiVersion = 'autoscaling/v1', metadata, spec } = sent as JsonObject & { metadata?: JsonObject; spec?: JsonObject };
  if (kind !== 'Scale' || apiVersion !== 'autoscaling/v1') throw badRequest(`wrong object passed to Scale update: it must be a Scale of autoscaling/v1, got ${String(kind)} of ${String(apiVersion)}`);
  if (metadata?.name !== name) throw badRequest(`the name of the object (${String(metadata?.name ?? '')}) does not match the name on the URL (${name})`);
  const replicas = spec?.replicas;
  if (replicas !== undefined && replicas !== null && !Number.isInteger(replicas)) {
    throw badRequest(`Scale in version "v1" cannot be handled as a Scale: json: cannot unmarshal ${typeof replicas} into Go struct field ScaleSpec.spec.replicas of type int32`);
  }
  return {
    ...(typeof replicas === 'number' ? { replicas } : {}),
    ...(typeof metadata.resourceVersion === 'string' ? { resourceVersion: metadata.resourceVersion } : {}),
  };
}

/** The definition allows only plain fields in these paths, and no lists. */
function fieldsOf(path: string): string[] {
  return path.replace(/^\./, '').split('.');
}

function valueAt(object: ApiObject, path: string): unknown {
  return fieldsOf(path).reduce<unknown>((value, field) => (isObject(value) ? value[field] : undefined), object);
}

function withValue(value: unknown, [field, ...rest]: readonly string[], leaf: unknown): unknown {
  if (field === undefined) return leaf;
  const object = isObject(value) ? value : {};
  return { ...object, [field]: withValue(object[field], rest, leaf) };
}
