import { type ContainerState, type ContainerStatus, type Pod, type PodCondition, type PodStatus } from '../pod.ts';
import { toKubeTime } from '../../kube/time.ts';
import { type ContainerRuns, containersOf, type PodContainer, runOf } from './container-run.ts';
import type { PodPlan } from './plan-pod.ts';

export interface StatusFacts {
  readonly pod: Pod;
  /** The status so far, whose times stay where nothing changed. */
  readonly before: PodStatus | undefined;
  readonly runs: ContainerRuns;
  readonly plan: PodPlan;
  readonly startedAt: string;
  readonly ip: string;
  readonly now: Date;
}

/** The status of a Pod as the kubelet writes it. */
export function podStatus({ pod, before, runs, plan, startedAt, ip, now }: StatusFacts): PodStatus {
  const isOver = plan.phase === 'Succeeded' || plan.phase === 'Failed';
  const all = containersOf(pod.spec);
  const backOff = new Map(plan.backOff.map(({ name, delayMs }) => [name, delayMs]));
  const statusOf = (entry: PodContainer) => containerStatus(pod, entry, runs, { backOff, isOver });
  const inits = all.filter(({ role }) => role !== 'main').map(statusOf);
  const mains = all.filter(({ role }) => role === 'main').map(statusOf);
  return {
    phase: plan.phase,
    ...(plan.failure && { reason: plan.failure.reason, message: plan.failure.message }),
    conditions: conditionsOf(pod, { before, plan, mains, sidecars: inits.filter((_, index) => all[index]!.role === 'sidecar'), isOver, now }),
    hostIP: ip,
    podIP: ip,
    podIPs: [{ ip }],
    qosClass: 'BestEffort',
    startTime: startedAt,
    ...(inits.length > 0 && { initContainerStatuses: inits }),
    containerStatuses: mains,
  };
}

interface StatusContext {
  readonly backOff: ReadonlyMap<string, number>;
  readonly isOver: boolean;
}

function containerStatus(pod: Pod, { role, container }: PodContainer, runs: ContainerRuns, { backOff, isOver }: StatusContext): ContainerStatus {
  const { state, restartCount, last, imageID = '' } = runOf(runs, container.name);
  const delayMs = backOff.get(container.name);
  const isRunning = state.kind === 'running';
  const hasDoneItsPart = role === 'init' && state.kind === 'terminated' && state.terminated.exitCode === 0;
  const lastTerminated = delayMs !== undefined && state.kind === 'terminated' ? state.terminated : last;
  return {
    name: container.name,
    image: container.image ?? '',
    imageID,
    ...(isRunning || state.kind === 'terminated' ? { containerID: containerID(pod, container.name, restartCount) } : {}),
    ready: hasDoneItsPart || (isRunning && role !== 'init'),
    started: isRunning,
    restartCount,
    state: delayMs === undefined ? shownState(pod, container.name, runs, isOver) : { waiting: crashLoop(pod, container.name, delayMs) },
    lastState: lastTerminated ? { terminated: lastTerminated } : {},
  };
}

function shownState({ spec }: Pod, name: string, runs: ContainerRuns, isOver: boolean): ContainerState {
  const { state } = runOf(runs, name);
  switch (state.kind) {
    case 'running':
      return { running: { startedAt: state.startedAt } };
    case 'terminated':
      return { terminated: state.terminated };
    default: {
      if (state.problem && !isOver) return { waiting: { reason: state.problem.reason, message: state.problem.message } };
      const first = containersOf(spec)[0]!.container.name;
      return { waiting: { reason: spec.initContainers?.length && name !== first ? 'PodInitializing' : 'ContainerCreating' } };
    }
  }
}

function crashLoop({ metadata }: Pod, name: string, delayMs: number): { reason: string; message: string } {
  const delay = delayMs >= 60_000 ? `${Math.floor(delayMs / 60_000)}m${(delayMs / 1_000) % 60}s` : `${delayMs / 1_000}s`;
  return { reason: 'CrashLoopBackOff', message: `back-off ${delay} restarting failed container=${name} pod=${metadata.name}_${metadata.namespace}(${metadata.uid})` };
}

/** Names one run of one container. */
export function containerID({ metadata }: Pod, name: string, restartCount: number): string {
  return `process://${metadata.uid}/${name}/${restartCount}`;
}

interface ConditionFacts {
  readonly before: PodStatus | undefined;
  readonly plan: PodPlan;
  readonly mains: readonly ContainerStatus[];
  readonly sidecars: readonly ContainerStatus[];
  readonly isOver: boolean;
  readonly now: Date;
}

function conditionsOf({ spec, status }: Pod, { before: statusBefore, plan, mains, sidecars, isOver, now }: ConditionFacts): PodCondition[] {
  const time = toKubeTime(now);
  const unready = [...mains, ...sidecars].filter(({ ready }) => !ready).map(({ name }) => name);
  const isDone = plan.phase === 'Succeeded';
  const notYet = { reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` };
  const why = isOver ? { reason: isDone ? 'PodCompleted' : 'PodFailed' } : notYet;
  const incomplete = spec.initContainers?.map(({ name }) => name).join(' ');
  const ready = unready.length === 0 && plan.initialized && !isOver ? { status: 'True' as const } : { status: 'False' as const, ...why };
  const next: Omit<PodCondition, 'lastTransitionTime'>[] = [
    { type: 'PodReadyToStartContainers', status: isOver ? 'False' : 'True' },
    plan.initialized
      ? { type: 'Initialized', status: 'True', ...(isDone && { reason: 'PodCompleted' }) }
      : { type: 'Initialized', status: 'False', reason: 'ContainersNotInitialized', message: `containers with incomplete status: [${incomplete}]` },
    { type: 'Ready', ...ready },
    { type: 'ContainersReady', ...ready },
    { type: 'PodScheduled', status: 'True' },
  ];
  const before = new Map(statusBefore?.conditions?.map((condition) => [condition.type, condition]));
  const others = (status?.conditions ?? []).filter(({ type }) => !next.some((condition) => condition.type === type));
  return [
    ...others,
    ...next.map((condition) => {
      const old = before.get(condition.type);
      return { ...condition, lastTransitionTime: old?.status === condition.status ? (old.lastTransitionTime ?? time) : time };
    }),
  ];
}
