import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { sleep, systemClock } from '@taskwright/runtime/kube';
import { taskResource } from '@taskwright/schema';
import { aTask, createTasks } from './a-task.ts';
import { cutProxy } from './cut-proxy.ts';
import { figure, median } from './figure.ts';
import { startNode } from './program.ts';
import { type BenchServer, benchServer } from './server.ts';
import type { CallsReport, FollowReport, SyncReport } from './subject.ts';

/**
 * The kernel's client against `@kubernetes/client-node`: each measure in a fresh process, alternating, on one server.
 *
 *     node --conditions=taskwright-source bench/client.ts [--kubeconfig FILE] [--rounds 5] [--tasks 50000] [--cut-seconds 30]
 *
 * The calls and the cuts go through a TCP proxy of this process, which counts connections and resets them.
 */
const { values } = parseArgs({
  options: {
    'kubeconfig': { type: 'string' },
    'rounds': { type: 'string', default: '5' },
    'calls': { type: 'string', default: '2000' },
    'tasks': { type: 'string', default: '50000' },
    'cut-seconds': { type: 'string', default: '30' },
    'cut-every-seconds': { type: 'string', default: '5' },
  },
});
const [rounds, calls, tasks, cutSeconds, cutEverySeconds] = (['rounds', 'calls', 'tasks', 'cut-seconds', 'cut-every-seconds'] as const).map((name) => Number(values[name])) as [number, number, number, number, number];

const NAMESPACE = 'bench-client';
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
  await measureCalls(server);
  await measureCuts(server);
  await measureSync(server);
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

/** One reset, then many: once per side, since it is behaviour and no speed. */
async function measureCuts(server: BenchServer): Promise<void> {
  for (const side of SIDES) {
    const once = await follow(server, side, { cuts: 1, name: `reset-${side}`, restarting: false });
    figure('client', `${side}: Tasks created after a watch reset, never seen`, once.missing, 'Tasks');
  }
  const cuts = Math.floor(cutSeconds / cutEverySeconds);
  for (const side of SIDES) {
    const many = await follow(server, side, { cuts, name: `cuts-${side}`, restarting: true });
    const label = `${side}: ${cuts} cuts, one every ${cutEverySeconds} s`;
    figure('client', `${label}: Tasks missing in the end`, many.missing, 'Tasks');
    figure('client', `${label}: lists beyond the first`, many.relists, 'lists');
    figure('client', `${label}: latest that a Task was seen`, many.latestMs, 'ms');
  }
}

async function follow({ client, url, kubeconfigAt }: BenchServer, side: Side, { cuts, name, restarting }: { cuts: number; name: string; restarting: boolean }) {
  const proxy = await cutProxy(url);
  const subject = subjectOf(side, 'follow', kubeconfigAt(proxy.port), restarting ? 'restarting' : 'plain');
  const createdAt = new Map<string, number>();
  let latestMs = 0;
  const report = Promise.withResolvers<FollowReport>();
  const synced = Promise.withResolvers<void>();
  void (async () => {
    for (;;) {
      const said = JSON.parse(await subject.line()) as { added?: string; synced?: true } & Partial<FollowReport>;
      if (said.synced) synced.resolve();
      else if (said.names) return report.resolve(said as FollowReport);
      else if (createdAt.has(said.added!)) latestMs = Math.max(latestMs, performance.now() - createdAt.get(said.added!)!);
    }
  })().catch(report.reject);

  await Promise.race([synced.promise, report.promise]);
  for (let cut = 0; cut < cuts; cut += 1) {
    proxy.cut();
    const until = performance.now() + (cuts === 1 ? 2 : cutEverySeconds) * 1_000;
    while (performance.now() < until) {
      const task = `${name}-${createdAt.size}`;
      createdAt.set(task, performance.now());
      await client.create(taskResource, aTask(NAMESPACE, task));
      await sleep(systemClock, CREATE_EVERY_MS);
    }
  }
  await sleep(systemClock, QUIET_MS);
  subject.tell('report');
  const { names, lists } = await report.promise;
  await subject.end('SIGKILL');
  await proxy.close();
  const seen = new Set(names);
  return { missing: [...createdAt.keys()].filter((task) => !seen.has(task)).length, relists: lists - 1, latestMs };
}

async function alternate<Report>(measure: (side: Side) => Promise<Report>): Promise<Record<Side, Report[]>> {
  const reports: Record<Side, Report[]> = { kernel: [], 'client-node': [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const side of round % 2 === 0 ? SIDES : SIDES.toReversed()) reports[side].push(await measure(side));
  }
  return reports;
}

function subjectOf(side: Side, ...args: string[]) {
  return startNode(new URL(SUBJECTS[side], import.meta.url).pathname, ...args);
}
