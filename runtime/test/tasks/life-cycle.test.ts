import { agentConfigResource, type Task, taskResource, workspaceResource } from '@taskwright/schema';
import { configMapResource, type Job, jobResource, podResource, secretResource } from '@taskwright/schema/kubernetes';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Operator, startOperator } from '../../src/operator/operator.ts';
import { type Crash, CountedTransport } from './counted-transport.ts';
import type { Script } from './fake-kubelet.ts';
import { aTask, images, result } from './task-fixtures.ts';
import { startCluster, type TestCluster } from './test-cluster.ts';

const HOUR = { limitMs: 3_600_000 };
const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const part of running.splice(0).reverse()) await part.stop();
});

async function aCluster(script?: Script): Promise<TestCluster> {
  const cluster = await startCluster(script);
  running.push(cluster);
  return cluster;
}

function anOperator({ api, clock }: TestCluster, crash?: Crash): Operator & { transport: CountedTransport } {
  const transport = new CountedTransport(api.transport, crash);
  const operator = startOperator({ transport, clock, images });
  running.push(operator);
  return Object.assign(operator, { transport });
}

/** As a user writes it: without what the server fills in. */
function manifest(spec: Partial<Task['spec']> = {}, name = 'fix'): Task {
  const { spec: full } = aTask({ spec });
  return { metadata: { name, namespace: 'dev' }, spec: full };
}

const phaseIs = (cluster: TestCluster, phase: string, name?: string) => () => cluster.task(name)?.status?.phase === phase;
const success: Script = { message: result(['branch: fix/42', 'commit: abc', 'cost-usd: 0.5', 'input-tokens: 10']) };

describe('a Task that succeeds', () => {
  test('costs six writes, no read of its own, and no log', async () => {
    const cluster = await aCluster(success);
    const { transport } = anOperator(cluster);
    await cluster.create(manifest());
    expect(await cluster.clock.runUntil(phaseIs(cluster, 'Succeeded'), HOUR)).toBe(true);
    await cluster.clock.advance(60_000);
    expect(transport.requests).toEqual([
      // Once for the namespace, whatever is in it.
      'GET kelos.dev/v1alpha2/namespaces/dev/taskbudgets',
      'PATCH kelos.dev/v1alpha2/namespaces/dev/tasks/fix',
      'POST batch/v1/namespaces/dev/jobs',
      'PATCH kelos.dev/v1alpha2/namespaces/dev/tasks/fix/status',
      'PATCH kelos.dev/v1alpha2/namespaces/dev/tasks/fix/status',
      'POST kelos.dev/v1alpha2/namespaces/dev/taskrecords',
      'PATCH kelos.dev/v1alpha2/namespaces/dev/tasks/fix/status',
    ]);
    expect(cluster.kubelet.logsRead).toEqual([]);
    expect(cluster.task()?.status).toMatchObject({
      jobName: 'fix',
      message: 'Task completed successfully',
      results: { branch: 'fix/42', commit: 'abc' },
      usage: { costUSD: '500m', inputTokens: 10 },
    });
  });

  test('tells what happens to it', async () => {
    const cluster = await aCluster(success);
    const { transport } = anOperator(cluster);
    await cluster.create(manifest());
    await cluster.clock.runUntil(phaseIs(cluster, 'Succeeded'), HOUR);
    await cluster.clock.settle();
    expect([...transport.events]).toEqual([
      'TaskCreated: Created Job fix for task',
      'TaskRunning: Task started running',
      'TaskSucceeded: Task completed successfully',
      'OutputsCaptured: Captured 4 outputs and 4 results from agent',
    ]);
  });

  test('has no more phases than Pending, Running, Succeeded', async () => {
    const cluster = await aCluster(success);
    const phases: (string | undefined)[] = [];
    cluster.tasks.onChange(({ object }) => {
      if (object.status?.phase !== phases.at(-1)) phases.push(object.status?.phase);
    });
    anOperator(cluster);
    await cluster.create(manifest());
    await cluster.clock.runUntil(phaseIs(cluster, 'Succeeded'), HOUR);
    expect(phases).toEqual(['Pending', 'Running', 'Succeeded']);
  });

  test('is deleted with its Job and its Pod', async () => {
    const cluster = await aCluster(success);
    anOperator(cluster);
    await cluster.create(manifest());
    await cluster.clock.runUntil(phaseIs(cluster, 'Succeeded'), HOUR);
    await cluster.client.delete(taskResource, { namespace: 'dev', name: 'fix' });
    expect(await cluster.clock.runUntil(() => cluster.task() === undefined, HOUR)).toBe(true);
    await cluster.clock.settle();
    const left = await Promise.all([jobResource, podResource].map((resource) => cluster.client.list(resource)));
    expect(left.flatMap(({ items }) => items)).toEqual([]);
  });

  test('whose answer on Slack is not told yet stays until it is, and for ten minutes at most', async () => {
    const cluster = await aCluster(success);
    anOperator(cluster);
    const asked = { labels: { 'kelos.dev/slack-reporting': 'enabled' }, annotations: { 'kelos.dev/slack-channel': 'C1', 'kelos.dev/slack-thread-ts': '1.2' } };
    for (const name of ['fix', 'lost']) {
      const task = manifest({ ttlSecondsAfterFinished: 0 }, name);
      await cluster.create({ ...task, metadata: { ...task.metadata, ...asked } });
    }
    await cluster.clock.runUntil(() => phaseIs(cluster, 'Succeeded')() && phaseIs(cluster, 'Succeeded', 'lost')(), HOUR);
    await cluster.clock.advance(540_000);
    expect([cluster.task()?.status?.phase, cluster.task('lost')?.status?.phase]).toEqual(['Succeeded', 'Succeeded']);
    await cluster.client.patchMerge(taskResource, { namespace: 'dev', name: 'fix' }, { metadata: { annotations: { 'kelos.dev/slack-report-phase': 'succeeded' } } }, { fieldManager: 'test' });
    expect(await cluster.clock.runUntil(() => cluster.task() === undefined, { limitMs: 10_000 })).toBe(true);
    expect(cluster.task('lost')?.status?.phase).toBe('Succeeded');
    expect(await cluster.clock.runUntil(() => cluster.task('lost') === undefined, { limitMs: 60_000 })).toBe(true);
  });

  test('goes at the end of its ttl, after its dependant has started', async () => {
    const cluster = await aCluster(success);
    anOperator(cluster);
    await cluster.create(manifest({ dependsOn: ['fix'], workspaceRef: { name: 'late' } }, 'review'));
    await cluster.create(manifest({ ttlSecondsAfterFinished: 0 }));
    await cluster.clock.runUntil(phaseIs(cluster, 'Succeeded'), HOUR);
    await cluster.clock.advance(60_000);
    expect(cluster.task()?.status?.phase).toBe('Succeeded');
    await cluster.create({ metadata: { name: 'late', namespace: 'dev' }, spec: { repo: 'https://github.com/a/b' } } as never, workspaceResource);
    expect(await cluster.clock.runUntil(() => cluster.task() === undefined, HOUR)).toBe(true);
    expect(await cluster.clock.runUntil(phaseIs(cluster, 'Succeeded', 'review'), HOUR)).toBe(true);
  });
});

