import { expect, test } from 'vitest';
import { type Condition, conditionOf } from '../../src/kube/condition.ts';

const now = new Date('2026-01-01T00:01:00.900Z');
const said = { type: 'Ready', status: 'True', reason: 'Bound', message: 'It is there' } as const;
const earlier: Condition = { type: 'Ready', status: 'True', reason: 'Other', message: 'Other words', lastTransitionTime: '2026-01-01T00:00:00Z', observedGeneration: 1 };

test.each<{ it: string; generation?: number; conditions?: Condition[]; condition: Condition }>([
  { it: 'is dated now, in whole seconds, where there was none', condition: { ...said, lastTransitionTime: '2026-01-01T00:01:00Z' } },
  { it: 'is dated now where others were', conditions: [{ ...earlier, type: 'Degraded' }], condition: { ...said, lastTransitionTime: '2026-01-01T00:01:00Z' } },
  { it: 'keeps its time under another reason and message', conditions: [earlier], condition: { ...said, lastTransitionTime: '2026-01-01T00:00:00Z' } },
  { it: 'is dated now when its status changes', conditions: [{ ...earlier, status: 'Unknown' }], condition: { ...said, lastTransitionTime: '2026-01-01T00:01:00Z' } },
  { it: 'names the generation that it is about', generation: 2, conditions: [earlier], condition: { ...said, lastTransitionTime: '2026-01-01T00:00:00Z', observedGeneration: 2 } },
])('a condition $it', ({ generation, conditions, condition }) => {
  expect(conditionOf({ metadata: { name: 'fix', ...(generation === undefined ? {} : { generation }) }, ...(conditions ? { status: { conditions } } : {}) }, said, now)).toEqual(condition);
});
