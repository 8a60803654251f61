import { type Task, taskResource } from '@taskwright/schema';
import { seededRandom } from '../../src/kube/random.ts';
import { atMostOneJob } from '../checkers/at-most-one-job.ts';
import { cachesEqualLists } from '../checkers/caches-equal-lists.ts';
import { everySpendRecorded } from '../checkers/every-spend-recorded.ts';
import { noOverspend } from '../checkers/no-overspend.ts';
import { noOrphan } from '../checkers/no-orphan.ts';
import { noSecretTold } from '../checkers/no-secret-told.ts';
import { nothingStuck } from '../checkers/nothing-stuck.ts';
import { nothingRunsOn } from '../checkers/nothing-runs-on.ts';
import { oneHolderPerBranch } from '../checkers/one-holder-per-branch.ts';
import { onlyLeadersWrite } from '../checkers/only-leaders-write.ts';
import type { Run } from '../checkers/run.ts';
import { sameOutcome } from '../checkers/same-outcome.ts';
import { terminalPhasesStay } from '../checkers/terminal-phases-stay.ts';
import { trafficIsBounded } from '../checkers/traffic-is-bounded.ts';
import { startCluster, type TestCluster } from '../tasks/test-cluster.ts';
import { aGitHub } from '../workspaces/app-fixture.ts';
import { type FaultKind, Faults } from './faults.ts';
import type { Traffic } from './faulty-transport.ts';
import { History } from './history.ts';
import { OperatorProcess } from './operator-process.ts';
import { type Deed, type Shape, scripts, shapes, taskOf } from './workload.ts';

export interface SimulationOptions {
  /** Everything follows from it. */
  readonly seed: number;
  /** The lives of the Tasks. Default: some, by chance. */
  readonly shapes?: readonly string[];
  /** The kinds of faults. Default: some, by chance. */
  readonly faults?: readonly FaultKind[];
  readonly replicas?: number;
  /** An operator with a mistake, to see whether it is found. */
  readonly broken?: { readonly losesTime?: true };
}

export interface Verdict {
  readonly seed: number;
  readonly end: 'converged' | 'wrong' | 'stuck';
  /** What the checkers said. */
  readonly complaints: readonly string[];
  readonly points: ReadonlyMap<FaultKind, number>;
  readonly total: number;
  readonly run: Run;
}

/** How long things go wrong, in milliseconds. */
const FAULTS_MS = 600_000;
/** How long the cluster may take afterwards: the longest wait between two tries of one key is 1000 s. */
const LONGEST_CONVERGENCE_MS = 7_200_000;
/** And how long it has to stay as it is then. */
const QUIET_MS = 600_000;

const checkers = [atMostOneJob, noOrphan, nothingRunsOn, oneHolderPerBranch, noOverspend, everySpendRecorded, terminalPhasesStay, sameOutcome, cachesEqualLists, nothingStuck, onlyLeadersWrite, trafficIsBounded, noSecretTold];

/** Lets Tasks live on a cluster that misbehaves for a while, then behaves: it has to end up where an undisturbed one does. */
export async function simulate(options: SimulationOptions): Promise<Verdict> {
  const random = seededRandom(options.seed);
  const names = options.shapes ?? chosen(Object.keys(shapes), random);
  const expected = await Promise.all(names.map((name) => undisturbed(name)));
  const { run, isConverged } = await live(names, new Faults(random, options.faults), options, expected);
  const complaints = [
    ...(isConverged ? [] : [`stuck: not where an undisturbed run is ${LONGEST_CONVERGENCE_MS / 60_000} minutes after the last fault: ${behind(run).join(', ')}`]),
    ...checkers.flatMap((check) => check(run).map((complaint) => `${check.name}: ${complaint}`)),
  ];
  const end = !isConverged ? 'stuck' : complaints.length > 0 ? 'wrong' : 'converged';
  return { seed: options.seed, end, complaints, points: run.faults.points, total: run.faults.total, run };
}

const memory = new Map<string, Promise<Run>>();

/** The life of a shape on a cluster where nothing goes wrong. */
function undisturbed(shape: string): Promise<Run> {
  let run = memory.get(shape);
  if (!run) memory.set(shape, (run = live([shape], new Faults(seededRandom(1), []), { seed: 1, replicas: 1 }, []).then((lived) => lived.run)));
  return run;
}

