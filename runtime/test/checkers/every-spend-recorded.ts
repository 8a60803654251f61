import { isDeepStrictEqual } from 'node:util';
import type { TaskRecord } from '@taskwright/schema';
import type { Run } from './run.ts';

/** What a Task spent is written down before the Task has ended, and stays when it is gone. */
export function everySpendRecorded({ history }: Run): string[] {
  const records = new Map(history.of('TaskRecord').map((life) => [life.name, life]));
  return history.of('Task').flatMap(({ uid, name, statuses }) => {
    const end = statuses.find(({ status }) => status.phase === 'Succeeded' || status.phase === 'Failed');
    if (!end?.status.usage) return [];
    const record = records.get(uid);
    if (!record || record.bornAt > end.at || record.goneAt !== undefined) return [`Task "${name}" ended at ${end.at}, and its record was ${record ? `there from ${record.bornAt} to ${record.goneAt ?? 'the end'}` : 'never written'}`];
    const { usage } = (record.last as TaskRecord).spec;
    return isDeepStrictEqual(usage, end.status.usage) ? [] : [`Task "${name}" spent ${JSON.stringify(end.status.usage)}, and its record says ${JSON.stringify(usage)}`];
  });
}