describe('a Task that waits', () => {
  const spec: Partial<Task['spec']> = { credentials: { type: 'api-key', secretRef: { name: 'claude' } }, workspaceRef: { name: 'shop' }, agentConfigRefs: [{ name: 'tools' }] };

  test('starts when the last thing it names appears, woken by it and by no timer', async () => {
    const cluster = await aCluster(success);
    const { transport } = anOperator(cluster);
    const message = () => cluster.task()?.status?.message;
    await cluster.create(manifest(spec));
    await cluster.clock.settle();
    expect(message()).toBe('Waiting for Workspace "shop" to be created');
    await cluster.create({ metadata: { name: 'shop', namespace: 'dev' }, spec: { repo: 'https://github.com/a/b' } } as never, workspaceResource);
    await cluster.clock.settle();
    expect(message()).toBe('Waiting for AgentConfig "tools" to be created');
    await cluster.create({ metadata: { name: 'tools', namespace: 'dev' }, spec: { agentsMD: 'Be brief.' } } as never, agentConfigResource);
    await cluster.clock.settle();
    expect(message()).toBe('Waiting for Secret "claude" to be created');
    await cluster.create({ metadata: { name: 'claude', namespace: 'dev' } }, secretResource);
    await cluster.clock.settle();
    expect(message()).toBe('Waiting for Secret "claude" to have the key ANTHROPIC_API_KEY');
    expect(cluster.task()?.status?.conditions).toMatchObject([{ type: 'Admitted', status: 'False', reason: 'SecretKeyMissing' }]);
    const asked = transport.requests.length;
    await cluster.clock.advance(3_600_000);
    expect(transport.requests.slice(asked)).toEqual([]);
    await cluster.client.patchMerge(secretResource, { namespace: 'dev', name: 'claude' }, { data: { ANTHROPIC_API_KEY: 'c2VjcmV0' } });
    await cluster.clock.settle();
    expect(cluster.task()?.status).toMatchObject({ phase: 'Pending', conditions: [{ type: 'Admitted', status: 'True' }] });
    expect(await cluster.clock.runUntil(phaseIs(cluster, 'Succeeded'), HOUR)).toBe(true);
  });

  test('leaves no trace when it is deleted', async () => {
    const cluster = await aCluster();
    anOperator(cluster);
    await cluster.create(manifest(spec));
    await cluster.clock.settle();
    await cluster.client.delete(taskResource, { namespace: 'dev', name: 'fix' });
    expect(await cluster.clock.runUntil(() => cluster.task() === undefined, { limitMs: 0 })).toBe(true);
    expect(cluster.jobUids.size).toBe(0);
  });
});

