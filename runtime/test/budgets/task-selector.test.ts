import { expect, test } from 'vitest';
import { selects } from '../../src/budgets/task-selector.ts';

const labels = { team: 'shop', tier: 'web' };

test.each<[string, Parameters<typeof selects>[0], boolean]>([
  ['nothing asked', {}, true],
  ['a label that is there', { matchLabels: { team: 'shop' } }, true],
  ['a label with another value', { matchLabels: { team: 'store' } }, false],
  ['one of values', { matchExpressions: [{ key: 'team', operator: 'In', values: ['store', 'shop'] }] }, true],
  ['one of values, without the label', { matchExpressions: [{ key: 'x', operator: 'In', values: ['shop'] }] }, false],
  ['none of values', { matchExpressions: [{ key: 'team', operator: 'NotIn', values: ['shop'] }] }, false],
  ['none of values, without the label', { matchExpressions: [{ key: 'x', operator: 'NotIn', values: ['shop'] }] }, true],
  ['a label', { matchExpressions: [{ key: 'tier', operator: 'Exists' }] }, true],
  ['no such label', { matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] }, false],
  ['all of several', { matchLabels: { team: 'shop' }, matchExpressions: [{ key: 'x', operator: 'Exists' }] }, false],
])('%s', (_it, selector, expected) => {
  expect(selects(selector, labels)).toBe(expected);
});

test.each<[object, string]>([
  [{ key: 'a', operator: 'Near' }, 'spec.taskSelector.matchExpressions[0].operator: "Near" is no operator; it has to be In, NotIn, Exists or DoesNotExist'],
  [{ key: 'a', operator: 'In' }, 'spec.taskSelector.matchExpressions[0]: In needs values, got none'],
  [{ key: 'a', operator: 'Exists', values: ['b'] }, 'spec.taskSelector.matchExpressions[0]: Exists takes no values, got 1'],
])('%j is no selector, whatever the labels', (expression, message) => {
  expect(() => selects({ matchLabels: { other: 'x' }, matchExpressions: [expression as never] }, labels)).toThrow(message);
});
