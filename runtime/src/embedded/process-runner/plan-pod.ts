import type { Pod, PodPhase, PodSpec } from '../pod.ts';
import { type ContainerRuns, containersOf, isAlive, type PodContainer, runOf } from './container-run.ts';
import { restartDelayMs } from './retry-delay.ts';

export interface PodFacts {
  readonly pod: Pod;
  readonly runs: ContainerRuns;
  /** Wall time, ms. */
  readonly nowMs: number;
  /** When this machine took the Pod. */
  readonly startedAtMs: number;
  /** What ended the Pod from outside of its containers. Once set it stays. */
  readonly failure?: PodFailure;
}

export interface PodFailure {
  readonly reason: string;
  readonly message: string;
}

/** The next step of a Pod on this machine. */
export interface PodPlan {
  readonly phase: PodPhase;
  readonly failure?: PodFailure;
  /** Containers to start, or to start again. */
  readonly start: readonly string[];
  /** Containers that wait for their turn to be restarted. */
  readonly backOff: readonly { readonly name: string; readonly retryAt: number; readonly delayMs: number }[];
  /** Containers to stop, and why. */
  readonly stop: readonly string[];
  readonly stopReason?: string;
  /** Whether every init container has done its part. */
  readonly initialized: boolean;
  /** The Pod was deleted and nothing of it runs: it can go from the API. */
  readonly canGo: boolean;
  readonly wakeInMs?: number;
}

/**
 * The rules of the kubelet, without a process in sight: init containers one after the other, sidecars beside those that
 * follow, then all containers together; restarts by policy and back-off; sidecars stop last, in reverse order.
 */
export function planPod({ pod, runs, nowMs, startedAtMs, failure: before }: PodFacts): PodPlan {
  const isDeleted = pod.metadata.deletionTimestamp !== undefined;
  const deadlineMs = pod.spec.activeDeadlineSeconds === undefined ? Infinity : startedAtMs + pod.spec.activeDeadlineSeconds * 1_000;
  const failure = before ?? (nowMs >= deadlineMs && !hasEnded(pod.spec, runs) ? PAST_DEADLINE : undefined);
  const all = containersOf(pod.spec);
  const progress = initProgress(all, pod.spec, runs);

  if (isDeleted || failure !== undefined || progress.failed || mainsAreDone(pod.spec, runs)) {
    const stop = nextToStop(all, runs);
    const isOver = all.every(({ container }) => !isAlive(runOf(runs, container.name)));
    return {
      phase: isOver ? endPhase(pod.spec, runs, failure !== undefined || progress.failed) : phaseWhileAlive(pod.spec, runs),
      ...(failure && { failure }),
      start: [],
      backOff: [],
      stop,
      stopReason: failure?.message ?? (isDeleted ? 'the Pod was deleted' : 'the other containers have ended'),
      initialized: progress.done,
      canGo: isDeleted && isOver,
    };
  }

  const mains = progress.done ? all.filter(({ role }) => role === 'main') : [];
  const due = [...progress.current, ...mains].flatMap((entry) => startOf(entry, pod.spec, runs, nowMs));
  const later = due.filter(({ retryAt }) => retryAt > nowMs);
  const wakeAt = Math.min(deadlineMs, ...later.map(({ retryAt }) => retryAt));
  return {
    phase: phaseWhileAlive(pod.spec, runs),
    start: due.filter(({ retryAt }) => retryAt <= nowMs).map(({ name }) => name),
    backOff: later.filter(({ isRestart }) => isRestart),
    stop: [],
    initialized: progress.done,
    canGo: false,
    ...(Number.isFinite(wakeAt) && { wakeInMs: wakeAt - nowMs }),
  };
}

const PAST_DEADLINE: PodFailure = { reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline' };

interface InitProgress {
  /** Those that may be started now: sidecars of the past, and the one whose turn it is. */
  readonly current: readonly PodContainer[];
  readonly done: boolean;
  readonly failed: boolean;
}

function initProgress(all: readonly PodContainer[], { restartPolicy = 'Always' }: PodSpec, runs: ContainerRuns): InitProgress {
  const current: PodContainer[] = [];
  for (const entry of all) {
    if (entry.role === 'main') break;
    const { state, restartCount } = runOf(runs, entry.container.name);
    current.push(entry);
    if (entry.role === 'sidecar') {
      const hasStarted = state.kind === 'running' || restartCount > 0 || state.kind === 'terminated';
      if (!hasStarted) return { current, done: false, failed: false };
      continue;
    }
    if (state.kind !== 'terminated') return { current, done: false, failed: false };
    if (state.terminated.exitCode !== 0) return { current, done: false, failed: restartPolicy === 'Never' };
    current.pop();
  }
  return { current, done: true, failed: false };
}

interface Start {
  readonly name: string;
  readonly retryAt: number;
  readonly delayMs: number;
  readonly isRestart: boolean;
}

function startOf({ role, container: { name } }: PodContainer, { restartPolicy = 'Always' }: PodSpec, runs: ContainerRuns, nowMs: number): Start[] {
  const { state, restartCount } = runOf(runs, name);
  if (state.kind === 'waiting') return [{ name, retryAt: state.retryAt ?? nowMs, delayMs: 0, isRestart: false }];
  if (state.kind !== 'terminated') return [];
  const { exitCode, startedAt, finishedAt } = state.terminated;
  const byPolicy = restartPolicy === 'Always' || (restartPolicy === 'OnFailure' && exitCode !== 0);
  // Of init containers only one that failed comes here.
  if (role !== 'sidecar' && !byPolicy) return [];
  const delayMs = restartDelayMs(restartCount + 1, Date.parse(finishedAt) - Date.parse(startedAt));
  return [{ name, retryAt: Date.parse(finishedAt) + delayMs, delayMs, isRestart: true }];
}

/** Containers end together, sidecars afterwards and one by one. */
function nextToStop(all: readonly PodContainer[], runs: ContainerRuns): string[] {
  const alive = all.filter(({ container }) => isAlive(runOf(runs, container.name)));
  const first = alive.filter(({ role }) => role !== 'sidecar');
  return (first.length > 0 ? first : alive.slice(-1)).map(({ container }) => container.name);
}

/** Whether no container will run again by the Pod's own rules. */
export function mainsAreDone({ containers, restartPolicy = 'Always' }: PodSpec, runs: ContainerRuns): boolean {
  return containers.every(({ name }) => {
    const { state } = runOf(runs, name);
    if (state.kind !== 'terminated') return false;
    return restartPolicy === 'Never' || (restartPolicy === 'OnFailure' && state.terminated.exitCode === 0);
  });
}

function hasEnded(spec: PodSpec, runs: ContainerRuns): boolean {
  return mainsAreDone(spec, runs) || initProgress(containersOf(spec), spec, runs).failed;
}

function phaseWhileAlive({ containers }: PodSpec, runs: ContainerRuns): PodPhase {
  const hasStarted = containers.some(({ name }) => {
    const { state, restartCount } = runOf(runs, name);
    return restartCount > 0 || state.kind === 'running' || state.kind === 'terminated';
  });
  return hasStarted ? 'Running' : 'Pending';
}

function endPhase({ containers }: PodSpec, runs: ContainerRuns, hasFailed: boolean): PodPhase {
  const allWell = containers.every(({ name }) => {
    const { state } = runOf(runs, name);
    return state.kind === 'terminated' && state.terminated.exitCode === 0;
  });
  return allWell && !hasFailed ? 'Succeeded' : 'Failed';
}