describe('a Task that fails', () => {
  test('was tried twice, never at the same time, and both attempts are paid', async () => {
    const cluster = await aCluster({ exitCode: 3, message: result(['cost-usd: 0.5']) });
    anOperator(cluster);
    await cluster.create(manifest());
    expect(await cluster.clock.runUntil(phaseIs(cluster, 'Failed'), HOUR)).toBe(true);
    expect(cluster.task()?.status).toMatchObject({ message: 'Agent exited with code 3', usage: { costUSD: '1' } });
    expect([cluster.kubelet.mostActive, cluster.jobUids.size]).toEqual([1, 1]);
  });

  test('at its deadline counts what its agent left, though the Pod is gone', async () => {
    const cluster = await aCluster({ runsForMs: 3_600_000, stoppedMessage: result(['cost-usd: 0.25']) });
    anOperator(cluster);
    await cluster.create(manifest({ podOverrides: { activeDeadlineSeconds: 60 } }));
    expect(await cluster.clock.runUntil(phaseIs(cluster, 'Failed'), HOUR)).toBe(true);
    expect(cluster.task()?.status).toMatchObject({ message: 'Stopped after its activeDeadlineSeconds of 60', usage: { costUSD: '250m' } });
  });

  test('says why its workspace could not be prepared', async () => {
    const cluster = await aCluster({ prepareExitCode: 1, message: 'clone: repository not found' });
    anOperator(cluster);
    await cluster.create({ metadata: { name: 'shop', namespace: 'dev' }, spec: { repo: 'https://github.com/a/b' } } as never, workspaceResource);
    await cluster.create(manifest({ workspaceRef: { name: 'shop' } }));
    expect(await cluster.clock.runUntil(phaseIs(cluster, 'Failed'), HOUR)).toBe(true);
    expect(cluster.task()?.status?.message).toBe('Workspace could not be prepared: clone: repository not found');
  });

  test('for a Job that somebody deleted is not started again', async () => {
    const cluster = await aCluster({ runsForMs: 600_000 });
    anOperator(cluster);
    await cluster.create(manifest());
    await cluster.clock.runUntil(phaseIs(cluster, 'Running'), HOUR);
    await cluster.client.delete(jobResource, { namespace: 'dev', name: 'fix' }, { propagationPolicy: 'Background' });
    expect(await cluster.clock.runUntil(phaseIs(cluster, 'Failed'), HOUR)).toBe(true);
    expect(cluster.task()?.status?.message).toBe('Job "fix" was deleted before it ended; create the Task again to run it again');
    expect(cluster.jobUids.size).toBe(1);
  });

  test.each([
    { it: 'Job', resource: jobResource, object: { metadata: { name: 'fix', namespace: 'dev' }, spec: { suspend: true, template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } } } } },
    { it: 'ConfigMap', resource: configMapResource, object: { metadata: { name: 'fix-inputs', namespace: 'dev' } } },
  ])('for a $it of its name leaves that alone', async ({ it, resource, object }) => {
    const cluster = await aCluster();
    anOperator(cluster);
    await cluster.create(object, resource);
    await cluster.create(manifest({ prompt: 'x'.repeat(100_000) }));
    expect(await cluster.clock.runUntil(phaseIs(cluster, 'Failed'), HOUR)).toBe(true);
    expect(cluster.task()?.status?.message).toBe(`${it} "${object.metadata.name}" already exists and does not belong to this Task; delete it or give the Task another name`);
    await cluster.client.delete(taskResource, { namespace: 'dev', name: 'fix' });
    expect(await cluster.clock.runUntil(() => cluster.task() === undefined, HOUR)).toBe(true);
    expect((await cluster.client.get(resource, object.metadata)).metadata.deletionTimestamp).toBeUndefined();
  });
});

