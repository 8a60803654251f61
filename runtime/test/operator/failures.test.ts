import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentConfigResource, crds, type Task, taskResource, type TaskSpec, workspaceResource } from '@taskwright/schema';
import { jobResource, persistentVolumeClaimResource, secretResource } from '@taskwright/schema/kubernetes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mirrorName } from '../../src/agent/clone-cache.ts';
import { agentImages, localImages, type ProgramImage } from '../../src/embedded/index.ts';
import { probeBubblewrap } from '../../src/embedded/process-runner/bubblewrap.ts';
import type { IsolationKind } from '../../src/embedded/process-runner/isolation.ts';
import type { KubeObject } from '../../src/kube/index.ts';
import { type Operator, startOperator } from '../../src/operator/index.ts';
import { type GitServer, startGitServer } from '../../src/testing/index.ts';
import { git } from '../agent/git-fixture.ts';
import { Laptop } from '../embedded/process-runner/laptop.ts';

const eventResource = { group: 'events.k8s.io', version: 'v1', kind: 'Event', plural: 'events', namespaced: true };
const crdResource = { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition', plural: 'customresourcedefinitions', namespaced: false };

/** What an agent is asked, it carries out as a shell would: one image plays them all. */
const CLAUDE = '#!/bin/sh\nexec sh -c "$(cat)"\n';
const CUSTOM = '#!/bin/sh\nexec sh -c "$1"\n';
const RESULT = `echo '{"type":"result","subtype":"success","is_error":false,"result":"done"}'`;

/** One attempt is enough: the second would wait ten seconds and fail alike. */
const AT_ONCE: TaskSpec['podFailurePolicy'] = { rules: [{ action: 'FailJob', onExitCodes: { operator: 'NotIn', values: [0] } }] };

const BY_RULE = 'Container kelos-agent for pod default/P failed with exit code 143 matching FailJob rule at index 0';

interface Row {
  readonly it: string;
  /** What the agent does: Claude Code in our image, or a custom image. */
  readonly claude?: string;
  readonly custom?: string;
  readonly workspace?: string;
  readonly branch?: string;
  /** What `TASKWRIGHT_PRICES` says. */
  readonly prices?: string;
  readonly deadline?: number;
  /** Done once the agent says that it is at work. */
  readonly meanwhile?: (laptop: Laptop, task: Task) => Promise<unknown>;
  readonly phase?: 'Succeeded';
  /** `T` is the name of the Task, `P` that of its Pod, `URL` that of the git server, `N` a number of seconds. */
  readonly message: string;
  /** What it is when the operator looks only after the Pod is gone. */
  readonly lateMessage?: string;
  /** How containers are kept apart makes no difference. */
  readonly once?: true;
}

const rows: readonly Row[] = [
  {
    it: 'a repository that cannot be cloned', claude: RESULT, workspace: 'broken',
    message: "Workspace could not be prepared: clone failed: repository 'URL/missing.git/' not found",
  },
  {
    it: 'a git host that nobody answers for', claude: RESULT, workspace: 'unreachable', once: true,
    message: "Workspace could not be prepared: clone failed: unable to access 'http://127.0.0.1:1/shop.git/': Failed to connect to 127.0.0.1 port 1 after N ms",
  },
  { it: 'a ref that is not there', claude: RESULT, workspace: 'outdated', once: true, message: 'Workspace could not be prepared: clone failed: Remote branch gone not found in upstream origin' },
  {
    it: 'a branch that git does not allow', claude: RESULT, workspace: 'shop', branch: 'a..b', once: true,
    message: 'Workspace could not be prepared: branch failed: "a..b" is not a name that git allows for a branch',
  },
  { it: 'a setup command that is not there', claude: RESULT, workspace: 'unset', once: true, message: 'Agent failed: setup command failed: "set-up-nothing" was not found; correct setupCommand of the Workspace, or use an image that has it' },
  { it: 'prices that are no JSON', claude: RESULT, prices: 'cheap', once: true, message: 'Agent failed: TASKWRIGHT_PRICES: not JSON; it is an object of models, such as {"my-model": {"input": 1.25, "output": 10}}' },
  {
    it: 'a price that is none', claude: RESULT, prices: '{"opus": {"input": -1}}', once: true,
    message: 'Agent failed: TASKWRIGHT_PRICES: opus.input: Too small: expected number to be >=0; a price is {"input": 1.25, "cacheRead": 0.125, "output": 10}, in US dollars per million tokens',
  },
  { it: 'an agent of ours whose output is cut off', claude: `printf '{"type":"result","subtype":"succ'`, once: true, message: 'Agent failed: the agent ended without a result: {"type":"result","subtype":"succ' },
  { it: 'an agent of ours whose output is of another shape', claude: `echo '{"type":"result","is_error":"no","result":{}}'`, once: true, message: 'Agent failed: Claude Code returned an unsuccessful result (subtype=)' },
  { it: 'a clone that is made with a cache', claude: `${RESULT}; git fsck --strict; exit $?`, workspace: 'cached', phase: 'Succeeded', message: 'Task completed successfully' },
  { it: 'a clone whose cache does not exist', claude: RESULT, workspace: 'uncached', phase: 'Succeeded', message: 'Task completed successfully' },
  { it: 'an agent of ours that exits with a code', claude: 'echo "no idea" >&2; exit 3', workspace: 'shop', message: 'Agent failed: claude-code exited with code 3: no idea' },
  { it: 'a custom agent that exits with a code', custom: 'exit 3', message: 'Agent exited with code 3 and left no result' },
  { it: 'a custom agent that says why', custom: 'echo "the tests do not pass" > "$TASKWRIGHT_RESULT_FILE"; exit 3', message: 'Agent failed: the tests do not pass' },
  { it: 'an agent of ours that prints no result', claude: 'echo thinking', message: 'Agent failed: the agent ended without a result: thinking' },
  {
    it: 'a custom agent that prints no result, which it may', custom: 'true', once: true, phase: 'Succeeded',
    message: 'Task completed successfully; the agent left no result',
  },
  {
    it: 'an agent of ours that prints 100 MB', claude: 'exec yes "$(printf %01000d 7)"', once: true,
    message: 'Agent failed: claude-code was stopped because it printed 100 MB, which is the most that an agent may print in a run',
  },
  {
    it: 'an agent of ours that is killed', claude: '(sleep 0.2; kill -9 $$) & exec sleep 60',
    message: 'Agent failed: claude-code was killed (SIGKILL), most likely for want of memory',
  },
  { it: 'a program of ours that is killed', claude: 'kill -9 $PPID', message: 'Agent was killed by signal 9 (SIGKILL) and left no result' },
  { it: 'a custom agent that is killed', custom: '(sleep 0.2; kill -9 $$) & exec sleep 60', message: 'Agent was killed by signal 9 (SIGKILL) and left no result' },
  { it: 'an agent of ours that has no time left', claude: 'exec sleep 60', deadline: 2, message: 'Stopped after its activeDeadlineSeconds of 2' },
  { it: 'a custom agent that has no time left', custom: 'exec sleep 60', deadline: 1, message: 'Stopped after its activeDeadlineSeconds of 1' },
  {
    it: 'a Pod that is deleted while it runs', custom: 'echo at work; exec sleep 60',
    meanwhile: (laptop, { status }) => laptop.delete(status!.podName!),
    message: `Pod "P" was deleted: ${BY_RULE}`, lateMessage: `Pod was deleted: ${BY_RULE}`,
  },
  {
    it: 'a Pod that is deleted while an agent of ours runs', claude: 'echo at work; exec sleep 60', once: true,
    meanwhile: (laptop, { status }) => laptop.delete(status!.podName!),
    message: 'Pod "P" was deleted: the agent was stopped after N s', lateMessage: `Pod was deleted: ${BY_RULE}`,
  },
  {
    it: 'a Job that is deleted while it runs', custom: 'echo at work; exec sleep 60', once: true,
    meanwhile: (laptop, { metadata: { name } }) => laptop.engine.client.delete(jobResource, { namespace: 'default', name: name! }, { propagationPolicy: 'Background' }),
    message: 'Job "T" was deleted before it ended; create the Task again to run it again',
  },
];

const probe = await probeBubblewrap();

describe.each<IsolationKind>(['path-mapping', 'bubblewrap'])('in %s, a Task says what happened to', (isolation) => {
  const missing = isolation === 'bubblewrap' && 'reason' in probe ? probe.reason : undefined;
  const folder = mkdtempSync(join(tmpdir(), 'taskwright-failures-'));
  let laptop: Laptop;
  let operator: Operator;
  let server: GitServer;

  beforeAll(async () => {
    if (missing !== undefined) return;
    server = await startGitServer({ root: servedRepositories(folder) });
    const env = { PATH: process.env.PATH, XDG_CACHE_HOME: join(folder, 'cache'), TASKWRIGHT_ISOLATED: '1' };
    const tools = (await localImages(agentImages({ env })).resolve('ghcr.io/taskwright/agent-tools', {})) as ProgramImage;
    laptop = await Laptop.start({
      isolation,
      images: {
        'example.com/agent': { ...tools, path: [folderWith(folder, 'claude', CLAUDE), ...tools.path!] },
        'example.com/custom': { files: { '/kelos_entrypoint.sh': join(folderWith(folder, 'entrypoint', CUSTOM), 'entrypoint') } },
      },
    });
    const images = { agents: { 'claude-code': { image: 'example.com/agent' } }, agentTools: { image: 'example.com/agent' } };
    operator = startOperator({ transport: laptop.engine.api.transport, images });
    for (const crd of crds() as KubeObject[]) await laptop.engine.client.create(crdResource, crd);
    const { url } = server;
    for (const [name, spec] of Object.entries({ unreachable: { repo: 'http://127.0.0.1:1/shop.git' }, outdated: { repo: `${url}/shop.git`, ref: 'gone' }, unset: { repo: `${url}/shop.git`, setupCommand: ['set-up-nothing'] } })) {
      await laptop.create(workspaceResource, { metadata: { name }, spec });
    }
    for (const [name, repository, cache] of [['shop', 'shop.git'], ['broken', 'missing.git'], ['cached', 'shop.git', 'mirrors'], ['uncached', 'shop.git', 'nothing']]) {
      const annotations = cache && { annotations: { 'taskwright.dev/clone-cache': cache } };
      await laptop.create(workspaceResource, { metadata: { name: name!, ...annotations }, spec: { repo: `${server.url}/${repository}` } });
    }
    const storage = { accessModes: ['ReadWriteMany'], resources: { requests: { storage: '1Gi' } } };
    await laptop.create(persistentVolumeClaimResource, { metadata: { name: 'mirrors' }, spec: storage });
    await operator.ready;
  });
  afterAll(async () => {
    await operator?.stop();
    await laptop?.stop();
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test.concurrent.for(rows.filter(({ once }) => !once || isolation === 'path-mapping'))('$it', async (row, context) => {
    if (missing !== undefined) return context.skip(`bubblewrap does not work here: ${missing}`);
    const name = row.it.replaceAll(/[ ,]+/g, '-').toLowerCase();
    const { claude, custom, workspace, branch, prices, deadline, meanwhile, message, lateMessage = message, phase = 'Failed' } = row;
    await laptop.create(taskResource, {
      metadata: { name },
      spec: {
        prompt: claude ?? custom,
        podFailurePolicy: AT_ONCE,
        ...(branch === undefined ? {} : { branch }),
        worker: {
          type: 'claude-code', credentials: { type: 'none' },
          ...(custom === undefined ? {} : { image: 'example.com/custom' }),
          ...(workspace === undefined ? {} : { workspaceRef: { name: workspace } }),
          podOverrides: {
            ...(deadline === undefined ? {} : { activeDeadlineSeconds: deadline }),
            ...(prices === undefined ? {} : { env: [{ name: 'TASKWRIGHT_PRICES', value: prices }] }),
          },
        },
      },
    });
    const working = meanwhile && await atWork(laptop, name);
    if (working) await meanwhile(laptop, working);
    const { status } = (await laptop.until<Task>(name, isOver, taskResource))!;
    const { podName = 'no Pod' } = working?.status ?? {};
    const shown = status?.message?.replace(server.url, 'URL').replace(/after \d+ (m?s)\b/, 'after N $1').replace(/: Could(?:n't| not) connect to server$/, '').replaceAll(podName, 'P').replaceAll(name, 'T');
    expect({ phase: status?.phase, message: shown === lateMessage ? message : shown }).toEqual({ phase, message });
  });

  test.concurrent('where the mirror is that a cache keeps, and that one was missing', async (context) => {
    if (missing !== undefined) return context.skip(`bubblewrap does not work here: ${missing}`);
    for (const name of ['a-clone-that-is-made-with-a-cache', 'a-clone-whose-cache-does-not-exist']) await laptop.until<Task>(name, isOver, taskResource);
    const claims = join(laptop.dataDir, 'claims', 'default');
    expect([readdirSync(claims), readdirSync(join(claims, 'mirrors'))]).toEqual([['mirrors'], [`${mirrorName(`${server.url}/shop.git`)}.git`]]);
    await context.expect.poll(() => eventsOf(laptop, 'a-clone-whose-cache-does-not-exist')).toContain(
      'CloneCacheMissing: PersistentVolumeClaim "nothing" of annotation taskwright.dev/clone-cache of Workspace "uncached" does not exist, cloning without it; create it in this namespace');
  });

  // Without a process, how processes are kept apart makes no difference.
  test.concurrent.for(isolation === 'bubblewrap' ? [] : [
    { spelling: 'worker', specOf: (fields: object) => ({ worker: fields }) },
    { spelling: 'legacy', specOf: (fields: object) => fields },
  ])('what it waits for, by its $spelling fields, until it is there', async ({ spelling, specOf }) => {
    const [workspace, config, key, token] = ['workspace', 'config', 'key', 'token'].map((name) => `${spelling}-${name}`) as [string, string, string, string];
    await laptop.create(taskResource, {
      metadata: { name: spelling },
      spec: { prompt: RESULT, ...specOf({ type: 'claude-code', credentials: { type: 'api-key', secretRef: { name: key } }, workspaceRef: { name: workspace }, agentConfigRefs: [{ name: config }] }) },
    });
    const waitsFor = async (reason: string, message: string) => {
      const { status } = (await laptop.until<Task>(spelling, (task) => task?.status?.message === message || isOver(task), taskResource))!;
      const condition = status?.conditions?.find(({ type }) => type === 'Admitted');
      expect([status?.phase, condition?.status, condition?.reason, condition?.message]).toEqual(['Waiting', 'False', reason, message]);
    };
    await waitsFor('WorkspaceMissing', `Waiting for Workspace "${workspace}" to be created`);
    await laptop.create(workspaceResource, { metadata: { name: workspace }, spec: { repo: `${server.url}/shop.git`, secretRef: { name: token } } });
    await waitsFor('AgentConfigMissing', `Waiting for AgentConfig "${config}" to be created`);
    await laptop.create(agentConfigResource, { metadata: { name: config }, spec: { agentsMD: 'Be brief.' } });
    await waitsFor('SecretMissing', `Waiting for Secret "${key}" to be created`);
    await laptop.create(secretResource, { metadata: { name: key }, stringData: { 'api-key': 'sk-not-seen' } });
    await waitsFor('SecretKeyMissing', `Waiting for Secret "${key}" to have the key ANTHROPIC_API_KEY`);
    await laptop.engine.client.patchMerge(secretResource, { namespace: 'default', name: key }, { stringData: { ANTHROPIC_API_KEY: 'sk-not-seen' } });
    await waitsFor('SecretMissing', `Waiting for Secret "${token}" to be created`);
    await laptop.create(secretResource, { metadata: { name: token }, stringData: { GITHUB_TOKEN: 'ghs-not-seen' } });
    const { status } = (await laptop.until<Task>(spelling, isOver, taskResource))!;
    expect([status?.phase, status?.conditions?.find(({ type }) => type === 'Admitted')?.status]).toEqual(['Succeeded', 'True']);
    expect(JSON.stringify(status)).not.toContain('not-seen');
  });
});

async function eventsOf({ engine: { client } }: Laptop, name: string): Promise<string[]> {
  const { items } = await client.list<KubeObject & { reason: string; note: string; regarding: { name: string } }>(eventResource, { namespace: 'default' });
  return items.filter(({ regarding }) => regarding.name === name).map(({ reason, note }) => `${reason}: ${note}`);
}

function isOver(task: Task | undefined): boolean {
  return task?.status?.phase === 'Succeeded' || task?.status?.phase === 'Failed';
}

/** The Task once its agent has printed something. */
async function atWork(laptop: Laptop, name: string): Promise<Task> {
  const task = (await laptop.until<Task>(name, (candidate) => candidate?.status?.phase === 'Running' && candidate.status.podName !== undefined, taskResource))!;
  for await (const block of laptop.engine.client.logs({ namespace: 'default', name: task.status!.podName!, container: 'kelos-agent', follow: true })) {
    if (block.includes('at work')) break;
  }
  return task;
}

/** A directory with one program in it. */
function folderWith(parent: string, name: string, script: string): string {
  const directory = mkdtempSync(join(parent, 'bin-'));
  writeFileSync(join(directory, name), script, { mode: 0o755 });
  return directory;
}

/** A bare repository `shop.git` with one commit. */
function servedRepositories(parent: string): string {
  const source = join(parent, 'source');
  const root = join(parent, 'served');
  for (const directory of [source, root]) mkdirSync(directory);
  git(source, 'init', '--quiet', '--initial-branch=main');
  git(source, 'commit', '--quiet', '--allow-empty', '--message', 'first');
  git(root, 'clone', '--quiet', '--bare', source, 'shop.git');
  return root;
}
