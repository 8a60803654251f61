import { createInterface } from 'node:readline';
import { watchStalls } from './stalls.ts';

/** A client library under test. Each measure runs in a fresh process. */
export interface Subject {
  /** Answers a function that reads one Task. */
  reader(kubeconfig: string, task: { namespace: string; name: string }): Promise<() => Promise<unknown>>;
  /** Keeps a copy of all Tasks. `restarting`: with what its documentation tells people to write around it. */
  informer(kubeconfig: string, options: { restarting: boolean; onAdd: (name: string) => void }): Promise<Informed>;
}

export interface Informed {
  readonly synced: Promise<void>;
  names(): string[];
  /** How often everything was asked for, the first time included. */
  lists(): number;
}

export interface CallsReport {
  readonly cpuMsPerCall: number;
  readonly callsPerSecond: number;
}

export interface SyncReport {
  readonly objects: number;
  readonly seconds: number;
  readonly longestStallMs: number;
  readonly peakRssMb: number;
}

export interface FollowReport {
  readonly names: readonly string[];
  readonly lists: number;
}

const WARM_UP_CALLS = 200;
const CALLERS = 8;

/** Runs one measure, named by the command line, and prints its report as a line of JSON. Ends when it is killed. */
export async function runSubject(subject: Subject): Promise<void> {
  const [measure, kubeconfig, ...rest] = process.argv.slice(2) as [string, string, ...string[]];
  if (measure === 'calls') print(await calls(subject, kubeconfig, rest[0]!, rest[1]!, Number(rest[2])));
  else if (measure === 'sync') print(await sync(subject, kubeconfig));
  else await follow(subject, kubeconfig, rest[0] === 'restarting');
}

async function calls(subject: Subject, kubeconfig: string, namespace: string, name: string, count: number): Promise<CallsReport> {
  const read = await subject.reader(kubeconfig, { namespace, name });
  await inParallel(WARM_UP_CALLS, read);
  const cpu = process.cpuUsage();
  const start = performance.now();
  await inParallel(count, read);
  const seconds = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  return { cpuMsPerCall: (user + system) / 1_000 / count, callsPerSecond: count / seconds };
}

async function inParallel(count: number, call: () => Promise<unknown>): Promise<void> {
  await Promise.all(Array.from({ length: CALLERS }, async (_, caller) => {
    for (let done = caller; done < count; done += CALLERS) await call();
  }));
}

async function sync(subject: Subject, kubeconfig: string): Promise<SyncReport> {
  // Loading what speaks HTTP is no part of it.
  const read = await subject.reader(kubeconfig, { namespace: 'default', name: 'nothing' });
  await read().catch(() => {});
  const stall = watchStalls();
  const start = performance.now();
  const informed = await subject.informer(kubeconfig, { restarting: false, onAdd: () => {} });
  await informed.synced;
  const seconds = (performance.now() - start) / 1_000;
  return { objects: informed.names().length, seconds, longestStallMs: stall(), peakRssMb: process.resourceUsage().maxRSS / 1024 };
}

/** Prints each name that is added, and a report when it is asked for one. */
async function follow(subject: Subject, kubeconfig: string, restarting: boolean): Promise<void> {
  const informed = await subject.informer(kubeconfig, { restarting, onAdd: (name) => print({ added: name }) });
  await informed.synced;
  print({ synced: true });
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === 'report') print({ names: informed.names(), lists: informed.lists() } satisfies FollowReport);
  }
}

function print(report: object): void {
  process.stdout.write(`${JSON.stringify(report)}\n`);
}
