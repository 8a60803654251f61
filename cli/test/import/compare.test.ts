import { expect, test } from 'vitest';
import { differences } from '../../src/import/compare.ts';

const task = (spec: object) => ({ apiVersion: 'kelos.dev/v1alpha2', kind: 'Task', metadata: { name: 'fix', namespace: 'dev' }, spec });
const secret = (value: string) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'claude' }, stringData: { key: value } });

test('the same objects differ in nothing, in whatever order', () => {
  expect(differences([task({ a: 1, b: [{}] }), secret('x')], [secret('x'), task({ b: [{}], a: 1 })])).toEqual([]);
});

test('each difference is told with its place and both values', () => {
  expect(differences([task({ a: 1, b: ['x', 'y'], c: 1 })], [task({ a: '1', b: ['x', 'z'], d: 1 })])).toEqual([
    'Task dev/fix: spec.a was 1, became "1"',
    'Task dev/fix: spec.b[1] was "y", became "z"',
    'Task dev/fix: spec.c was 1, became nothing',
    'Task dev/fix: spec.d was nothing, became 1',
  ]);
});

test('an object that is missing, or too many, is told', () => {
  expect(differences([task({})], [secret('x')])).toEqual(['Task dev/fix: is missing', 'Secret claude: is not in the files']);
});

test('the value of a Secret is not shown', () => {
  expect(differences([secret('hunter2')], [secret('hunter3')])).toEqual(['Secret claude: stringData.key differs']);
});

test('of very many differences the first are shown', () => {
  const lines = differences([task(Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`f${index}`, 1])))], [task({})]);
  expect([lines.length, lines.at(-1)]).toEqual([51, 'and 10 more']);
});
