import type { ApiObject } from './api-object.ts';
import type { Cluster, Target, WriteOptions } from './cluster.ts';
import { isObject } from './json.ts';
import { jsonPatch } from './patch/json-patch.ts';
import { mergePatch } from './patch/merge-patch.ts';
import { decodeBody, decodeObject, mediaTypeOf } from './request-body.ts';
import { badRequest, unsupportedMediaType } from './status-error.ts';
import { updateObject } from './update.ts';

const PATCHES: Record<string, (current: ApiObject, patch: unknown) => unknown> = {
  'application/merge-patch+json': (current, patch) => {
    if (!isObject(patch)) throw badRequest('error decoding patch: a merge patch is an object');
    return mergePatch(current, patch);
  },
  'application/json-patch+json': jsonPatch,
};

/** Changes part of an object. The content type says how: each kind of patch is a rule of its own. */
export function patchObject(cluster: Cluster, target: Target, body: Buffer, contentType: string | undefined, options: WriteOptions): ApiObject {
  const { resource } = target;
  const mediaType = mediaTypeOf(contentType);
  const accepted = Object.keys(PATCHES);
  const change = PATCHES[mediaType];
  if (change === undefined) throw unsupportedMediaType(accepted);
  const patch = decodeBody(body, contentType, accepted);
  return updateObject(cluster, target, (current) => decodeObject(change(current, patch), resource), options);
}
