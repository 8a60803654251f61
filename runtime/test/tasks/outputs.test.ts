import type { Task, TaskStatus } from '@taskwright/schema';
import { type Job, jobResource } from '@taskwright/schema/kubernetes';
import { afterEach, describe, expect, test } from 'vitest';
import type { Pod } from '../../src/embedded/pod.ts';
import { controllerOf } from '../../src/kube/object.ts';
import { startOperator } from '../../src/operator/operator.ts';
import { planFinish } from '../../src/tasks/finish.ts';
import { outputSchemaGate } from '../../src/tasks/gates/output-schema.ts';
import { jobEnd } from '../../src/tasks/outcome/job-state.ts';
import type { LogReading } from '../../src/tasks/outcome/log-result.ts';
import { CountedTransport } from './counted-transport.ts';
import type { Script } from './fake-kubelet.ts';
import { admitted, aJob, aPod, aTask, complete, ended, facts, failed, images, now } from './task-fixtures.ts';
import { startCluster, type TestCluster } from './test-cluster.ts';

const SCHEMA = { type: 'object', properties: { steps: { type: 'array' }, risky: { type: 'boolean' }, note: { type: 'string' } }, required: ['steps', 'risky'] };
const declaring = (schema: unknown = SCHEMA) => ({ 'taskwright.dev/output-schema': typeof schema === 'string' ? schema : JSON.stringify(schema) });
const RESULTS = { steps: ['a', 'b'], risky: false, note: 'two\nlines', unasked: 1 };
const TEXTS = { steps: '["a","b"]', risky: 'false', note: 'two\nlines' };
const left = (more: object) => JSON.stringify({ taskwright: 1, outputs: ['branch: b'], ...more });
const INVALID = { error: 'its outputs are not as declared: risky is missing' };

test.each<[string, string]>([
  ['{', 'got 1 characters that are not JSON; it has to be a JSON Schema'],
  ['[]', 'is not a schema that outputs can be checked by, got an empty list; it has to be an object'],
  ['{"type":"object","properties":{"branch":{},"pr":{}}}', 'properties.branch: is a reserved name, got "branch"; base-branch, branch, commit, cost-usd, input-tokens, output-tokens, pr or response and names that begin with taskwright- are results of every agent; rename yours (and 1 more)'],
  ['{"type":"object","properties":{"it":{"pattern":"a{2000}"}}}', 'properties.it.pattern: does not have the right form, got "a{2000}"; it has to be a regular expression of RE2; error parsing regexp: invalid repeat count: `{2000}`'],
])('a Task that declares %s is held until that is corrected', (text, problem) => {
  const task = aTask({ annotations: declaring(text) });
  expect(outputSchemaGate(facts({ task }))).toEqual({ hold: 'AnnotationInvalid', message: `Waiting for annotation taskwright.dev/output-schema to be corrected, ${problem}` });
});

test.each([['declares nothing', {}], ['declares what can be checked', declaring()]])('a Task that %s is not held', (_, annotations) => {
  expect(outputSchemaGate(facts({ task: aTask({ annotations }) }))).toBeUndefined();
});

