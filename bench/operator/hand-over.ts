import { sleep, systemClock } from '@taskwright/runtime/kube';
import type { BenchServer } from '../server.ts';
import { createGated, createWorkspace, type Gate, nameOf } from './gates.ts';
import { playJobs } from './played-jobs.ts';
import type { OperatorSide } from './side.ts';
import { taskWatch } from './task-watch.ts';

export interface HandOver {
  /** From when the Job of a Task has ended until that of the next is seen, in milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** Tasks that wait for one another, one after the other. */
export const IN_A_ROW = 5;
/** Tasks a second. Each is nine writes or more, and none of them should wait for the server. */
const RATE = 15;
/** How long each Job takes: long enough that the next Task has been told what it waits for. */
const JOB_MS = 500;
const WARM_UP_ROWS = 10;

/** Each row has a branch of its own. */
export const inRowsOnABranch: Gate = (index) => ({ branch: `branch-${Math.floor(index / IN_A_ROW)}` });

/** Rows of Tasks, each created at once. */
export async function handOver(server: BenchServer, start: OperatorSide, namespace: string, { seconds, gate }: { seconds: number; gate: Gate }): Promise<HandOver> {
  const { client } = server;
  const operator = await start(server, { namespace });
  await createWorkspace(client, namespace);
  const watch = await taskWatch(client, namespace);
  const played = await playJobs(client, namespace, JOB_MS);
  const rows = (RATE * seconds) / IN_A_ROW;
  const creates: Promise<void>[] = [];
  const begin = performance.now();
  for (let row = 0; row < WARM_UP_ROWS + rows; row += 1) {
    await sleep(systemClock, begin + (row * IN_A_ROW * 1_000) / RATE - performance.now());
    creates.push(createRow(row));
  }
  await Promise.all(creates);
  await watch.reached('Succeeded', (WARM_UP_ROWS + rows) * IN_A_ROW);
  played.stop();
  watch.stop();
  await operator.program.end();
  const tookMs = Array.from({ length: rows }, (_, row) => afterEachOther(WARM_UP_ROWS + row)).flat().sort((a, b) => a - b);
  return { p50: tookMs[Math.floor(tookMs.length * 0.5)]!, p99: tookMs[Math.floor(tookMs.length * 0.99)]! };

  async function createRow(row: number): Promise<void> {
    for (let place = 0; place < IN_A_ROW; place += 1) await createGated(client, namespace, row * IN_A_ROW + place, gate);
  }

  /** Who comes next on a branch is up to the operator, so the Tasks of a row count in the order in which they got their Jobs. */
  function afterEachOther(row: number): number[] {
    const names = Array.from({ length: IN_A_ROW }, (_, place) => nameOf(row * IN_A_ROW + place)).sort((a, b) => watch.jobSeenAt.get(a)! - watch.jobSeenAt.get(b)!);
    // The next may be seen before the answer that this one has ended.
    return names.slice(1).map((name, place) => Math.max(watch.jobSeenAt.get(name)! - played.endedAt.get(names[place]!)!, 0));
  }
}
