import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Task, taskResource } from '@taskwright/schema';
import type { Job, Pod } from '@taskwright/schema/kubernetes';
import { App, Chart } from 'cdk8s';
import { Crds, Taskwright } from 'cdk8s-taskwright';
import { inject } from 'vitest';
import { jobResource } from '../../src/embedded/job-controller/job.ts';
import { podResource } from '../../src/embedded/pod.ts';
import { KubeClient } from '../../src/kube/client.ts';
import { sleep, systemClock } from '../../src/kube/clock.ts';
import { HttpTransport } from '../../src/kube/http-transport.ts';
import { readKubeconfig } from '../../src/kube/kubeconfig.ts';
import { LEASES, type Lease } from '../../src/kube/lease.ts';
import type { KubeObject, Resource } from '../../src/kube/object.ts';
import { type GitServer, startGitServer } from '../../src/testing/git-server.ts';
import { type Script, type ScriptedModel, startScriptedModel } from '../../src/testing/scripted-model.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The node under test; `kubectl` is a program and its first arguments, `host` is where its Pods reach this process. */
    node: { readonly kubeconfig?: string; readonly kubectl: readonly [string, ...string[]]; readonly host?: string; readonly hasClaudeCode: boolean };
  }
}

const run = promisify(execFile);
const NAMESPACES: Resource = { group: '', version: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false };
/** The Deployment, its ServiceAccount and its Lease. */
export const OPERATOR = { namespace: 'taskwright-system', name: 'taskwright-operator' };
/** Where the Tasks of the tests are: as strict as a namespace can be. */
export const NAMESPACE = 'agents';
const ASK_EVERY_MS = 100;
/** Of what takes seconds on an idle machine: only a hang takes as long. */
const LIMIT_MS = 180_000;

/** A node with the operator installed as users install it, and on this machine a git host and a model for its Pods. */
export interface NodeCluster {
  readonly client: KubeClient;
  readonly git: GitServer;
  readonly model: ScriptedModel;
  /** The repository that Tasks clone, and its bare directory. */
  readonly repo: string;
  readonly repoDir: string;
  /** Applies what a program declares, as `kubectl apply --server-side` does. */
  apply(define: (chart: Chart) => void): Promise<void>;
  /** The Task, once `test` is true of it. Throws with what the Task says when it never is. */
  task(name: string, test: (task: Task) => boolean): Promise<Task>;
  podsOf(task: string): Promise<Pod[]>;
  jobsOf(task: string): Promise<Job[]>;
  logs(pod: string, container: string): Promise<string>;
  /** Who leads, with the Pod that it is in: an identity does not survive a restart of its process. With `not`, as soon as it is somebody else. */
  leader(not?: string): Promise<{ readonly identity: string; readonly pod: Pod }>;
  /** The prompt of an agent that works until {@link NodeCluster.letGo} names the same word. */
  waitFor(word: string): string;
  letGo(word: string): Promise<void>;
  /** Ends all processes of a Pod at once, as a node without memory does. */
  killProcesses(pod: Pod): void;
  deletePod(name: string): Promise<void>;
  /** Returns when it and all that was its own is gone. */
  deleteTask(name: string): Promise<void>;
  /** Deletes every Task and branch, so that a test can be tried again. */
  clear(): Promise<void>;
  stop(): Promise<void>;
}

