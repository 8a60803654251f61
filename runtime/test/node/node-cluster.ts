import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Task, taskResource } from '@taskwright/schema';
import type { Job, Pod } from '@taskwright/schema/kubernetes';
import { App, Chart } from 'cdk8s';
import { inject } from 'vitest';
import { jobResource } from '../../src/embedded/job-controller/job.ts';
import { podResource } from '../../src/embedded/pod.ts';
import { KubeClient } from '../../src/kube/client.ts';
import { systemClock } from '../../src/kube/clock.ts';
import { HttpTransport } from '../../src/kube/http-transport.ts';
import { readKubeconfig } from '../../src/kube/kubeconfig.ts';
import { LEASES, type Lease } from '../../src/kube/lease.ts';
import { type GitServer, startGitServer } from '../../src/testing/git-server.ts';
import { type Script, type ScriptedModel, startScriptedModel } from '../../src/testing/scripted-model.ts';
import { MCP_STDIO } from '../agent/cli/mcp-server.ts';
import { kubectlOf, LIMIT_MS, NAMESPACE, OPERATOR, until } from './install.ts';

const run = promisify(execFile);

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
  /** Deletes Tasks and branches, if they are there, so that what made them can be tried again. */
  forget(tasks: readonly string[], branches: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

/** With `gitPassword`, the git host wants it of everybody. */
export async function startNodeCluster({ script, gitPassword }: { script: Script; gitPassword?: string }): Promise<NodeCluster> {
  const { host, kubeconfig = '' } = inject('node');
  const kubectl = kubectlOf(inject('node'));
  const transport = new HttpTransport(await readKubeconfig([kubeconfig], undefined, systemClock));
  const client = new KubeClient(transport, { userAgent: 'node-test' });
  const folder = await mkdtemp(join(dirname(kubeconfig), 'git-'));
  const git = await startGitServer({ root: folder, host, ...(gitPassword && { auth: { username: 'x-access-token', password: gitPassword } }) });
  const model = await startScriptedModel({ script, host });
  const repoDir = join(folder, 'shop.git');
  await createRepository(folder, repoDir);

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
    forget: async (names, branches) => {
      await kubectl(['-n', NAMESPACE, 'delete', 'task', ...names, '--ignore-not-found', '--cascade=foreground', `--timeout=${LIMIT_MS}ms`]);
      for (const branch of branches) await run('git', ['--git-dir', repoDir, 'update-ref', '-d', `refs/heads/${branch}`]);
    },
    stop: async () => {
      await Promise.all([git.close(), model.close(), transport.close()]);
      await rm(folder, { recursive: true });
    },
  };
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
  // A program that agents start.
  for (const file of [MCP_STDIO, join(dirname(MCP_STDIO), 'mcp-answer.ts')]) await cp(file, join(work, 'tools', basename(file)));
  await git('-C', work, 'add', '.');
  await git('-C', work, 'commit', '--quiet', '-m', 'the first commit');
  await git('clone', '--quiet', '--bare', work, bare);
}
