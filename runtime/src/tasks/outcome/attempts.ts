import { type Task, taskResource } from '@taskwright/schema';
import type { ContainerStateTerminated, ContainerStatus } from '@taskwright/schema/kubernetes';
import type { Write } from '../../kube/plan.ts';
import type { LogReading } from './log-result.ts';
import { AGENT_CONTAINER, PREPARE_CONTAINER } from '../pod/paths.ts';
import { type AgentResult, parseTerminationMessage, splitResults } from './result-lines.ts';
import type { ObservedPod } from '../observed.ts';

/** One Pod of a Task's Job: one time the agent was started. */
export interface Attempt {
  readonly uid: string;
  readonly podName: string;
  /** Left out for an attempt whose Pod is gone. */
  readonly pod?: ObservedPod;
  /** How the agent ended. Left out: nobody saw it end. */
  readonly ended?: Pick<ContainerStateTerminated, 'exitCode' | 'signal' | 'reason'>;
  /** Left out: it left none. */
  readonly result?: AgentResult;
  /** Why the log, which may hold a result, could not be read. */
  readonly unreadable?: string;
}

/** What a deletion sends to the agent: SIGTERM, and SIGKILL when that did not help. */
const EXIT_CODES_OF_DELETION = [137, 143];

/** Where the ends of Pods are kept that went before the Job ended: by deadline, eviction or drain. */
export const ENDED_ATTEMPTS = 'taskwright.dev/ended-attempts';
/** An annotation is meant to be small: this many messages of 4 KiB. */
const MOST_KEPT = 16;

interface KeptAttempt {
  readonly podName: string;
  readonly message: string;
  readonly exitCode?: number;
}

/** All attempts that are known of, the oldest first. */
export function attemptsOf(task: Task, pods: readonly ObservedPod[], logs: ReadonlyMap<string, LogReading>): Attempt[] {
  const live = new Set(pods.map(({ metadata }) => metadata.uid));
  const gone = Object.entries(keptAttempts(task)).filter(([uid]) => !live.has(uid));
  return [
    ...gone.map(([uid, { podName, message, exitCode }]): Attempt => ({
      uid, podName, ...(exitCode === undefined ? {} : { ended: { exitCode } }), result: parseTerminationMessage(message),
    })),
    ...oldestFirst(pods).map((pod): Attempt => ({ uid: pod.metadata.uid!, podName: pod.metadata.name!, pod, ended: agentStatus(pod)?.state?.terminated, ...resultOf(pod, logs) })),
  ];
}

/**
 * Keeps what a Pod left whose days are numbered while its Job goes on, so that its spend is counted though it is gone
 * when the Job ends. One write per such Pod; nothing in the life of most Tasks.
 */
export function keepEndedAttempts(task: Task, pods: readonly ObservedPod[]): Write[] {
  const kept = keptAttempts(task);
  const added = pods.flatMap((pod): [string, KeptAttempt][] => {
    const ended = agentStatus(pod)?.state?.terminated;
    const { uid, name, deletionTimestamp } = pod.metadata!;
    // A kubelet that stops a Pod before its agent was created reports an end without a start: nothing was left.
    return deletionTimestamp && ended?.startedAt && !(uid! in kept) ? [[uid!, { podName: name!, message: ended.message ?? '', exitCode: ended.exitCode }]] : [];
  });
  if (added.length === 0) return [];
  const value = JSON.stringify(Object.fromEntries([...Object.entries(kept), ...added].slice(-MOST_KEPT)));
  return [{ verb: 'mergePatch', resource: taskResource, target: task, patch: { metadata: { uid: task.metadata.uid, annotations: { [ENDED_ATTEMPTS]: value } } } }];
}

/** The Pods whose log must be read, since their termination message does not tell all: custom agents, and long answers. */
export function podsToRead(pods: readonly ObservedPod[]): ObservedPod[] {
  return pods.filter((pod) => {
    const ended = agentStatus(pod)?.state?.terminated;
    if (!ended) return false;
    const result = parseTerminationMessage(ended.message);
    return !result || result.truncated || result.lines.length === 0;
  });
}

/** The agent, or what prepares its workspace, was not seen to end. */
export function isAtWork(pod: ObservedPod): boolean {
  const preparation = pod.status?.initContainerStatuses?.find(({ name }) => name === PREPARE_CONTAINER);
  return [preparation, agentStatus(pod)].some((container) => container?.state?.running !== undefined);
}

/** Its agent has not been seen to end, though it may not have started yet. */
export function mayPush(pod: ObservedPod): boolean {
  const isOver = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
  return !isOver && agentStatus(pod)?.state?.terminated === undefined;
}

/** Somebody deleted its Pod while its agent was at work, and did not after the agent had ended by itself. */
export function wasDeleted({ pod, ended }: Attempt): boolean {
  const isGone = !pod || pod.metadata.deletionTimestamp !== undefined;
  return isGone && (!ended || EXIT_CODES_OF_DELETION.includes(ended.exitCode));
}

export function newestPod(pods: readonly ObservedPod[]): ObservedPod | undefined {
  return oldestFirst(pods).at(-1);
}

/** The state of the agent's container; nothing before the kubelet reported one. */
export function agentStatus({ status }: ObservedPod): ContainerStatus | undefined {
  return status?.containerStatuses?.find(({ name }) => name === AGENT_CONTAINER);
}

function resultOf(pod: ObservedPod, logs: ReadonlyMap<string, LogReading>): Pick<Attempt, 'result' | 'unreadable'> {
  const message = parseTerminationMessage(agentStatus(pod)?.state?.terminated?.message);
  const log = logs.get(pod.metadata.uid!);
  if (log && 'unreadable' in log) return { ...(message ? { result: message } : {}), unreadable: log.unreadable };
  if (!log?.lines) return message ? { result: { ...message, ...splitResults(message.lines) } } : {};
  const { truncated: _, ...told } = message ?? {};
  return { result: { ...told, ...splitResults(log.lines) } };
}

function oldestFirst(pods: readonly ObservedPod[]): ObservedPod[] {
  const rank = ({ metadata }: ObservedPod) => `${metadata.creationTimestamp ?? ''} ${metadata.name}`;
  return [...pods].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

/** What a hand or another program wrote there counts as nothing kept. */
function keptAttempts({ metadata }: Task): Readonly<Record<string, KeptAttempt>> {
  try {
    return JSON.parse(metadata.annotations?.[ENDED_ATTEMPTS] ?? '{}') ?? {};
  } catch {
    return {};
  }
}
