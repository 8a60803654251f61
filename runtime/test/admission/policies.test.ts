import { App, Chart } from 'cdk8s';
import { Taskwright } from 'cdk8s-taskwright';
import { expect, test } from 'vitest';
import { evaluatePolicy, type PolicySpec } from './evaluate-policy.ts';
import { objectOf, POLICY_CASES } from './policy-cases.ts';

const chart = new Chart(new App(), 'taskwright');
new Taskwright(chart, 'install', { convertsOlderVersions: true });
const policies = new Map((chart.toJson() as { kind: string; metadata: { name: string }; spec: PolicySpec }[])
  .filter(({ kind }) => kind === 'ValidatingAdmissionPolicy').map(({ metadata, spec }) => [metadata.name, spec]));
const policyOf = (name: string) => policies.get(`taskwright-system-${name}`)!;

test.each(POLICY_CASES)('$kind: $it', (row) => {
  const policy = policyOf(row.kind === 'Task' ? 'tasks' : 'taskbudgets');
  const before = row.before ? objectOf(row, row.before, 'team') : null;
  expect(evaluatePolicy(policy, objectOf(row, row.object, 'team'), before)).toEqual(row.refused === undefined ? [] : [row.refused]);
});

test('what is being deleted is let go, whatever it says', () => {
  const object = { metadata: { name: 'one', deletionTimestamp: '2026-01-01T00:00:00Z', annotations: { 'taskwright.dev/retry-limit': 'two' } } };
  expect(evaluatePolicy(policyOf('tasks'), object, null)).toEqual([]);
});

const rest = 'taskwright.dev/v1alpha2-rest';
const stays = `metadata.annotations: ${rest} changes; it holds what v1alpha2 says of the Task and v1alpha1 cannot, and stays as it is; leave it out of the manifest and apply that, or write the Task in kelos.dev/v1alpha2`;
const older = (text?: string) => ({ metadata: { name: 'one', ...(text !== undefined && { annotations: { [rest]: text } }) } });

test.each([
  { it: 'stays absent', before: older(), object: older(), refused: [] },
  { it: 'stays as it is', before: older('[1]'), object: older('[1]'), refused: [] },
  { it: 'is not created', before: null, object: older('[1]'), refused: [stays] },
  { it: 'does not come later', before: older(), object: older('[1]'), refused: [stays] },
  { it: 'does not change', before: older('[1]'), object: older('[2]'), refused: [stays] },
  { it: 'does not go', before: older('[1]'), object: older(), refused: [stays] },
])('what v1alpha1 carries of a Task $it', ({ before, object, refused }) => {
  expect(evaluatePolicy(policyOf('tasks-v1alpha1'), object, before)).toEqual(refused);
});
