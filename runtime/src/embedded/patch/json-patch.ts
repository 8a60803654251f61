import { applyPatch, type Operation } from 'rfc6902';
import { deepClone, isObject } from '../json.ts';
import { badRequest, StatusError } from '../status-error.ts';

/** How many operations one request may carry, as the API server limits it. */
const MOST_OPERATIONS = 10_000;

/** RFC 6902: all operations in order, or none. A failed `test` or a missing path is 422, as the API server answers. */
export function jsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw badRequest('json: cannot unmarshal object into Go value of type jsonpatch.Patch');
  if (patch.length > MOST_OPERATIONS) {
    throw new StatusError(413, 'RequestEntityTooLarge',
      `The allowed maximum operations in a JSON patch is ${MOST_OPERATIONS}, got ${patch.length}`);
  }
  if (!patch.every((operation) => isObject(operation) && typeof operation.op === 'string' && typeof operation.path === 'string')) {
    throw badRequest('error decoding patch: each operation is an object with op and path');
  }
  const result = { root: deepClone(target) };
  const operations = (patch as Operation[]).map((operation) => ({
    ...operation, path: `/root${operation.path}`, ...('from' in operation ? { from: `/root${operation.from}` } : {}),
  }));
  const failure = applyPatch(result, operations as Operation[]).find((error) => error !== null);
  if (failure) throw new StatusError(422, 'Invalid', `the server rejected our request due to an error in our request: ${failure.message}`, {});
  return result.root;
}
