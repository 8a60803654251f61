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
    /** The node under test; `host` is where its Pods reach this process. */
    node: { readonly kubeconfig?: string; readonly host?: string; readonly hasClaudeCode: boolean };
  }
}

const run = promisify(execFile);
const NAMESPACES: Resource = { group: '', version: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false };
const HOME = 'taskwright-system';
const OPERATOR = 'taskwright-operator';
/** Where the Tasks of the tests are: as strict as a namespace can be. */
export const NAMESPACE = 'agents';
const ASK_EVERY_MS = 100;

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
  task(name: string, test: (task: Task) => boolean, limitMs?: number): Promise<Task>;
  podsOf(task: string): Promise<Pod[]>;
  jobsOf(task: string): Promise<Job[]>;
  logs(pod: string, container: string): Promise<string>;
  /** Who leads, with the Pod that it is in; neither survives a restart of its process. */
  leader(): Promise<{ readonly identity: string; readonly pod: Pod }>;
  /** Ends all processes of a Pod at once, as a node without memory does. */
  killProcesses(pod: Pod): void;
  deletePod(name: string): Promise<void>;
  /** Returns when it and all that was its own is gone. */
  deleteTask(name: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startNodeCluster({ script }: { script: Script }): Promise<NodeCluster> {
  const { kubeconfig, host } = inject('node');
  if (!kubeconfig || !host) throw new Error('TASKWRIGHT_TEST_KUBECONFIG and TASKWRIGHT_NODE_HOST are not set; run npm run test:node, which starts a node');
  const transport = new HttpTransport(await readKubeconfig([kubeconfig], undefined, systemClock));
  const client = new KubeClient(transport, { userAgent: 'node-test' });
  const folder = await mkdtemp(join(dirname(kubeconfig), 'git-'));
  const git = await startGitServer({ root: folder, host });
  const model = await startScriptedModel({ script, host });
  const repoDir = join(folder, 'shop.git');
  await createRepository(folder, repoDir);

  const kubectl = async (args: string[], input?: string) => {
    const child = run('kubectl', ['--kubeconfig', kubeconfig, ...args], { maxBuffer: 2 ** 26 });
    child.child.stdin!.end(input ?? '');
    return (await child).stdout;
  };
  const apply = async (yaml: string) => void (await kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], yaml));

  const install = new App();
  new Crds(install, 'crds');
  new Taskwright(new Chart(install, 'taskwright'), 'install', { version: 'test' });
  await apply(install.synthYaml());
  await client.create(NAMESPACES, { metadata: { name: NAMESPACE, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } } } as KubeObject);
  await kubectl(['-n', HOME, 'rollout', 'status', '--timeout=90s', `deployment/${OPERATOR}`]);

  const tasks = async (name: string) => await client.get<Task>(taskResource, { namespace: NAMESPACE, name });
  return {
    client, git, model, repoDir,
    repo: `${git.url}/shop.git`,
    apply: async (define) => {
      const app = new App();
      define(new Chart(app, 'program', { namespace: NAMESPACE }));
      await apply(app.synthYaml());
    },
    task: async (name, test, limitMs = 60_000) => {
      const found = await until(() => tasks(name), test, limitMs);
      if (!test(found)) throw new Error(`Task ${name} after ${limitMs / 1000} s: ${JSON.stringify(found.status)}`);
      return found;
    },
    podsOf: async (task) => (await client.list<Pod>(podResource, { namespace: NAMESPACE, labelSelector: `kelos.dev/task=${task}` })).items,
    jobsOf: async (task) => (await client.list<Job>(jobResource, { namespace: NAMESPACE, labelSelector: `kelos.dev/task=${task}` })).items,
    logs: (pod, container) => kubectl(['-n', NAMESPACE, 'logs', pod, '-c', container]),
    leader: async () => {
      const lease = await until(() => client.get<Lease>(LEASES, { namespace: HOME, name: OPERATOR }), ({ spec }) => Boolean(spec?.holderIdentity), 60_000);
      const identity = lease.spec!.holderIdentity!;
      return { identity, pod: await client.get<Pod>(podResource, { namespace: HOME, name: identity.split('_')[0]! }) };
    },
    killProcesses: ({ metadata }) => {
      for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) if (cgroupsOf(pid).includes(`pod${metadata!.uid}`)) process.kill(Number(pid), 'SIGKILL');
    },
    deletePod: async (name) => {
      await client.delete(podResource, { namespace: NAMESPACE, name });
    },
    deleteTask: async (name) => {
      await kubectl(['-n', NAMESPACE, 'delete', 'task', name, '--cascade=foreground', '--timeout=60s']);
    },
    stop: async () => {
      // One after the other: without an operator nobody takes the finalizers off the Tasks.
      for (const namespace of [NAMESPACE, HOME]) await kubectl(['delete', 'namespace', namespace, '--ignore-not-found', '--timeout=60s']);
      await Promise.all([git.close(), model.close(), transport.close()]);
      await rm(folder, { recursive: true });
    },
  };
}

/** Asks until the answer passes or the time is over; the last answer either way. */
async function until<T>(ask: () => Promise<T>, test: (answer: T) => boolean, limitMs: number): Promise<T> {
  const end = systemClock.elapsed() + limitMs;
  for (;;) {
    const answer = await ask();
    if (test(answer) || systemClock.elapsed() > end) return answer;
    await sleep(systemClock, ASK_EVERY_MS);
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