describe('the end of a Task that declares outputs', () => {
  const before: TaskStatus = { phase: 'Running', jobName: 'fix', podName: 'fix-1', startTime: '2026-01-01T00:02:00Z', conditions: [admitted] };
  const condition = (status: 'True' | 'False', reason: string, message: string) => ({ type: 'OutputsValid', status, reason, message, lastTransitionTime: '2026-01-01T00:10:00Z', observedGeneration: 1 });
  const VALID = condition('True', 'OutputsLeft', 'The agent left what the Task declares');

  interface Row {
    it: string;
    message?: string;
    exitCode?: number;
    log?: LogReading;
    annotations?: Record<string, string>;
    status: Partial<TaskStatus>;
  }
  const succeeded = (results: Record<string, string>, message = 'Task completed successfully'): Partial<TaskStatus> => ({ phase: 'Succeeded', message, outputs: ['branch: b'], results: { branch: 'b', ...results }, conditions: [admitted, VALID] });
  const invalid = (message: string, results: Record<string, string> = { branch: 'b' }): Partial<TaskStatus> => ({
    phase: 'Failed', message, ...(Object.keys(results).length > 0 && { outputs: Object.entries(results).map(([name, value]) => `${name}: ${value}`), results }), conditions: [admitted, condition('False', 'OutputInvalid', message)],
  });

  test.each<Row>([
    { it: 'they are results, as texts, and stored once', message: left({ results: RESULTS }), status: succeeded(TEXTS) },
    { it: 'one that may be missing may be', message: left({ results: { steps: [], risky: true } }), status: succeeded({ steps: '[]', risky: 'true' }) },
    { it: 'null and numbers are JSON too', message: left({ results: { steps: 1.5, risky: null } }), status: succeeded({ steps: '1.5', risky: 'null' }) },
    { it: 'too long for a message, they are read from the log', message: left({ truncated: true }), log: { lines: ['branch: b', `taskwright-results: ${JSON.stringify(RESULTS)}`] }, status: succeeded(TEXTS) },
    { it: 'another image writes them as lines, of any length', message: `branch: b\nsteps: ["${'x'.repeat(5_000)}"]\nrisky: true\n`, status: succeeded({ steps: `["${'x'.repeat(5_000)}"]`, risky: 'true' }) },
    { it: 'one that is missing is a failure', message: left({ results: { steps: [] } }), status: invalid('Agent left no output "risky", which the Task declares') },
    { it: 'all that are missing are named', message: left({}), status: invalid('Agent left no output "steps", "risky", which the Task declares') },
    { it: 'a log that is gone is a failure', message: left({ truncated: true }), log: { lines: undefined }, status: invalid('Agent left no output "steps", "risky", which the Task declares; they are longer than the 4096 bytes of a termination message, and its log is gone') },
    { it: 'a line in a log that is no JSON is none', message: left({ truncated: true }), log: { lines: ['branch: b', 'taskwright-results: {"steps"'] }, status: invalid('Agent left no output "steps", "risky", which the Task declares') },
    { it: 'more than can be kept is a failure with the sizes', message: left({ truncated: true }), log: { lines: [`taskwright-results: {"steps":"x","risky":"${'x'.repeat(131_072)}"}`] }, status: invalid('Agent left outputs of 131073 bytes, "risky" of 131072; at most 131072 can be kept', {}) },
    { it: 'those of a run that failed are none', exitCode: 1, message: left({ results: RESULTS, error: 'no credit' }), status: { phase: 'Failed', message: 'Agent failed: no credit', outputs: ['branch: b'], results: { branch: 'b' }, conditions: [admitted] } },
    { it: 'the program in the Pod has refused them', exitCode: 65, message: left(INVALID), status: invalid('Agent failed: its outputs are not as declared: risky is missing') },
    { it: 'another program has refused them, and says no more', exitCode: 65, message: 'branch: b\n', status: invalid('Agent exited with code 65') },
    { it: 'without a declaration the exit code is any other', exitCode: 65, annotations: {}, message: 'branch: b\n', status: { phase: 'Failed', message: 'Agent exited with code 65', outputs: ['branch: b'], results: { branch: 'b' }, conditions: [admitted] } },
    { it: 'a declaration that is gone says nothing of them', annotations: {}, message: left({ results: RESULTS }), status: { ...succeeded({}), conditions: [admitted] } },
  ])('$it', ({ message, exitCode = 0, log, annotations = declaring(), status }) => {
    const job = aJob({ status: exitCode === 0 ? complete : failed });
    const plan = planFinish({
      task: aTask({ status: before, annotations }), job, end: jobEnd(job)!, now, pods: [aPod({ agent: ended(exitCode, message) })], logs: new Map(log ? [['uid-of-fix-1', log]] : []),
    });
    const { completionTime: _, jobName: __, podName: ___, startTime: ____, ...told } = plan.status!;
    expect(told).toEqual(status);
  });
});

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const part of running.splice(0).reverse()) await part.stop();
});

