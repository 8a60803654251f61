import type { ObjectMeta } from '../kube/object.ts';
import { isEqual, wireJson, type JsonObject } from './json.ts';

/** An object as it is stored and served: apiVersion and kind are always there. */
export interface ApiObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  [field: string]: unknown;
}

const serialised = new WeakMap<ApiObject, string>();

/** The object's JSON on the wire. Made once per stored object, whoever asks. */
export function jsonOf(object: ApiObject): string {
  let json = serialised.get(object);
  if (json === undefined) {
    json = wireJson(object);
    serialised.set(object, json);
  }
  return json;
}

/** The object with other metadata fields; `undefined` removes one. */
export function withMeta(object: ApiObject, changes: Partial<ObjectMeta>): ApiObject {
  const metadata: JsonObject = { ...object.metadata, ...changes };
  for (const key in changes) if (metadata[key] === undefined) delete metadata[key];
  return { ...object, metadata };
}

/** Whether two objects differ in a top-level field other than those named: what decides about a new generation. */
export function sameApartFrom(left: ApiObject, right: ApiObject, ...ignored: string[]): boolean {
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    if (!ignored.includes(key) && !isEqual(left[key], right[key])) return false;
  }
  return true;
}
