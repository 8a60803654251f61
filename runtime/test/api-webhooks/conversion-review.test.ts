import { describe, expect, test } from 'vitest';
import { answerConversion, type Convert } from '../../src/api-webhooks/conversion-review.ts';
import type { KubeObject } from '../../src/kube/object.ts';

const [OLD, NEW] = ['kelos.dev/v1alpha1', 'kelos.dev/v1alpha2'];
const task = (name: string, apiVersion = OLD): KubeObject => ({ apiVersion, kind: 'Task', metadata: { name, namespace: 'dev' } });
const review = (...objects: unknown[]) => ({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'ConversionReview', request: { uid: 'u', desiredAPIVersion: NEW, objects } });
const convert: Convert = (object, apiVersion) => {
  if (object.metadata.name === 'odd') throw new Error('spec.type: is nothing that is known');
  return { ...object, apiVersion };
};
const answered = (convertedObjects: KubeObject[], result: object) => ({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'ConversionReview', response: { uid: 'u', convertedObjects, result } });

test('all objects are converted, in their order', () => {
  expect(answerConversion(review(task('b'), task('a')), convert)).toEqual(answered([task('b', NEW), task('a', NEW)], { status: 'Success' }));
});

test('what has the version already is answered as it came', () => {
  expect(answerConversion(review(task('odd', NEW)), convert)).toEqual(answered([task('odd', NEW)], { status: 'Success' }));
});

test('one that cannot be converted fails the request, and is named', () => {
  const message = 'Task dev/odd: cannot be converted from kelos.dev/v1alpha1 to kelos.dev/v1alpha2: spec.type: is nothing that is known';
  expect(answerConversion(review(task('a'), task('odd')), convert)).toEqual(answered([], { status: 'Failure', message }));
});

test('nothing to convert is a success', () => {
  expect(answerConversion(review(), convert)).toEqual(answered([], { status: 'Success' }));
});

describe('what is no review is refused:', () => {
  const { request, ...rest } = review(task('a'));
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'review'],
    ['a list', []],
    ['an answer', rest],
    ['another kind', { ...rest, kind: 'AdmissionReview', request }],
    ['another version', { ...rest, apiVersion: 'apiextensions.k8s.io/v1beta1', request }],
    ['no uid', { ...rest, request: { ...request, uid: undefined } }],
    ['no version', { ...rest, request: { ...request, desiredAPIVersion: 1 } }],
    ['objects that are no list', { ...rest, request: { ...request, objects: {} } }],
    ['an object that is none', { ...rest, request: { ...request, objects: [null] } }],
    ['an object without metadata', { ...rest, request: { ...request, objects: [{}] } }],
  ])('%s', (_, body) => {
    expect(() => answerConversion(body, convert)).toThrow(TypeError);
  });
});
