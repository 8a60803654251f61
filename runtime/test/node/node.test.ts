import { execFileSync } from 'node:child_process';
import type { Task as TaskObject } from '@taskwright/schema';
import type { Deployment } from '@taskwright/schema/kubernetes';
import type { Chart } from 'cdk8s';
import { CodingAgent, Credentials, Task, type TaskProps, Workspace } from 'cdk8s-taskwright';
import { afterAll, afterEach, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import type { KubeObject, Resource } from '../../src/kube/object.ts';
import { NAMESPACE, OPERATOR } from './install.ts';
import { type NodeCluster, startNodeCluster } from './node-cluster.ts';

const IMAGE = 'example.com/shell-agent:1';
const DEPLOYMENTS: Resource = { group: 'apps', version: 'v1', kind: 'Deployment', plural: 'deployments', namespaced: true };
const ACCESS_REVIEWS: Resource = { group: 'authorization.k8s.io', version: 'v1', kind: 'SubjectAccessReview', plural: 'subjectaccessreviews', namespaced: false };

let cluster: NodeCluster;

beforeAll(async () => {
  cluster = await startNodeCluster({ script: [] });
});

afterAll(async () => await cluster?.stop());

/** What each test made, by its id: tried again it must not find that, and those beside it keep theirs. */
const made = new Map<string, string>();

afterEach(async ({ task: { id, result } }) => {
  const name = made.get(id);
  if (name !== undefined && result?.state === 'fail') await cluster.forget([name], [branchOf(name), goOf(name)]);
});

/** The branch that a Task works on, and the one that lets it go. */
const branchOf = (task: string) => `docs/${task}`;
const goOf = (task: string) => `go-on-with-${task}`;
const running = ({ status }: TaskObject) => status?.phase === 'Running';
const ended = ({ status }: TaskObject) => status?.phase === 'Succeeded' || status?.phase === 'Failed';
const git = (...args: string[]) => execFileSync('git', ['--git-dir', cluster.repoDir, ...args], { encoding: 'utf8' }).trim();
const commitOf = (branch: string) => git('rev-parse', branch);

type ShellTaskProps = Omit<TaskProps, 'agent'> & { podOverrides?: object; image?: string };

/** Applies a Task of the agent that is a shell script: what it does is its prompt. */
async function start({ task }: TestContext, name: string, { podOverrides, image = IMAGE, ...props }: ShellTaskProps, beside?: (chart: Chart) => TaskProps['workspace']): Promise<void> {
  made.set(task.id, name);
  await cluster.apply((chart) => {
    new Task(chart, name, { metadata: { name }, workspace: beside?.(chart), agent: CodingAgent.custom(image, { credentials: Credentials.none(), podOverrides }), ...props });
  });
}

test('the operator is two replicas under an account of its own, which may not do everything', async () => {
  const { status, spec } = await cluster.client.get<KubeObject & Deployment>(DEPLOYMENTS, OPERATOR);
  expect(status).toMatchObject({ replicas: 2, readyReplicas: 2 });
  expect(spec!.template!.spec!.serviceAccountName).toBe(OPERATOR.name);
  const may = async (verb: string, group: string, resource: string) => {
    const review = { metadata: {}, spec: { user: `system:serviceaccount:${OPERATOR.namespace}:${OPERATOR.name}`, resourceAttributes: { verb, group, resource, namespace: NAMESPACE } } };
    return (await cluster.client.create<KubeObject & { status?: { allowed: boolean } }>(ACCESS_REVIEWS, review as unknown as KubeObject)).status!.allowed;
  };
  expect(await may('create', 'batch', 'jobs')).toBe(true);
  expect([await may('*', '*', '*'), await may('create', '', 'pods'), await may('create', 'rbac.authorization.k8s.io', 'rolebindings')]).toEqual([false, false, false]);
});

test('an agent of a user\'s own image clones, commits and pushes as user 61100, and its words are in the status', async (context) => {
  await start(context, 'note', { branch: 'docs/note', prompt: 'commit' }, (chart) => new Workspace(chart, 'plain', { metadata: { name: 'plain' }, repo: cluster.repo }));
  const { status } = await cluster.task('note', ended);
  expect(status).toMatchObject({ phase: 'Succeeded', results: { branch: 'docs/note', commit: commitOf('docs/note'), note: 'written' } });
  const [pod] = await cluster.podsOf('note');
  expect(await cluster.logs(pod!.metadata!.name!, 'kelos-agent')).toContain('61100');
});

test('the leader is killed in the middle of a Task: another one leads, and the Task ends as if nothing had been', async (context) => {
  await start(context, 'long', { prompt: cluster.waitFor(goOf('long')) });
  await cluster.task('long', running);
  const killed = await cluster.leader();
  cluster.killProcesses(killed.pod);
  await cluster.leader(killed.identity);
  await cluster.letGo(goOf('long'));
  const { status } = await cluster.task('long', ended);
  expect(status).toMatchObject({ phase: 'Succeeded', results: { waited: 'yes' } });
  expect([await cluster.jobsOf('long'), await cluster.podsOf('long')]).toEqual([[expect.anything()], [expect.anything()]]);
});

// Each waits for the cluster most of its time.
describe.concurrent('a Task that ends early', () => {
  test('an agent that needs more memory than it may have: the Task says so', async (context) => {
    await start(context, 'hungry', { prompt: 'eat memory', podOverrides: { resources: { limits: { memory: '64Mi' } } } });
    const { status } = await cluster.task('hungry', ended);
    expect(status).toMatchObject({ phase: 'Failed', message: 'Agent ran out of memory (OOMKilled); raise podOverrides.resources.limits.memory' });
    expect(await cluster.podsOf('hungry')).toHaveLength(2);
  });

  test('a Task that takes longer than its deadline is stopped', async (context) => {
    await start(context, 'slow', { prompt: cluster.waitFor('nothing'), podOverrides: { activeDeadlineSeconds: 15 } });
    const { status } = await cluster.task('slow', ended);
    expect(status).toMatchObject({ phase: 'Failed', message: expect.stringMatching(/^Stopped after its activeDeadlineSeconds of 15/) });
  });

  test('an image that cannot be pulled is named while the Task waits, and when its deadline ends it', async (context) => {
    // Nothing listens there, so the answer is the same on a machine with a network and without.
    const image = `${new URL(cluster.git.url).hostname}:1/nobody:1`;
    await start(context, 'typo', { image, prompt: 'commit', podOverrides: { activeDeadlineSeconds: 30 } });
    const waiting = await cluster.task('typo', ({ status }) => status?.message?.includes('cannot be pulled') ?? false);
    expect(waiting.status).toMatchObject({ phase: 'Pending', message: expect.stringContaining(`Image "${image}" cannot be pulled; see the events of Pod "typo-`) });
    const { status } = await cluster.task('typo', ended);
    expect(status).toMatchObject({ phase: 'Failed', message: expect.stringContaining(`Stopped after its activeDeadlineSeconds of 30: Image "${image}" cannot be pulled`) });
  });

  test('a Pod that somebody deletes is made again, once', async (context) => {
    await start(context, 'gone', { prompt: cluster.waitFor(goOf('gone')) });
    await cluster.task('gone', running);
    const [first] = await cluster.podsOf('gone');
    await cluster.deletePod(first!.metadata!.name!);
    await cluster.task('gone', ({ status }) => status?.podName !== undefined && status.podName !== first!.metadata!.name);
    await cluster.letGo(goOf('gone'));
    const { status } = await cluster.task('gone', ended);
    expect(status).toMatchObject({ phase: 'Succeeded', results: { waited: 'yes' } });
    expect(status!.podName).not.toBe(first!.metadata!.name);
  });

  test('a Task that is deleted while it runs takes its Pod with it', async (context) => {
    await start(context, 'unwanted', { prompt: cluster.waitFor('nothing') });
    await cluster.task('unwanted', running);
    await cluster.deleteTask('unwanted');
    expect(await cluster.podsOf('unwanted')).toEqual([]);
    expect(await cluster.jobsOf('unwanted')).toEqual([]);
  });
});