async function live(names: readonly string[], faults: Faults, { seed, replicas, broken }: SimulationOptions, expected: readonly Run[]): Promise<{ run: Run; isConverged: boolean }> {
  const workload = names.map((name) => shapes[name]!(slug(name)));
  const cluster = await startCluster(scripts(workload), { seed });
  const { clock, client, api } = cluster;
  const history = new History(client, clock);
  await history.ready;
  const isDisturbed = expected.length > 0;
  const traffic: Traffic = { writes: [], reads: [], streams: [] };
  const storm = { untilMs: 0 };
  const lines: string[] = [];
  const usurped: string[] = [];
  const count = replicas ?? faults.between(1, 3);
  const elects = count > 1 || (isDisturbed && faults.random() < 0.3);
  // Its tokens live so long that the shortest life of a Task sees some of them end.
  const github = aGitHub(clock, {}, { lifetimeMs: 12 * 60_000 });
  const fetch: typeof globalThis.fetch = (input, init) =>
    (isDisturbed && faults.isOn && faults.random() < 0.3 ? Promise.reject(new TypeError('fetch failed')) : github.fetch(input, init));
  const onWrite = async (identity: string, path: string) => {
    if (!elects || /leases/.test(path)) return;
    const { body } = await api.transport.request({ method: 'GET', path: '/apis/coordination.k8s.io/v1/namespaces/dev/leases/taskwright-operator' });
    const { spec } = JSON.parse(body.toString()) as { spec?: { holderIdentity?: string } };
    if (spec?.holderIdentity !== identity) usurped.push(`${identity} wrote ${path} while ${spec?.holderIdentity} led`);
  };
  const processes = Array.from({ length: count }, (_, index) => new OperatorProcess({
    network: clock, api: api.transport, replica: `operator-${index}`, elects, faults, traffic, storm, onWrite, onLine: (line) => void lines.push(line), fetch, ...broken,
  }));
  const run: Omit<Run, 'atEnd'> = { names: workload.flatMap(({ tasks }) => Object.keys(tasks)), workload, history, faults, traffic, lines, usurped, processes, expected, caches: [] };

  const deeds = deedsOf(workload, cluster, history, faults, isDisturbed);
  const afterDeeds = (condition: () => boolean) => () => {
    deeds();
    return condition();
  };
  const passes = async (ms: number) => {
    const endMs = clock.elapsed() + ms;
    await clock.runUntil(afterDeeds(() => clock.elapsed() >= endMs), { limitMs: ms });
    await clock.advance(Math.max(0, endMs - clock.elapsed()));
  };
  if (isDisturbed) {
    for (const endMs = clock.elapsed() + FAULTS_MS; clock.elapsed() < endMs; ) {
      await passes(faults.between(1_000, 30_000));
      disturb(processes[faults.between(0, count)]!, faults, storm, clock);
    }
  }
  faults.end();
  storm.untilMs = 0;
  for (const { clock: own } of processes) {
    own?.goOn();
    own?.beWrongBy(0);
  }
  const isConverged = await clock.runUntil(afterDeeds(() => isDisturbed && behind(run).length === 0), { limitMs: LONGEST_CONVERGENCE_MS });
  await passes(QUIET_MS);
  await compareCaches(run, cluster);
  const atEnd = processes.map(({ isLeading, controllers }) => ({ isLeading, isIdle: controllers.every(({ queue }) => queue.isIdle) }));
  for (const process of processes) process.retire();
  history.stop();
  await cluster.stop();
  return { run: { ...run, atEnd }, isConverged };
}

/** What happens to a process without anybody asking for anything. */
function disturb(process: OperatorProcess, faults: Faults, storm: { untilMs: number }, clock: TestCluster['clock']): void {
  switch (faults.ofProcess()) {
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
  }
}

/** Creates the Tasks, and does the deeds when their time has come. Answers what to call whenever something may have happened. */
function deedsOf(workload: readonly Shape[], { clock, client }: TestCluster, history: History, faults: Faults, isDisturbed: boolean): () => void {
  const failed = (error: unknown) => { throw error; };
  for (const { tasks, labels, annotations } of workload) {
    const atMs = isDisturbed ? faults.between(0, 120_000) : 1_000;
    for (const [name, spec] of Object.entries(tasks)) {
      clock.after(atMs, () => void client.create(taskResource, taskOf(name, spec, { labels, annotations })).catch(failed));
    }
  }
  let pending: readonly Deed[] = workload.flatMap(({ deeds = [] }) => deeds);
  return () => {
    if (pending.length === 0) return;
    const due = new Set(pending.filter(({ when }) => when(history)));
    pending = pending.filter((deed) => !due.has(deed));
    for (const { afterMs, act } of due) clock.after(afterMs, () => void act(client).catch(failed));
  };
}

/** The Tasks that are not yet where an undisturbed run has them. */
function behind({ expected, history }: Pick<Run, 'expected' | 'history'>): string[] {
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

function chosen(all: readonly string[], random: () => number): string[] {
  const picked = all.filter(() => random() < 0.35);
  return picked.length > 0 ? picked : [all[0]!];
}

function slug(name: string): string {
  return name.toLowerCase().replaceAll(' ', '-');
}
