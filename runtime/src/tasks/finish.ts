import type { Condition, Task, TaskFailure, TaskStatus } from '@taskwright/schema';
import { conditionOf } from '../kube/condition.ts';
import { normalEvent, warningEvent } from '../kube/plan.ts';
import { withAdmission } from './admission.ts';
import { type Attempt, attemptsOf, isAtWork, newestPod } from './outcome/attempts.ts';
import { type DeclaredOutputs, declaredOutputsOf } from './declared-outputs.ts';
import { failedAttemptsOf } from './failed-attempts.ts';
import { type FailureFacts, failureKind, failureMessage } from './outcome/failure-message.ts';
import { declaredProblem } from './outcome/declared-results.ts';
import type { JobEnd } from './outcome/job-state.ts';
import { outcomeOf } from './outcome/outcome.ts';
import { withOutputsValid } from './outputs-valid.ts';
import { totalUsage } from './outcome/usage.ts';
import { earliestStart } from './progress.ts';
import { planRetry } from './retry.ts';
import type { TaskFacts, TaskPlan } from './task-facts.ts';
import { toKubeTime } from '../kube/time.ts';
import { workerOf } from './worker.ts';
import type { ObservedJob } from './observed.ts';

/** A log that cannot be read is tried again for this long after the Job ended: a server may be away for minutes, and what it held is lost for good. */
const LOG_PATIENCE_MS = 15 * 60_000;
/** A Pod that was not seen to end is waited for this long. */
const POD_PATIENCE_MS = 30_000;
const RETRY_MS = 5_000;

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
  const sinceEndMs = now.getTime() - Date.parse(end.at ?? '');
  if (last?.unreadable && sinceEndMs < LOG_PATIENCE_MS) return { requeueAfterMs: RETRY_MS, why: `its log cannot be read yet: ${last.unreadable}` };
  // Jobs and Pods are watched apart, and a Job may be stopped before its Pod has.
  if (pods.some(isAtWork) && sinceEndMs < POD_PATIENCE_MS) return { requeueAfterMs: RETRY_MS, why: 'its Pod was not seen to end yet' };

  const declared = declaredOutputsOf(task);
  const { failed, message } = end.succeeded ? verdict(task, last, declared) : failureOf({ job, end, attempt: last, lastMessage: task.status?.message, hasOutputs: declared !== undefined, wasRunning: task.status?.phase === 'Running' });
  const outcome = outcomeOf(attempts, failed ? undefined : declared);
  const retry = failed && planRetry({ task, kind: failed, message, endedAt, usage: outcome.usage });
  if (retry) return retry;
  const usage = totalUsage([...failedAttemptsOf(task).map((attempt) => attempt.usage), outcome.usage]);
  const startTime = task.status?.startTime ?? earliestStart(pods);
  const podName = newestPod(pods)?.metadata.name;
  const { podName: _podName, ...before } = task.status ?? {};
  const status: TaskStatus = {
    ...before,
    ...outcome,
    ...(usage ? { usage } : {}),
    phase: failed ? 'Failed' : 'Succeeded',
    message,
    jobName: job.metadata.name!,
    ...(podName === undefined ? {} : { podName }),
    ...(startTime === undefined ? {} : { startTime }),
    completionTime: endedAt,
    conditions: withOutputsValid([...withAdmission(task, 'Admitted', `Job "${job.metadata.name}" was created`, now), ...(failed === 'Limit' ? [limitReached(task, message, now)] : [])], { task, declared, failed, message, now }),
  };
  return { status, events: finishEvents(!failed, message, outcome) };
}

/** That it was stopped for what it spent is something a program may act on: raise the limit, and not look for a mistake. */
function limitReached(task: Task, message: string, now: Date): Condition {
  return conditionOf(task, { type: 'LimitReached', status: 'True', reason: 'SpendLimitReached', message }, now);
}

interface Verdict {
  /** Left out: nothing did. */
  readonly failed?: TaskFailure;
  readonly message: string;
}

function failureOf(facts: FailureFacts): Verdict {
  return { failed: failureKind(facts), message: failureMessage(facts) };
}

/** What becomes of a Task whose Job succeeded. */
function verdict(task: Task, last: Attempt | undefined, declared: DeclaredOutputs | undefined): Verdict {
  // Our own agent images always leave a result; a custom one may have none to leave.
  const leftNothing = last?.pod !== undefined && !last.result && !last.unreadable;
  if (leftNothing && workerOf(task).image === undefined) return { failed: 'Agent', message: 'Agent exited with code 0 and left no result' };
  const problem = declared && declaredProblem(last?.result, declared);
  if (problem !== undefined) return { failed: 'OutputInvalid', message: problem };
  const remark = leftNothing ? '; the agent left no result' : last?.unreadable ? '; its log could not be read' : '';
  return { message: `Task completed successfully${remark}` };
}

function finishEvents(succeeded: boolean, message: string, { outputs = [], results = {} }: Pick<TaskStatus, 'outputs' | 'results'>) {
  const captured = outputs.length > 0 || Object.keys(results).length > 0;
  return [
    succeeded ? normalEvent('TaskSucceeded', message) : warningEvent('TaskFailed', message),
    ...(captured ? [normalEvent('OutputsCaptured', `Captured ${outputs.length} outputs and ${Object.keys(results).length} results from agent`)] : []),
  ];
}
