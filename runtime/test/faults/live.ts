import { agentConfigResource, type Task, taskResource, workspaceResource } from '@taskwright/schema';
import { secretResource } from '@taskwright/schema/kubernetes';
import { type KubeObject, type Resource, controllerOf } from '../../src/kube/object.ts';
import type { KubeRequest } from '../../src/kube/transport.ts';
import type { Run } from '../checkers/run.ts';
import { noEventLost } from '../checkers/no-event-lost.ts';
import { sameReports } from '../checkers/same-reports.ts';
import type { TestCluster } from '../tasks/test-cluster.ts';
import { aGitHub } from '../workspaces/app-fixture.ts';
import type { Faults, MomentFault } from './faults.ts';
import type { Traffic } from './faulty-transport.ts';
import { History } from './history.ts';
import type { Mistake } from './mistake.ts';
import { withTimersOf } from './library-timers.ts';
import { OperatorProcess } from './operator-process.ts';
import { GITHUB_API, loadLibraries, Outside } from './outside.ts';
import { type Deed, NAMESPACE, type Shape, taskOf } from './shape.ts';

export interface LifeOptions {
  readonly cluster: TestCluster;
  readonly workload: readonly Shape[];
  readonly faults: Faults;
  /** The same lives where nothing goes wrong. Empty: this is one of them. */
  readonly expected: readonly Run[];
  readonly replicas: number;
  /** Several replicas always elect one of them. */
  readonly elects?: boolean;
  /** How long things go wrong by chance, in milliseconds. Left out: what goes wrong depends on what is asked, not on the time. */
  readonly faultsMs?: number;
  /** How long it has to stay as it is in the end, in milliseconds. */
  readonly quietMs: number;
  /** How long nobody is there after an operator died, in milliseconds. Left out: a few seconds. */
  readonly awayMs?: number | undefined;
  /** What is wrong with the operators. Left out: nothing. */
  readonly mistake?: Mistake;
}

export interface Life {
  readonly run: Run;
  readonly isConverged: boolean;
  /** The Tasks that are not where an undisturbed run has them. */
  readonly behind: readonly string[];
}

/** How long the cluster may take after the last fault, in milliseconds: the longest wait between two tries of one key is 1000 s. */
export const LONGEST_CONVERGENCE_MS = 7_200_000;

/** Lets Tasks live on a cluster, with operators whose way to it has faults, until everything is where it belongs and has stayed there. */
export async function live(options: LifeOptions): Promise<Life> {
  const { cluster: { clock }, workload, faults } = options;
  const processes: OperatorProcess[] = [];
  const outside = new Outside(clock, faults, () => processes);
  if (!workload.some(({ isSpawned }) => isSpawned)) return lead(options, outside, processes);
  await loadLibraries(outside, clock);
  return withTimersOf(clock, () => lead(options, outside, processes));
}

