import { apiVersionOf, keyOf, type KubeObject } from '../kube/object.ts';

/** Turns an object of one version into another; it changes nothing of what it is given, and throws for what it does not know. */
export type Convert = (object: KubeObject, toApiVersion: string) => KubeObject;

/** What the API server asks, and is answered (`apiextensions.k8s.io/v1`). */
export interface ConversionReview {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'ConversionReview';
  readonly request?: ConversionRequest;
  readonly response?: ConversionResponse;
}

interface ConversionRequest {
  readonly uid: string;
  readonly desiredAPIVersion: string;
  readonly objects: readonly KubeObject[];
}

interface ConversionResponse {
  readonly uid: string;
  readonly convertedObjects: readonly KubeObject[];
  readonly result: { readonly status: 'Success' } | { readonly status: 'Failure'; readonly message: string };
}

/**
 * Converts the objects of a review, in their order, or none of them: one that cannot be converted fails the whole request, and the answer names it.
 *
 * **Errors** TypeError for what is no review.
 */
export function answerConversion(review: unknown, convert: Convert): ConversionReview {
  const { uid, desiredAPIVersion, objects } = requestOf(review);
  const answer = (convertedObjects: readonly KubeObject[], result: ConversionResponse['result']): ConversionReview => ({
    apiVersion: 'apiextensions.k8s.io/v1', kind: 'ConversionReview', response: { uid, convertedObjects, result },
  });
  const converted: KubeObject[] = [];
  for (const object of objects) {
    try {
      converted.push(object.apiVersion === desiredAPIVersion ? object : convert(object, desiredAPIVersion));
    } catch (error) {
      const { apiVersion, kind } = object;
      const why = error instanceof Error ? error.message : String(error);
      return answer([], { status: 'Failure', message: `${kind} ${keyOf(object)}: cannot be converted from ${apiVersion} to ${desiredAPIVersion}: ${why}` });
    }
  }
  return answer(converted, { status: 'Success' });
}

function requestOf(review: unknown): ConversionRequest {
  const { apiVersion, kind, request } = (review ?? {}) as Partial<ConversionReview>;
  const isReview = kind === 'ConversionReview' && apiVersion === apiVersionOf({ group: 'apiextensions.k8s.io', version: 'v1' });
  if (!isReview || typeof request?.uid !== 'string' || typeof request.desiredAPIVersion !== 'string' || !Array.isArray(request.objects) || !request.objects.every(isObject)) {
    throw new TypeError('the body is not a ConversionReview of apiextensions.k8s.io/v1 with a request: uid, desiredAPIVersion and objects');
  }
  return request;
}

function isObject(value: unknown): value is KubeObject {
  return typeof value === 'object' && value !== null && typeof (value as KubeObject).metadata === 'object' && (value as KubeObject).metadata !== null;
}
