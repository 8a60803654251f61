import { expect, test } from 'vitest';
import { dependencyOrder } from '../../src/import/dependency-order.ts';

/** `b: a` says that b needs a. */
function orderOf(graph: Readonly<Record<string, string>>) {
  return dependencyOrder(Object.keys(graph), (key) => graph[key]!.split(' ').filter(Boolean));
}

test.each([
  ['as they come', { b: '', a: '' }, { order: ['b', 'a'] }],
  ['what is needed first', { b: 'a', a: '' }, { order: ['a', 'b'] }],
  ['what two need once', { c: 'a b', b: 'a', a: '' }, { order: ['a', 'b', 'c'] }],
  ['without what is not there', { b: 'elsewhere' }, { order: ['b'] }],
  ['a circle of one', { b: '', a: 'a' }, { order: ['b', 'a'], circle: ['a'] }],
  ['two circles, and who else there is', { a: 'b', b: 'a', c: 'd a', d: 'c' }, { order: ['b', 'a', 'd', 'c'], circle: ['a', 'b'] }],
  ['a circle without what leads to it', { start: 'a', a: 'b', b: 'c', c: 'a' }, { order: ['c', 'b', 'a', 'start'], circle: ['a', 'b', 'c'] }],
])('%s', (_, graph, order) => {
  expect(orderOf(graph)).toEqual(order);
});

test('a chain of 100,000', () => {
  const keys = Array.from({ length: 100_000 }, (_, index) => `t${index}`);
  expect(dependencyOrder(keys, (key) => (key === 't99999' ? [] : [`t${Number(key.slice(1)) + 1}`]))).toEqual({ order: keys.toReversed() });
});
