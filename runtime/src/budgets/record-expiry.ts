import { taskRecordResource } from '@taskwright/schema';
import { deletion, idle, type Plan } from '../kube/plan.ts';
import type { ObservedRecord } from './task-records.ts';

/** Deletes a record `ttlSecondsAfterCompletion` after its Task ended; never without it. */
export function planRecordExpiry(record: ObservedRecord, now: Date): Plan<never> {
  const { ttlSecondsAfterCompletion: ttlSeconds, completionTime } = record.spec;
  if (ttlSeconds === undefined) return idle('it sets no ttlSecondsAfterCompletion');
  const leftMs = Date.parse(completionTime) + ttlSeconds * 1_000 - now.getTime();
  return leftMs > 0 ? { requeueAfterMs: leftMs } : { writes: [deletion(taskRecordResource, record)] };
}
