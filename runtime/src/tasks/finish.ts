import type { Task, TaskStatus } from '@taskwright/schema';
import { normalEvent, warningEvent } from '../kube/plan.ts';
import { withAdmission } from './admission.ts';
import { type Attempt, attemptsOf, newestPod } from './outcome/attempts.ts';
import { failureMessage } from './outcome/failure-message.ts';
import type { JobEnd } from './outcome/job-state.ts';
import { outcomeOf } from './outcome/outcome.ts';
import { earliestStart } from './progress.ts';
import type { TaskFacts, TaskPlan } from './task-facts.ts';
import { toKubeTime } from '../kube/time.ts';
import { workerOf } from './worker.ts';
import type { ObservedJob } from './observed.ts';

/** A log that cannot be read is tried again for this long after the Job ended: a node may be away for a moment. */
const LOG_PATIENCE_MS = 30_000;
const LOG_RETRY_MS = 5_000;

export interface FinishFacts extends Pick<TaskFacts, 'task' | 'pods' | 'logs' | 'now'> {
  readonly job: ObservedJob;
  readonly end: JobEnd;
}

/**
 * Ends a Task whose Job, or whose agent, ended: phase, times and all that its agents left are one write, so that a finished Task has nothing
 * left to be captured, and whoever sees it finished sees its results.
 */
export function planFinish({ task, job, end, pods, logs, now }: FinishFacts): TaskPlan {
  const attempts = attemptsOf(task, pods, logs);
  const last = attempts.at(-1);
  const endedAt = end.at ?? toKubeTime(now);
  if (last?.unreadable && now.getTime() - Date.parse(endedAt) < LOG_PATIENCE_MS) {
    return { requeueAfterMs: LOG_RETRY_MS, why: `its log cannot be read yet: ${last.unreadable}` };
  }

  const { succeeded, message } = verdict(task, job, end, last);
  const outcome = outcomeOf(attempts);
  const startTime = task.status?.startTime ?? earliestStart(pods);
  const podName = newestPod(pods)?.metadata.name;
  const { podName: _podName, ...before } = task.status ?? {};
  const status: TaskStatus = {
    ...before,
    ...outcome,
    phase: succeeded ? 'Succeeded' : 'Failed',
    message,
    jobName: job.metadata.name!,
    ...(podName === undefined ? {} : { podName }),
    ...(startTime === undefined ? {} : { startTime }),
    completionTime: endedAt,
    conditions: withAdmission(task, 'Admitted', `Job "${job.metadata.name}" was created`, now),
  };
  return { status, events: finishEvents(succeeded, message, outcome) };
}

function verdict(task: Task, job: ObservedJob, end: JobEnd, last: Attempt | undefined): { succeeded: boolean; message: string } {
  if (!end.succeeded) return { succeeded: false, message: failureMessage({ job, end, attempt: last, lastMessage: task.status?.message }) };
  // Our own agent images always leave a result; a custom one may have none to leave.
  const mustHaveResult = workerOf(task).image === undefined && last?.pod !== undefined;
  if (mustHaveResult && !last?.result && !last?.unreadable) return { succeeded: false, message: 'Agent exited with code 0 and left no result' };
  return { succeeded: true, message: `Task completed successfully${last?.unreadable ? '; its log could not be read' : ''}` };
}

function finishEvents(succeeded: boolean, message: string, { outputs = [], results = {} }: Pick<TaskStatus, 'outputs' | 'results'>) {
  const captured = outputs.length > 0 || Object.keys(results).length > 0;
  return [
    succeeded ? normalEvent('TaskSucceeded', message) : warningEvent('TaskFailed', message),
    ...(captured ? [normalEvent('OutputsCaptured', `Captured ${outputs.length} outputs and ${Object.keys(results).length} results from agent`)] : []),
  ];
}
