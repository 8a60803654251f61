import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { sleep, systemClock } from '@taskwright/runtime/kube';
import { taskResource } from '@taskwright/schema';
import { aTask, createTasks } from './a-task.ts';
import { cutProxy } from './cut-proxy.ts';
import { figure, median } from './figure.ts';
import { imageFlags } from './image-flags.ts';
import { startNode } from './program.ts';
import { type BenchServer, benchServer } from './server.ts';
import type { CallsReport, FollowReport, SyncReport } from './subject.ts';

/**
 * The kernel's client against `@kubernetes/client-node`: each measure in a fresh process, alternating, on one server.
 *
 *     node --conditions=taskwright-source bench/client.ts [--kubeconfig FILE] [--only calls,reset,cuts,sync] [--rounds 5] [--tasks 50000] [--cut-seconds 600]
 *
 * The calls and the cuts go through a TCP proxy of this process, which counts connections and resets them.
 */
const { values } = parseArgs({
  options: {
    'kubeconfig': { type: 'string' },
    'only': { type: 'string', default: 'calls,reset,cuts,sync' },
    'rounds': { type: 'string', default: '5' },
    'calls': { type: 'string', default: '2000' },
    'tasks': { type: 'string', default: '50000' },
    'cut-seconds': { type: 'string', default: '600' },
    'cut-every-seconds': { type: 'string', default: '5' },
  },
});
const [rounds, calls, tasks, cutSeconds, cutEverySeconds] = (['rounds', 'calls', 'tasks', 'cut-seconds', 'cut-every-seconds'] as const).map((name) => Number(values[name])) as [number, number, number, number, number];

const only = new Set(values.only.split(','));

const NAMESPACE = `bench-client-${process.pid}`;
const SUBJECTS = { kernel: 'client-ours.ts', 'client-node': 'client-node.ts' } as const;
type Side = keyof typeof SUBJECTS;
const SIDES = Object.keys(SUBJECTS) as Side[];
/** After the last cut, how long a client may take until it shows what there is. */
const QUIET_MS = 12_000;
const CREATE_EVERY_MS = 200;

const server = await benchServer(values.kubeconfig);
figure('client', 'load of the machine before', loadavg()[0]!, 'processes');
await server.namespace(NAMESPACE);
try {
  if (only.has('calls')) await measureCalls(server);
  if (only.has('reset')) await measureReset(server);
  if (only.has('cuts')) await measureCuts(server);
  if (only.has('sync')) await measureSync(server);
} finally {
  await server.empty(NAMESPACE);
  await server.close();
}

async function measureCalls({ client, url, kubeconfigAt }: BenchServer): Promise<void> {
  await client.create(taskResource, aTask(NAMESPACE, 'read'));
  const reports = await alternate(async (side) => {
    const proxy = await cutProxy(url);
    const subject = subjectOf(side, 'calls', kubeconfigAt(proxy.port), NAMESPACE, 'read', String(calls));
    const report = JSON.parse(await subject.line()) as CallsReport;
    const sockets = proxy.opened;
    const left = proxy.open;
    await subject.end('SIGKILL');
    await proxy.close();
    return { ...report, sockets, left };
  });
  for (const side of SIDES) {
    figure('client', `${side}: CPU per request`, median(reports[side].map(({ cpuMsPerCall }) => cpuMsPerCall)), 'ms');
    figure('client', `${side}: requests, 8 at a time`, median(reports[side].map(({ callsPerSecond }) => callsPerSecond)), 'requests/s');
    figure('client', `${side}: sockets opened by ${calls} requests and 200 before them`, median(reports[side].map(({ sockets }) => sockets)), 'sockets');
    figure('client', `${side}: sockets still open then`, median(reports[side].map(({ left }) => left)), 'sockets');
  }
  figure('client', 'CPU per request, kernel over client-node', median(reports.kernel.map(({ cpuMsPerCall }, round) => cpuMsPerCall / reports['client-node'][round]!.cpuMsPerCall)), 'ratio');
}

async function measureSync({ client, kubeconfig }: BenchServer): Promise<void> {
  await createTasks(client, NAMESPACE, 'sync', tasks);
  const reports = await alternate(async (side) => {
    const subject = subjectOf(side, 'sync', kubeconfig);
    const report = JSON.parse(await subject.line()) as SyncReport;
    await subject.end('SIGKILL');
    if (report.objects < tasks) throw new Error(`${side}: synced ${report.objects} of ${tasks} Tasks`);
    return report;
  });
  for (const side of SIDES) {
    figure('client', `${side}: longest stall while ${tasks} Tasks sync, CPU of the main thread`, median(reports[side].map(({ longestStallMs }) => longestStallMs)), 'ms');
    figure('client', `${side}: peak RSS while ${tasks} Tasks sync`, median(reports[side].map(({ peakRssMb }) => peakRssMb)), 'MB');
    figure('client', `${side}: ${tasks} Tasks synced after`, median(reports[side].map(({ seconds }) => seconds)), 's');
  }
}