async function lead(options: LifeOptions, outside: Outside, processes: OperatorProcess[]): Promise<Life> {
  const { cluster, workload, faults, expected, replicas, faultsMs, quietMs, awayMs, mistake } = options;
  const { clock, client, api } = cluster;
  const history = new History(client, clock);
  await history.ready;
  const isDisturbed = expected.length > 0;
  const traffic: Traffic = { writes: [], reads: [], streams: [] };
  const storm = { untilMs: 0 };
  const lines: string[] = [];
  const usurped: string[] = [];
  const elects = options.elects ?? replicas > 1;
  // Its tokens live so long that the shortest life of a Task sees some of them end.
  const github = aGitHub(clock, {}, { lifetimeMs: 12 * 60_000 });
  const fetch: typeof globalThis.fetch = (input, init) =>
    (faultsMs !== undefined && faults.isOn && faults.random() < 0.3 ? Promise.reject(new TypeError('fetch failed')) : github.fetch(input, init));
  const onWrite = async (identity: string, request: KubeRequest) => {
    const { path } = request;
    if (!elects || /leases/.test(path) || isEveryones(request, history)) return;
    const { body } = await api.transport.request({ method: 'GET', path: `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/taskwright-operator` });
    const { spec } = JSON.parse(body.toString()) as { spec?: { holderIdentity?: string } };
    if (spec?.holderIdentity !== identity) usurped.push(`${identity} wrote ${path} while ${spec?.holderIdentity} led`);
  };
  const deeds = new Deeds(cluster, history, outside);
  const outage = { untilMs: 0 };
  const service = { root: GITHUB_API, fetch: outside.github.fetch };
  for (let index = 0; index < replicas; index += 1) processes.push(new OperatorProcess({
    network: clock, service, outage, awayMs, api: api.transport, replica: `operator-${index}`, elects, faults, traffic, storm, onWrite, onLine: (line) => void lines.push(line), fetch, mistake,
    meanwhile: (fault) => happen(fault, processes[index]!, { faults, storm, cluster, deeds, history, workload }),
  }));
  const names = workload.flatMap(({ tasks, isSpawned }, index) => (isSpawned ? (expected[index]?.history.of('Task') ?? []).map(({ name }) => name) : Object.keys(tasks)));
  const run: Omit<Run, 'atEnd' | 'endedAt'> = { names: [...new Set(names)], workload, outside, history, faults, traffic, lines, usurped, processes, expected, caches: [], github };

  for (const shape of workload) {
    const { tasks, deeds: own = [] } = shape;
    const atMs = faultsMs === undefined ? 1_000 : faults.between(0, 120_000);
    for (const [name, spec] of Object.entries(tasks)) deeds.doAfter(atMs, () => client.create(taskResource, taskOf(name, spec, shape)));
    deeds.expect(own);
  }
  const passes = async (ms: number) => {
    const endMs = clock.elapsed() + ms;
    await clock.runUntil(() => {
      deeds.doDue();
      return clock.elapsed() >= endMs;
    }, { limitMs: ms });
    await clock.advance(Math.max(0, endMs - clock.elapsed()));
  };
  if (faultsMs !== undefined) {
    for (const endMs = clock.elapsed() + faultsMs; clock.elapsed() < endMs; ) {
      await passes(faults.between(1_000, 30_000));
      const fault = faults.ofProcess();
      const process = processes[faults.between(0, replicas)]!;
      if (fault) await happen(fault, process, { faults, storm, cluster, deeds, history, workload });
    }
    faults.end();
    storm.untilMs = 0;
    outage.untilMs = 0;
    for (const { clock: own } of processes) {
      own?.goOn();
      own?.beWrongBy(0);
    }
  }
  let isConverged = false;
  for (let before = -1; before !== faults.total; ) {
    before = faults.total;
    isConverged = !isDisturbed || await clock.runUntil(() => {
      deeds.doDue();
      return deeds.areDone && behind({ ...run, endedAt: clock.now() }).length === 0;
    }, { limitMs: LONGEST_CONVERGENCE_MS });
    await passes(quietMs);
  }
  await compareCaches(run, cluster);
  const atEnd = processes.map(({ isLeading, controllers }) => ({ isLeading, isIdle: controllers.every(({ queue }) => queue.isIdle) }));
  for (const process of processes) process.retire();
  history.stop();
  const whole = { ...run, atEnd, endedAt: clock.now() };
  return { run: whole, isConverged, behind: behind(whole) };
}

interface Surroundings {
  readonly faults: Faults;
  readonly storm: { untilMs: number };
  readonly cluster: TestCluster;
  readonly deeds: Deeds;
  readonly history: History;
  readonly workload: readonly Shape[];
}

/** What happens to a process, or to the cluster, without anybody asking for anything. */
async function happen(fault: MomentFault, process: OperatorProcess, surroundings: Surroundings): Promise<void> {
  const { faults, storm, cluster } = surroundings;
  const { clock } = cluster;
  switch (fault) {
    case 'restart':
      void process.end();
      break;
    case 'stop': {
      const { clock: own } = process;
      own?.stop();
      clock.after(faults.between(1_000, 60_000), () => own?.goOn());
      break;
    }
    case 'wrong clock':
      process.clock?.beWrongBy(faults.between(-300_000, 300_000));
      break;
    case 'storm':
      storm.untilMs = clock.elapsed() + faults.between(5_000, 90_000);
      break;
    case 'made again unseen':
      process.die();
      await makeTasksAgain(surroundings);
      break;
    case 'made again':
      await makeTasksAgain(surroundings);
      break;
    case 'parts made again':
      for (const resource of [secretResource, workspaceResource, agentConfigResource]) await makePartsAgain(cluster, resource);
  }
}

/** Each as soon as the one before it is gone, as `kubectl replace --force` does, and those that expired as well. */
async function makeTasksAgain({ cluster: { client }, deeds, history, workload }: Surroundings): Promise<void> {
  const shapeOf = (name: string) => workload.find(({ tasks }) => Object.hasOwn(tasks, name));
  const { items } = await client.list<Task>(taskResource, { namespace: NAMESPACE });
  const gone = [...new Map(history.of('Task').map((life) => [life.name, life])).values()].filter(({ goneAt }) => goneAt !== undefined);
  for (const { name, last } of gone) await client.create(taskResource, taskOf(name, (last as Task).spec, shapeOf(name)));
  for (const { metadata: { name, uid }, spec } of items) {
    deeds.expect([{
      when: () => history.lives.get(uid!)?.goneAt !== undefined,
      afterMs: 0,
      act: () => client.create(taskResource, taskOf(name!, spec, shapeOf(name!))),
    }]);
    await client.delete(taskResource, { namespace: NAMESPACE, name: name! }, { propagationPolicy: 'Background' });
  }
}