async function aCluster(script: Script | ((pod: Pod) => Script)): Promise<TestCluster & { transport: CountedTransport }> {
  const cluster = await startCluster(script);
  const transport = new CountedTransport(cluster.api.transport);
  running.push(cluster, startOperator({ transport, clock: cluster.clock, images }));
  return Object.assign(cluster, { transport });
}

const HOUR = { limitMs: 3_600_000 };
const named = (name: string, annotations: Record<string, string>, spec: Partial<Task['spec']> = {}): Task => ({ metadata: { name, namespace: 'dev', annotations }, spec: aTask({ spec }).spec });
const phaseIs = ({ task }: TestCluster, phase: string, name = 'fix') => () => task(name)?.status?.phase === phase;
const jobNamed = async ({ client }: TestCluster, name: string) => await client.get<Job & { metadata: object }>(jobResource, { namespace: 'dev', name });

describe('on a cluster', () => {
  test('a Task that declares outputs costs no write more than one that declares none, and its dependant is asked with them', async () => {
    const cluster = await aCluster((pod) => ({ message: controllerOf(pod)?.name === 'plan' ? left({ results: RESULTS }) : left({}) }));
    await cluster.create(named('plan', declaring()));
    await cluster.create(named('fix', {}, { dependsOn: ['plan'], prompt: 'Do {{.Deps.plan.Results.steps}} {{if eq .Deps.plan.Results.risky "true"}}with care{{else}}boldly{{end}}' }));
    expect(await cluster.clock.runUntil(phaseIs(cluster, 'Succeeded'), HOUR)).toBe(true);
    expect((await jobNamed(cluster, 'fix')).spec!.template.spec!.containers[0]!.args).toEqual(['Do ["a","b"] boldly']);
    const writes = (name: string) => cluster.transport.requests.filter((request) => !request.startsWith('GET') && request.includes(`/${name}`)).length;
    expect(writes('plan')).toBe(writes('fix') - 1); // which also waited
  });

  test('a Task whose outputs are refused is not run again by its Job, but by its policy', async () => {
    const once: Script = { exitCode: 65, message: left(INVALID) };
    const cluster = await aCluster((pod) => (controllerOf(pod)?.name === 'fix' ? once : { message: left({ results: RESULTS }) }));
    await cluster.create(named('fix', { ...declaring(), 'taskwright.dev/retry-limit': '1', 'taskwright.dev/retry-on': 'OutputInvalid' }));
    await cluster.create(named('other', { ...declaring(), 'taskwright.dev/retry-limit': '1', 'taskwright.dev/retry-on': 'Agent' }));
    expect(await cluster.clock.runUntil(phaseIs(cluster, 'Succeeded'), HOUR)).toBe(true);
    expect(cluster.task('fix')?.status).toMatchObject({ jobName: 'fix-retry-1', results: TEXTS });
    expect((await jobNamed(cluster, 'fix')).status!.failed).toBe(1);
    expect([...cluster.transport.events].filter((event) => event.startsWith('TaskRetried'))).toEqual(['TaskRetried: Attempt 1 of 2 failed: Agent failed: its outputs are not as declared: risky is missing; trying again in 30 s']);
  });

  test('a Task that may be tried again after other failures only has failed', async () => {
    const cluster = await aCluster({ exitCode: 65, message: left(INVALID) });
    await cluster.create(named('fix', { ...declaring(), 'taskwright.dev/retry-limit': '1', 'taskwright.dev/retry-on': 'Agent' }));
    expect(await cluster.clock.runUntil(phaseIs(cluster, 'Failed'), HOUR)).toBe(true);
    expect(cluster.task('fix')?.status?.conditions?.map(({ type, status, reason }) => [type, status, reason])).toEqual([['Admitted', 'True', 'Admitted'], ['OutputsValid', 'False', 'OutputInvalid']]);
  });
});
