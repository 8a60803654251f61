import { type Task, type TaskRecord, taskRecordResource, type TaskStatus } from '@taskwright/schema';
import { creation, type Write } from '../kube/plan.ts';
import { budgetedLabelsOf, hasSnapshot } from './budgeted-labels.ts';
import { isFinished } from './phase.ts';
import type { TaskFacts, TaskPlan } from './task-facts.ts';
import { workerOf } from './worker.ts';

/** How long a record is kept, as in the reference: 30 days. */
const TTL_SECONDS = 2_592_000;

/**
 * Lets the record of a Task be written before its end is: a Task that has ended has been counted, whoever dies when, and may be deleted.
 *
 * The record is named after the Task's uid, so there is one for ever, and nothing owns it. A Task that spent nothing gets one only if it ran
 * under a budget: that it spent nothing tells what the next one like it will spend.
 */
export function recordFirst(facts: Pick<TaskFacts, 'task' | 'hasRecord'>, plan: TaskPlan): TaskPlan {
  const { task, hasRecord } = facts;
  const { status } = plan;
  if (hasRecord || !status || isFinished(task) || !isFinished({ ...task, status })) return plan;
  const writes = recordWrites(task, status);
  return writes.length > 0 ? { writes, why: 'what it spent is written down first' } : plan;
}

/** The record of a Task that ended under an operator that wrote none. One that would have expired is not written again. */
export function planMissingRecord({ task, hasRecord, now }: Pick<TaskFacts, 'task' | 'hasRecord' | 'now'>): TaskPlan | undefined {
  const { status } = task;
  if (hasRecord || !status?.usage || !status.completionTime) return undefined;
  if (Date.parse(status.completionTime) + TTL_SECONDS * 1_000 <= now.getTime()) return undefined;
  return { writes: recordWrites(task, status) };
}

/** What a Task has spent, if it has spent anything, as a write that can be repeated. */
export function recordWrites(task: Task, status: TaskStatus): Write[] {
  const { phase, startTime, completionTime, usage } = status;
  if (!completionTime || (!usage && !(startTime && hasSnapshot(task)))) return [];
  const { type, model } = workerOf(task);
  const { name, namespace, uid } = task.metadata;
  const record: TaskRecord = {
    metadata: { name: uid!, namespace, labels: { ...budgetedLabelsOf(task) } },
    spec: {
      taskRef: { name: name!, uid: uid! },
      ...(type ? { type } : {}),
      ...(model ? { model } : {}),
      phase: phase === 'Succeeded' ? 'Succeeded' : 'Failed',
      ...(startTime ? { startTime } : {}),
      completionTime,
      ...(usage ? { usage } : {}),
      ttlSecondsAfterCompletion: TTL_SECONDS,
    },
  };
  return [creation(taskRecordResource, record)];
}