async function makePartsAgain({ client }: TestCluster, resource: Resource): Promise<void> {
  const { items } = await client.list<KubeObject & { data?: object; spec?: object }>(resource, { namespace: NAMESPACE });
  for (const object of items.filter((item) => !controllerOf(item))) {
    const { metadata: { name }, data, spec } = object;
    await client.delete(resource, { namespace: NAMESPACE, name: name! });
    await client.create(resource, { metadata: { namespace: NAMESPACE, name }, ...(data && { data }), ...(spec && { spec }) } as KubeObject);
  }
}

/** What people do, each once, when its time has come. */
class Deeds {
  readonly #cluster: TestCluster;
  readonly #history: History;
  readonly #outside: Outside;
  #pending: readonly Deed[] = [];
  #underWay = 0;

  constructor(cluster: TestCluster, history: History, outside: Outside) {
    this.#cluster = cluster;
    this.#history = history;
    this.#outside = outside;
  }

  get areDone(): boolean {
    return this.#pending.length === 0 && this.#underWay === 0;
  }

  expect(deeds: readonly Deed[]): void {
    this.#pending = [...this.#pending, ...deeds];
  }

  doAfter(ms: number, act: Deed['act']): void {
    this.#underWay += 1;
    const failed = (error: unknown) => { throw error; };
    this.#cluster.clock.after(ms, () => void act(this.#cluster.client, this.#outside).then(() => void (this.#underWay -= 1), failed));
  }

  /** To be called whenever something may have happened. */
  doDue(): void {
    if (this.#pending.length === 0) return;
    const due = new Set(this.#pending.filter(({ when }) => when(this.#history)));
    this.#pending = this.#pending.filter((deed) => !due.has(deed));
    for (const { afterMs, act } of due) this.doAfter(afterMs, act);
  }
}

/** Deliveries are taken by every replica, whoever leads: their Tasks, and what is said of a TaskSpawner in decisions and events. */
function isEveryones({ path, body = '' }: KubeRequest, history: History): boolean {
  const [place, text] = [path.split('?', 1)[0]!, Buffer.from(body).toString()];
  if (place.endsWith('/tasks')) return text.includes('"taskwright.dev/source":"webhook"');
  if (place.endsWith('/configmaps')) return text.includes('"app.kubernetes.io/component":"decisions"');
  if (place.endsWith('/events')) return text.includes('"kind":"TaskSpawner"');
  return history.of('TaskSpawner').some(({ name }) => place.endsWith(`/configmaps/${name}-decisions`) || place.includes(`/events/${name}.`));
}

/** What is not yet where an undisturbed run has it: Tasks, and what is told of them outside. */
export function behind(run: Pick<Run, 'expected' | 'history' | 'outside' | 'workload' | 'endedAt'>): string[] {
  return [...behindTasks(run), ...(run.workload.some(({ isSpawned }) => isSpawned) ? [...sameReports(run), ...noEventLost(run)] : [])];
}

/** The Tasks that are not yet where an undisturbed run has them. */
export function behindTasks({ expected, history }: Pick<Run, 'history'> & { readonly expected: readonly Pick<Run, 'history'>[] }): string[] {
  return expected.flatMap((run) => run.history.of('Task').map(({ name }) => name).filter((name) => isBehind(name, run.history, history)));
}

function isBehind(name: string, before: History, now: History): boolean {
  const [there, here] = [before.task(name)!, now.task(name)];
  if (!here) return true;
  if ((there.goneAt === undefined) !== (here.goneAt === undefined)) return true;
  const phaseOf = (status: Task['status']) => status?.phase;
  return there.goneAt === undefined && phaseOf(there.statuses.at(-1)?.status) !== phaseOf(here.statuses.at(-1)?.status);
}

async function compareCaches({ processes, caches }: Pick<Run, 'processes' | 'caches'>, { client }: TestCluster): Promise<void> {
  for (const { informers } of processes) {
    for (const informer of informers) {
      const { items } = await client.list(informer.resource, informer.selection);
      caches.push({ kind: informer.resource.kind, cached: informer.list().map(identityOf).sort(), listed: items.map(identityOf).sort() });
    }
  }
}

function identityOf({ metadata: { name, uid, resourceVersion } }: { metadata: { name?: string; uid?: string; resourceVersion?: string } }): string {
  return `${name} ${uid} ${resourceVersion}`;
}