export async function startNodeCluster({ script }: { script: Script }): Promise<NodeCluster> {
  const { kubeconfig, kubectl: [program, ...first], host } = inject('node');
  if (!kubeconfig || !host) throw new Error('TASKWRIGHT_TEST_KUBECONFIG and TASKWRIGHT_NODE_HOST are not set; run npm run test:node, which starts a node');
  const transport = new HttpTransport(await readKubeconfig([kubeconfig], undefined, systemClock));
  const client = new KubeClient(transport, { userAgent: 'node-test' });
  const folder = await mkdtemp(join(dirname(kubeconfig), 'git-'));
  const git = await startGitServer({ root: folder, host });
  const model = await startScriptedModel({ script, host });
  const repoDir = join(folder, 'shop.git');
  await createRepository(folder, repoDir);

  const kubectl = async (args: string[], input?: string) => {
    const child = run(program, [...first, '--kubeconfig', kubeconfig, '--cache-dir', join(folder, 'kubectl'), ...args], { maxBuffer: 2 ** 26 });
    child.child.stdin!.end(input ?? '');
    return (await child).stdout;
  };
  const apply = (file: string) => kubectl(['apply', '--server-side', '-f', join(folder, 'dist', file)]);

  const install = new App({ outdir: join(folder, 'dist') });
  new Crds(install, 'crds');
  new Taskwright(new Chart(install, 'taskwright'), 'install', { version: 'test' });
  install.synth();
  await apply('crds.k8s.yaml');
  const refusal = await until(() => kubectl(['wait', '--for=condition=Established', 'crd', '--all']).then(() => '', (error: Error) => error.message), (answer) => answer === '');
  if (refusal) throw new Error(`the kinds are not served after ${LIMIT_MS / 1000} s: ${refusal}`);
  await apply('taskwright.k8s.yaml');
  await client.create(NAMESPACES, { metadata: { name: NAMESPACE, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } } } as KubeObject);
  await kubectl(['-n', OPERATOR.namespace, 'rollout', 'status', `--timeout=${LIMIT_MS}ms`, `deployment/${OPERATOR.name}`]);

  const podsOf = async (task: string) => (await client.list<Pod>(podResource, { namespace: NAMESPACE, labelSelector: `kelos.dev/task=${task}` })).items;
  const tasks = async (name: string) => await client.get<Task>(taskResource, { namespace: NAMESPACE, name });
  return {
    client, git, model, repoDir,
    repo: `${git.url}/shop.git`,
    apply: async (define) => {
      const app = new App();
      define(new Chart(app, 'program', { namespace: NAMESPACE }));
      await kubectl(['apply', '--server-side', '-f', '-'], app.synthYaml());
    },
    task: async (name, test) => {
      const found = await until(() => tasks(name), test);
      if (!test(found)) throw new Error(`Task ${name} after ${LIMIT_MS / 1000} s: ${JSON.stringify(found.status)}; its Pods: ${JSON.stringify((await podsOf(name)).map(({ status }) => status))}`);
      return found;
    },
    podsOf,
    jobsOf: async (task) => (await client.list<Job>(jobResource, { namespace: NAMESPACE, labelSelector: `kelos.dev/task=${task}` })).items,
    logs: (pod, container) => kubectl(['-n', NAMESPACE, 'logs', pod, '-c', container]),
    leader: async (not) => {
      const leases = async () => (await client.list<Lease>(LEASES, { namespace: OPERATOR.namespace })).items.find(({ metadata }) => metadata.name === OPERATOR.name);
      const isHeld = (lease?: Lease) => Boolean(lease?.spec?.holderIdentity) && lease!.spec!.holderIdentity !== not;
      const lease = await until(leases, isHeld);
      if (!isHeld(lease)) throw new Error(`nobody ${not ? `but ${not} ` : ''}leads after ${LIMIT_MS / 1000} s: ${JSON.stringify(lease)}`);
      const identity = lease!.spec!.holderIdentity!;
      return { identity, pod: await client.get<Pod>(podResource, { namespace: OPERATOR.namespace, name: identity.split('_')[0]! }) };
    },
    waitFor: (word) => `wait for ${word} of ${git.url}/shop.git`,
    letGo: async (word) => void (await run('git', ['--git-dir', repoDir, 'branch', word, 'main'])),
    killProcesses: ({ metadata }) => {
      for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) if (cgroupsOf(pid).includes(`pod${metadata!.uid}`)) kill(Number(pid));
    },
    deletePod: async (name) => {
      await client.delete(podResource, { namespace: NAMESPACE, name });
    },
    deleteTask: async (name) => {
      await kubectl(['-n', NAMESPACE, 'delete', 'task', name, '--cascade=foreground', `--timeout=${LIMIT_MS}ms`]);
    },
    clear: async () => {
      await kubectl(['-n', NAMESPACE, 'delete', 'task', '--all', '--cascade=foreground', `--timeout=${LIMIT_MS}ms`]);
      const { stdout } = await run('git', ['--git-dir', repoDir, 'for-each-ref', '--format=%(refname:short)', 'refs/heads']);
      for (const branch of stdout.split('\n').filter((name) => name && name !== 'main')) await run('git', ['--git-dir', repoDir, 'branch', '-D', branch]);
    },
    stop: async () => {
      // One after the other: without an operator nobody takes the finalizers off the Tasks.
      for (const namespace of [NAMESPACE, OPERATOR.namespace]) await kubectl(['delete', 'namespace', namespace, '--ignore-not-found', `--timeout=${LIMIT_MS}ms`]);
      await Promise.all([git.close(), model.close(), transport.close()]);
      await rm(folder, { recursive: true });
    },
  };
}

/** Asks until the answer passes or the time is over; the last answer either way. */
async function until<T>(ask: () => Promise<T>, test: (answer: T) => boolean): Promise<T> {
  const end = systemClock.elapsed() + LIMIT_MS;
  for (;;) {
    const answer = await ask();
    if (test(answer) || systemClock.elapsed() > end) return answer;
    await sleep(systemClock, ASK_EVERY_MS);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it has ended meanwhile
  }
}

/** Empty for a process that has ended meanwhile. */
function cgroupsOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8');
  } catch {
    return '';
  }
}

async function createRepository(folder: string, bare: string): Promise<void> {
  const work = join(folder, 'work');
  const git = (...args: string[]) => run('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.com', ...args]);
  await git('init', '--quiet', '--initial-branch=main', work);
  await git('-C', work, 'commit', '--quiet', '--allow-empty', '-m', 'the first commit');
  await git('clone', '--quiet', '--bare', work, bare);
}