async function measureReset(server: BenchServer): Promise<void> {
  const reports = await follow(server, { cuts: 1, everySeconds: 2, name: 'reset', restarting: false });
  for (const side of SIDES) figure('client', `${side}: Tasks created after a watch reset, never seen`, median(reports[side].map(({ missing }) => missing)), 'Tasks');
}

async function measureCuts(server: BenchServer): Promise<void> {
  const cuts = Math.floor(cutSeconds / cutEverySeconds);
  const reports = await follow(server, { cuts, everySeconds: cutEverySeconds, name: 'cuts', restarting: true });
  for (const side of SIDES) {
    const label = `${side}: ${cuts} cuts, one every ${cutEverySeconds} s`;
    figure('client', `${label}: Tasks missing in the end`, median(reports[side].map(({ missing }) => missing)), 'Tasks');
    figure('client', `${label}: lists beyond the first`, median(reports[side].map(({ relists }) => relists)), 'lists');
    figure('client', `${label}: latest that a Task was seen`, median(reports[side].map(({ latestMs }) => latestMs)), 'ms');
  }
}

interface Cuts {
  readonly cuts: number;
  readonly everySeconds: number;
  readonly name: string;
  /** With what client-node's documentation tells people to write around its informer. */
  readonly restarting: boolean;
}

/** All see the same Tasks being created and the same cuts. The rounds are at a time: it is behaviour and no speed. */
async function follow(server: BenchServer, { cuts, everySeconds, name, restarting }: Cuts): Promise<Record<Side, Followed[]>> {
  const followers = await Promise.all(SIDES.flatMap((side) => Array.from({ length: rounds }, () => startFollower(server, side, restarting))));
  const createdAt = new Map<string, number>();
  for (let cut = 0; cut < cuts; cut += 1) {
    for (const { proxy } of followers) proxy.cut();
    const until = performance.now() + everySeconds * 1_000;
    while (performance.now() < until) {
      const task = `${name}-${createdAt.size}`;
      createdAt.set(task, performance.now());
      await server.client.create(taskResource, aTask(NAMESPACE, task));
      await sleep(systemClock, CREATE_EVERY_MS);
    }
  }
  await sleep(systemClock, QUIET_MS);
  const reports: Record<Side, Followed[]> = { kernel: [], 'client-node': [] };
  await Promise.all(followers.map(async ({ side, report }) => reports[side].push(await report(createdAt))));
  return reports;
}

interface Followed {
  readonly missing: number;
  readonly relists: number;
  readonly latestMs: number;
}

async function startFollower({ url, kubeconfigAt }: BenchServer, side: Side, restarting: boolean) {
  const proxy = await cutProxy(url);
  const subject = subjectOf(side, 'follow', kubeconfigAt(proxy.port), restarting ? 'restarting' : 'plain');
  const seenAt = new Map<string, number>();
  const said = Promise.withResolvers<FollowReport>();
  const synced = Promise.withResolvers<void>();
  void (async () => {
    for (;;) {
      const line = JSON.parse(await subject.line()) as { added?: string; synced?: true } & Partial<FollowReport>;
      if (line.synced) synced.resolve();
      else if (line.names) return said.resolve(line as FollowReport);
      else if (!seenAt.has(line.added!)) seenAt.set(line.added!, performance.now());
    }
  })().catch(said.reject);
  await Promise.race([synced.promise, said.promise]);

  return { side, proxy, report };

  async function report(createdAt: ReadonlyMap<string, number>): Promise<Followed> {
    subject.tell('report');
    const { names, lists } = await said.promise;
    await subject.end('SIGKILL');
    await proxy.close();
    const held = new Set(names);
    const latencies = [...createdAt].map(([task, at]) => (seenAt.get(task) ?? at) - at);
    return { missing: [...createdAt.keys()].filter((task) => !held.has(task)).length, relists: lists - 1, latestMs: Math.max(...latencies) };
  }
}

async function alternate<Report>(measure: (side: Side) => Promise<Report>): Promise<Record<Side, Report[]>> {
  const reports: Record<Side, Report[]> = { kernel: [], 'client-node': [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const side of round % 2 === 0 ? SIDES : SIDES.toReversed()) reports[side].push(await measure(side));
  }
  return reports;
}

/** Both with the flags of the operator's image: they are not what is compared. */
function subjectOf(side: Side, ...args: string[]) {
  return startNode(new URL(SUBJECTS[side], import.meta.url).pathname, args, imageFlags());
}
