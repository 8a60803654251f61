import { expect, test } from 'vitest';
import { answerValidation } from '../../src/api-webhooks/validation-review.ts';
import type { KubeObject } from '../../src/kube/object.ts';

/** An object with these faults. */
const wrong = (...faults: string[]) => ({ metadata: { annotations: { faults: faults.join() } } }) as KubeObject;
const faultsOf = ({ metadata }: KubeObject) => metadata.annotations!.faults!.split(',').filter((fault) => fault !== '');
const ask = (request: object) => answerValidation({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request: { uid: 'u', ...request } }, faultsOf).response!;
const refused = (message: string) => ({ uid: 'u', allowed: false, status: { code: 422, reason: 'Invalid', message } });
const taken = { uid: 'u', allowed: true };

test.each([
  { it: 'a good object', request: { object: wrong(), oldObject: null }, answer: taken },
  { it: 'a bad object, with all that is wrong', request: { object: wrong('a', 'b'), oldObject: null }, answer: refused('a; and b') },
  { it: 'what was wrong before', request: { object: wrong('a'), oldObject: wrong('a') }, answer: taken },
  { it: 'what is wrong besides', request: { object: wrong('a', 'b'), oldObject: wrong('a') }, answer: refused('b') },
  { it: 'what is better than before', request: { object: wrong(), oldObject: wrong('a') }, answer: taken },
  { it: 'a bad object that goes', request: { object: { metadata: { ...wrong('a').metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }, oldObject: null }, answer: taken },
  { it: 'a deletion', request: { object: null, oldObject: wrong('a') }, answer: taken },
])('$it', ({ request, answer }) => {
  expect(ask(request)).toEqual(answer);
});

test.each([undefined, {}, { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' }, { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request: { uid: 'u', object: 7 } }])('%o is no review', (review) => {
  expect(() => answerValidation(review, faultsOf)).toThrow(TypeError);
});