describe('a database beside the agent', () => {
  const spec: Partial<Task['spec']> = { podOverrides: { extraContainers: [{ name: 'postgres', image: 'postgres' }] } };

  test('does not keep a Task that succeeded, and is stopped', async () => {
    const cluster = await aCluster(success);
    anOperator(cluster);
    await cluster.create(manifest(spec));
    expect(await cluster.clock.runUntil(phaseIs(cluster, 'Succeeded'), { limitMs: 100_000 })).toBe(true);
    expect(cluster.task()?.status?.results).toMatchObject({ commit: 'abc' });
    await cluster.clock.advance(10_000);
    expect((await cluster.client.list(podResource, { namespace: 'dev' })).items).toEqual([]);
    expect(cluster.jobUids.size).toBe(1);
  });

  test('does not keep an attempt that failed from being tried again', async () => {
    const cluster = await aCluster({ attempts: [{ exitCode: 1, message: result(['cost-usd: 1']) }, { message: result(['cost-usd: 2']) }] });
    anOperator(cluster);
    await cluster.create(manifest(spec));
    expect(await cluster.clock.runUntil(phaseIs(cluster, 'Succeeded'), HOUR)).toBe(true);
    expect(cluster.task()?.status?.usage).toEqual({ costUSD: '3' });
    expect(cluster.kubelet.mostActive).toBe(1);
  });
});

test('a custom agent reports by its log, however far from the end', async () => {
  const log = `---KELOS_OUTPUTS_START---\nbranch: b\n---KELOS_OUTPUTS_END---\n${'noise\n'.repeat(10_000)}`;
  const cluster = await aCluster({ log });
  anOperator(cluster);
  await cluster.create(manifest({ image: 'bot:1' }));
  expect(await cluster.clock.runUntil(phaseIs(cluster, 'Succeeded'), HOUR)).toBe(true);
  expect(cluster.task()?.status?.outputs).toEqual(['branch: b']);
});

describe('an operator that dies', () => {
  const spec: Partial<Task['spec']> = { prompt: 'x'.repeat(100_000), ttlSecondsAfterFinished: 600 };
  const scripts: { it: string; script: Script }[] = [
    { it: 'succeeds', script: success },
    { it: 'fails, and is tried again', script: { exitCode: 3, message: result(['cost-usd: 0.5']) } },
  ];
  /** Finalizer, ConfigMap, Job, three of the status, record, deletion of the Task, of its Job, finalizer. */
  const WRITES = 10;
  const crashes = Array.from({ length: WRITES }, (_, write) => (['before', 'after'] as const).map((when): Crash => ({ atWrite: write + 1, when }))).flat();

  /** Lets a Task live from beginning to end, starting a new operator for each one that dies. Answers its last status. */
  async function live(script: Script, crashOf: (operator: number) => Crash | undefined) {
    const cluster = await aCluster(script);
    let last: Task['status'];
    cluster.tasks.onChange(({ type, object }) => {
      if (type !== 'deleted') last = object.status;
    });
    await cluster.create(manifest(spec));
    let operators = 0;
    for (let gone = false; !gone; operators += 1) {
      expect(operators, 'operators die and nothing gets done').toBeLessThan(20);
      const operator = anOperator(cluster, crashOf(operators));
      await cluster.clock.runUntil(() => operator.transport.crashed || (gone = last?.phase !== undefined && cluster.task() === undefined), HOUR);
      expect(gone || operator.transport.crashed, 'the Task is stuck').toBe(true);
      await operator.stop();
    }
    await cluster.clock.advance(600_000);
    const left = await Promise.all([jobResource, podResource, configMapResource].map((resource) => cluster.client.list(resource, { namespace: 'dev' })));
    // The name of a Pod is chance; when an operator was there to see something is not.
    const { podName: _name, ...status } = last!;
    const conditions = status.conditions?.map(({ lastTransitionTime: _time, ...condition }) => condition);
    return { status: { ...status, conditions }, jobs: cluster.jobUids.size, left: left.flatMap(({ items }) => items), atOnce: cluster.kubelet.mostActive, operators };
  }

  describe.each(scripts)('while a Task $it', ({ script }) => {
    let undisturbed: object;
    beforeAll(async () => {
      const { operators: _one, ...outcome } = await live(script, () => undefined);
      undisturbed = outcome;
    });

    test.each(crashes)('$when write $atWrite changes nothing', async (crash) => {
      const { operators, ...disturbed } = await live(script, (operator) => (operator === 0 ? crash : undefined));
      expect(disturbed).toEqual(undisturbed);
      expect(disturbed).toMatchObject({ jobs: 1, left: [], atOnce: 1 });
      expect(operators, 'the crash did not happen').toBe(2);
    });

    // A create that is there already is a write as well, and there are two of them: with fewer than three, nothing would ever get done.
    test('after every third write changes nothing', async () => {
      const { operators, ...disturbed } = await live(script, () => ({ atWrite: 3, when: 'after' }));
      expect(disturbed).toEqual(undisturbed);
      expect(operators).toBeGreaterThanOrEqual(WRITES / 3);
    });
  });
});

