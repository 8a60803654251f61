import type { TaskRecord } from '@taskwright/schema';
import type { KubeObject } from '../kube/object.ts';
import { type Amounts, amountsOf } from './amounts.ts';
import type { Labels } from './task-selector.ts';

/** A TaskRecord as it is kept, with its amounts read: a budget adds up thousands of them. */
export interface ObservedRecord extends KubeObject {
  readonly spec: TaskRecord['spec'];
  readonly amounts: Amounts;
}

/** Where records of one day are found. A window of a budget is part of a few of them. */
export type RecordIndex = 'day' | 'worker';

const DAY_MS = 86_400_000;
/** As many Tasks of its kind as tell what another will cost. */
const SAMPLES = 20;
/** And how far back they are looked for: records are kept that long. */
const DAYS_OF_SAMPLES = 30;

export function projectRecord({ metadata, spec }: ObservedRecord): ObservedRecord {
  const { name, namespace, uid, resourceVersion, creationTimestamp, labels } = metadata;
  return { metadata: { name, namespace, uid, resourceVersion, creationTimestamp, ...(labels ? { labels } : {}) }, spec, amounts: amountsOf(spec.usage) };
}

export const recordIndexes: Readonly<Record<RecordIndex, (record: ObservedRecord) => string[]>> = {
  day: ({ metadata, spec }) => [dayKey(metadata.namespace, Date.parse(spec.completionTime))],
  worker: ({ metadata, spec }) => [workerKey(metadata.namespace, spec, Date.parse(spec.completionTime))],
};

/** What a record says of the agent whose spend it is. */
export type WorkerName = Pick<TaskRecord['spec'], 'type' | 'model'>;

/** How records are looked up, whatever holds them. */
export interface Records {
  byIndex(index: RecordIndex, value: string): ObservedRecord[];
}

/** The records of a namespace that were completed from `start`, inclusive, to `end`, exclusive. */
export function recordsBetween(records: Records, namespace: string | undefined, start: Date, end: Date): ObservedRecord[] {
  const days: string[] = [];
  for (let ms = Math.floor(start.getTime() / DAY_MS) * DAY_MS; ms < end.getTime(); ms += DAY_MS) days.push(dayKey(namespace, ms));
  return days.flatMap((day) => records.byIndex('day', day)).filter(({ spec }) => {
    const at = Date.parse(spec.completionTime);
    return at >= start.getTime() && at < end.getTime();
  });
}

/** What the newest Tasks with this agent and model have spent. */
export function samplesOf(records: Records, namespace: string | undefined, worker: WorkerName, now: Date): Amounts[] {
  const found: ObservedRecord[] = [];
  for (let day = 0; day <= DAYS_OF_SAMPLES && found.length < SAMPLES; day += 1) {
    const ofDay = records.byIndex('worker', workerKey(namespace, worker, now.getTime() - day * DAY_MS));
    found.push(...ofDay.sort((a, b) => (a.spec.completionTime < b.spec.completionTime ? 1 : -1)));
  }
  return found.slice(0, SAMPLES).map(({ amounts }) => amounts);
}

export function labelsOf({ metadata }: KubeObject): Labels {
  return metadata.labels ?? {};
}

function dayKey(namespace: string | undefined, ms: number): string {
  return `${namespace}/${Math.floor(ms / DAY_MS)}`;
}

function workerKey(namespace: string | undefined, { type, model }: WorkerName, ms: number): string {
  return `${dayKey(namespace, ms)}/${type ?? ''}/${model ?? ''}`;
}
