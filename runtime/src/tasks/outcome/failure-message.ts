import { constants } from 'node:os';
import type { TaskFailure } from '@taskwright/schema';
import type { ContainerStateTerminated } from '@taskwright/schema/kubernetes';
import { agentStatus, type Attempt, wasDeleted } from './attempts.ts';
import { cleanText } from './clean-text.ts';
import type { JobEnd } from './job-state.ts';
import { pendingReason } from './pending-reason.ts';
import { OUTPUT_INVALID_EXIT_CODE } from '../../agent/result.ts';
import { PREPARE_CONTAINER } from '../pod/paths.ts';
import { parseTerminationMessage } from './result-lines.ts';
import type { ObservedJob, ObservedPod } from '../observed.ts';

export interface FailureFacts {
  readonly job: ObservedJob;
  readonly end: JobEnd & { readonly succeeded: false };
  /** The last attempt, if any Pod was ever seen. */
  readonly attempt?: Attempt;
  /** What the Task said was in the way of its Pod. */
  readonly lastMessage?: string;
  /** The Task declares outputs. */
  readonly hasOutputs?: boolean;
  /** The Task was seen running. */
  readonly wasRunning: boolean;
}

/**
 * Names the cause of a failure, as near to its root as anything tells: who stopped the Pod, what went wrong before the agent,
 * what the agent says itself, and only then how its process ended.
 */
export function failureMessage(facts: FailureFacts): string {
  const { attempt, end } = facts;
  return (
    deadlineCause(facts) ??
    (attempt?.pod && podCause(attempt.pod)) ??
    deletionCause(facts) ??
    (attempt && agentCause(attempt)) ??
    (attempt?.pod && pendingReason(attempt.pod)) ??
    (end.message ? `Job failed: ${cleanText(end.message)}` : 'Job failed without saying why')
  );
}

/** `Stopped`: by a drain, an eviction or a hand, and through no fault of the agent. `OutputInvalid`: it did its work, and left something else than the Task declares. */
export function failureKind(facts: FailureFacts): TaskFailure {
  const { attempt, hasOutputs } = facts;
  if (deadlineCause(facts) !== undefined) return 'Deadline';
  if (attempt?.pod?.status?.reason) return 'Stopped';
  if (attempt?.pod && podCause(attempt.pod) !== undefined) return 'Preparation';
  if (deletionCause(facts) !== undefined) return 'Stopped';
  if (hasOutputs && attempt?.ended?.exitCode === OUTPUT_INVALID_EXIT_CODE) return 'OutputInvalid';
  return attempt?.result?.reason ?? 'Agent';
}

function deadlineCause({ job, end, attempt, lastMessage }: FailureFacts): string | undefined {
  if (end.reason !== 'DeadlineExceeded') return undefined;
  const seconds = job.spec?.activeDeadlineSeconds;
  const started = attempt?.pod && agentStatus(attempt.pod)?.state?.terminated?.startedAt;
  const before = (attempt?.pod && pendingReason(attempt.pod)) ?? (started ? undefined : lastMessage);
  return `Stopped after its activeDeadlineSeconds of ${seconds}${before ? `: ${before}` : ''}`;
}

/** A Job only knows that its Pod failed, and an agent only that it had to stop. A Pod that left no trace was deleted, too. */
function deletionCause({ attempt, end, wasRunning }: FailureFacts): string | undefined {
  if (attempt ? !wasDeleted(attempt) : !wasRunning) return undefined;
  const said = attempt?.result?.error ?? end.message;
  return `Pod ${attempt ? `"${attempt.podName}" ` : ''}was deleted${said ? `: ${cleanText(said)}` : ''}`;
}

function podCause({ status }: ObservedPod): string | undefined {
  if (status?.reason) return `Pod was stopped: ${cleanText(`${status.reason}${status.message ? `, ${status.message}` : ''}`)}`;
  for (const { name, state } of status?.initContainerStatuses ?? []) {
    const ended = state?.terminated;
    if (!ended || ended.exitCode === 0) continue;
    if (name !== PREPARE_CONTAINER) return `Init container "${name}" ${howItEnded(ended)}`;
    return `Workspace could not be prepared: ${ownWords(ended) ?? `${PREPARE_CONTAINER} ${howItEnded(ended)}`}`;
  }
  return undefined;
}

function agentCause({ ended, result, unreadable }: Attempt): string | undefined {
  if (ended?.reason === 'OOMKilled') return 'Agent ran out of memory (OOMKilled); raise podOverrides.resources.limits.memory';
  if (result?.error) return `Agent failed: ${cleanText(result.error)}`;
  if (!ended || ended.exitCode === 0) return undefined;
  const nothing = result || unreadable ? '' : ' and left no result';
  return `Agent ${howItEnded(ended)}${nothing}`;
}

/** The words a program of ours left, or the last of its log, which Kubernetes keeps when it left none. */
function ownWords(ended: ContainerStateTerminated): string | undefined {
  const result = parseTerminationMessage(ended.message);
  const words = result?.error ?? ended.message;
  return words ? cleanText(words.trim().split('\n').slice(-3).join(' ')) : undefined;
}

function howItEnded({ exitCode, signal = exitCode > 128 ? exitCode - 128 : 0, reason }: NonNullable<Attempt['ended']>): string {
  if (reason === 'OOMKilled') return 'ran out of memory (OOMKilled)';
  const name = Object.entries(constants.signals).find(([, number]) => number === signal)?.[0];
  return name ? `was killed by signal ${signal} (${name})` : `exited with code ${exitCode}`;
}
