import { applyObject } from './apply.ts';
import type { ApiObject } from './api-object.ts';
import { admitApplied, admitFields } from './admission.ts';
import type { Cluster, Target, WriteOptions } from './cluster.ts';
import { isObject } from './json.ts';
import { jsonPatch } from './patch/json-patch.ts';
import { mergePatch } from './patch/merge-patch.ts';
import { strategicMergePatch } from './patch/strategic-merge-patch.ts';
import { decodeBody, decodeObject, mediaTypeOf } from './request-body.ts';
import type { ServedResource } from './served-resource.ts';
import { badRequest, unsupportedMediaType } from './status-error.ts';
import { updateObject } from './update.ts';

const APPLY = 'application/apply-patch+yaml';

type Patch = (current: ApiObject, patch: unknown, resource: ServedResource) => unknown;

const PATCHES: Record<string, Patch> = {
  'application/json-patch+json': jsonPatch,
  'application/merge-patch+json': (current, patch) => mergePatch(current, objectPatch(patch)),
  'application/strategic-merge-patch+json': (current, patch, { schema }) => strategicMergePatch(current, objectPatch(patch), schema),
};

/** Changes part of an object. The content type says how: each kind of patch is a rule of its own. */
export function patchObject(cluster: Cluster, target: Target, body: Buffer, contentType: string | undefined, force: boolean, options: WriteOptions): { object: ApiObject; created: boolean } {
  const { resource } = target;
  const mediaType = mediaTypeOf(contentType);
  const accepted = [...Object.keys(PATCHES).filter((type) => !resource.custom || !type.includes('strategic')), APPLY];
  const patch = decodeBody(body, contentType, accepted);
  if (mediaType === APPLY) {
    requireType(patch);
    return applyObject(cluster, target, admitApplied(resource, decodeObject(patch, resource)), { ...options, force });
  }
  const change = PATCHES[mediaType];
  if (change === undefined) throw unsupportedMediaType(accepted);
  const object = updateObject(cluster, target, (current) => admitFields(resource, decodeObject(change(current, patch, resource), resource), options), options);
  return { object, created: false };
}

/** The path says what it is, and still an apply has to. */
function requireType(patch: unknown): void {
  if (!isObject(patch) || (patch.apiVersion && patch.kind)) return;
  throw badRequest(`invalid object type: ${String(patch.apiVersion ?? '')}, Kind=${String(patch.kind ?? '')}`);
}

function objectPatch(patch: unknown): object {
  if (!isObject(patch)) throw badRequest('error decoding patch: a merge patch is an object');
  return patch;
}
