import type { KubeObject } from '../kube/object.ts';

/** What is wrong with an object, a sentence each: `where: what, got what; what is allowed`. Empty for a good one. */
export type FaultsOf = (object: KubeObject) => readonly string[];

/** What the API server asks, and is answered (`admission.k8s.io/v1`). */
export interface AdmissionReview {
  readonly apiVersion: 'admission.k8s.io/v1';
  readonly kind: 'AdmissionReview';
  readonly request?: { readonly uid: string; readonly object?: KubeObject | null; readonly oldObject?: KubeObject | null };
  readonly response?: { readonly uid: string; readonly allowed: boolean; readonly status?: { readonly code: number; readonly reason: string; readonly message: string } };
}

/**
 * Refuses an object for what is wrong with it and was not before, all of that at once: what was stored when nobody looked can be changed elsewhere. An object
 * that goes is let go.
 *
 * **Errors** TypeError for what is no review.
 */
export function answerValidation(review: unknown, faultsOf: FaultsOf): AdmissionReview {
  const { uid, object, oldObject } = requestOf(review);
  const known = new Set(object && oldObject ? faultsOf(oldObject) : []);
  const faults = object && object.metadata.deletionTimestamp === undefined ? faultsOf(object).filter((fault) => !known.has(fault)) : [];
  const status = { code: 422, reason: 'Invalid', message: faults.join('; and ') };
  return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: { uid, allowed: faults.length === 0, ...(faults.length > 0 && { status }) } };
}

function requestOf(review: unknown): NonNullable<AdmissionReview['request']> {
  const { apiVersion, kind, request } = (review ?? {}) as Partial<AdmissionReview>;
  const isReview = kind === 'AdmissionReview' && apiVersion === 'admission.k8s.io/v1' && typeof request?.uid === 'string';
  if (!isReview || ![request.object, request.oldObject].every(isObjectOrNothing)) {
    throw new TypeError('the body is not an AdmissionReview of admission.k8s.io/v1 with a request: uid, object and oldObject');
  }
  return request;
}

function isObjectOrNothing(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'object' && typeof (value as KubeObject).metadata === 'object' && (value as KubeObject).metadata !== null);
}
