import { TaskSelector } from 'cdk8s-taskwright';
import { expect, test } from 'vitest';

const shop = TaskSelector.labels({ team: 'shop' });

test.each<{ it: string; selector: TaskSelector; rendered: object; selects: Record<string, string>[]; not: Record<string, string>[] }>([
  { it: 'all', selector: TaskSelector.all(), rendered: {}, selects: [{}, { team: 'shop' }], not: [] },
  { it: 'labels', selector: shop, rendered: { matchLabels: { team: 'shop' } }, selects: [{ team: 'shop', stage: 'x' }], not: [{}, { team: 'store' }] },
  { it: 'in', selector: TaskSelector.labelIn('team', ['shop', 'store']), rendered: { matchExpressions: [{ key: 'team', operator: 'In', values: ['shop', 'store'] }] }, selects: [{ team: 'store' }], not: [{}, { team: 'x' }] },
  { it: 'not in', selector: TaskSelector.labelNotIn('team', ['shop']), rendered: { matchExpressions: [{ key: 'team', operator: 'NotIn', values: ['shop'] }] }, selects: [{}, { team: 'x' }], not: [{ team: 'shop' }] },
  { it: 'exists', selector: TaskSelector.labelExists('team'), rendered: { matchExpressions: [{ key: 'team', operator: 'Exists' }] }, selects: [{ team: '' }], not: [{}] },
  { it: 'does not exist', selector: TaskSelector.labelDoesNotExist('team'), rendered: { matchExpressions: [{ key: 'team', operator: 'DoesNotExist' }] }, selects: [{}], not: [{ team: '' }] },
  {
    it: 'both',
    selector: shop.and(TaskSelector.labels({ stage: 'plan' })).and(TaskSelector.labelExists('a')),
    rendered: { matchLabels: { team: 'shop', stage: 'plan' }, matchExpressions: [{ key: 'a', operator: 'Exists' }] },
    selects: [{ team: 'shop', stage: 'plan', a: '' }],
    not: [{ team: 'shop', stage: 'plan' }, { team: 'shop', a: '' }],
  },
  { it: 'both of what cannot be', selector: shop.and(TaskSelector.labels({ team: 'store' })), rendered: { matchLabels: { team: 'shop' }, matchExpressions: [{ key: 'team', operator: 'In', values: ['store'] }] }, selects: [], not: [{ team: 'shop' }, { team: 'store' }] },
])('selects, and renders what selects: $it', ({ selector, rendered, selects, not }) => {
  expect(selector._render()).toEqual(rendered);
  expect([...selects, ...not].map((labels) => selector._selects(labels))).toEqual([...selects.map(() => true), ...not.map(() => false)]);
});