describe('the prompt of a Task that depends on another', () => {
  const argsOf = async (cluster: TestCluster, name: string) => (await cluster.client.get<Job>(jobResource, { namespace: 'dev', name })).spec?.template.spec?.containers[0]?.args;

  test('reads what that one left', async () => {
    const cluster = await aCluster(success);
    anOperator(cluster);
    await cluster.create(manifest({ dependsOn: ['fix'], prompt: 'Review {{.Deps.fix.Results.branch}} at {{index .Deps "fix" "Results" "commit"}}{{"{{"}}' }, 'review'));
    await cluster.create(manifest());
    expect(await cluster.clock.runUntil(phaseIs(cluster, 'Succeeded', 'review'), HOUR)).toBe(true);
    expect(await argsOf(cluster, 'review')).toEqual(['Review fix/42 at abc{{']);
  });

  test('fails it when it cannot be rendered, and no agent is given it', async () => {
    const cluster = await aCluster(success);
    anOperator(cluster);
    await cluster.create(manifest({ dependsOn: ['fix'], prompt: 'Review {{.Deps.fix.Results.pr}}' }, 'review'));
    await cluster.create(manifest());
    expect(await cluster.clock.runUntil(phaseIs(cluster, 'Failed', 'review'), HOUR)).toBe(true);
    const message = 'Prompt is a template that cannot be rendered, line 1, column 10: there is no .pr; there is branch, commit, cost-usd or input-tokens';
    expect(cluster.task('review')?.status).toMatchObject({ message, conditions: [{ type: 'Admitted', status: 'False', reason: 'TemplateFailed', message }] });
    await expect(argsOf(cluster, 'review')).rejects.toThrow('not found');
  });
});

describe('an object that is stored without a spec', () => {
  test('ends its Task, once', async () => {
    const cluster = await aCluster(success);
    const { transport } = anOperator(cluster);
    await cluster.create({ metadata: { name: 'fix', namespace: 'dev' } });
    await cluster.create({ ...manifest({ dependsOn: ['fix'] }, 'after') });
    expect(await cluster.clock.runUntil(phaseIs(cluster, 'Failed', 'after'), HOUR)).toBe(true);
    await cluster.clock.advance(60_000);
    expect([cluster.task()?.status, cluster.task('after')?.status?.message]).toMatchObject([{ phase: 'Failed', conditions: [{ reason: 'SpecMissing' }] }, 'Dependency "fix" failed']);
    expect(transport.requests.filter((request) => request.includes('/tasks/fix'))).toEqual(['PATCH kelos.dev/v1alpha2/namespaces/dev/tasks/fix/status']);
    await cluster.client.delete(taskResource, { namespace: 'dev', name: 'fix' });
    expect(await cluster.clock.runUntil(() => cluster.task() === undefined, HOUR)).toBe(true);
  });

  test.each([
    { kind: workspaceResource, fields: { workspaceRef: { name: 'bare' } }, message: 'Waiting for Workspace "bare" to get a spec.repo', spec: { repo: 'https://git.example.com/a/b.git' } },
    { kind: agentConfigResource, fields: { agentConfigRefs: [{ name: 'bare' }] }, message: 'Waiting for AgentConfig "bare" to get a spec', spec: {} },
  ])('holds its Task until it has one: $kind.kind', async ({ kind, fields, message, spec }) => {
    const cluster = await aCluster(success);
    const { transport } = anOperator(cluster);
    await cluster.create({ metadata: { name: 'bare', namespace: 'dev' } }, kind);
    await cluster.create(manifest(fields));
    expect(await cluster.clock.runUntil(() => cluster.task()?.status?.message === message, HOUR)).toBe(true);
    await cluster.clock.advance(60_000);
    expect(transport.requests).toHaveLength(1);
    await cluster.client.patchMerge(kind, { namespace: 'dev', name: 'bare' }, { spec });
    expect(await cluster.clock.runUntil(phaseIs(cluster, 'Succeeded'), HOUR)).toBe(true);
  });
});
