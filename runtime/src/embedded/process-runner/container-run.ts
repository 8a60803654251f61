import type { Container, PodSpec, Terminated } from '../pod.ts';

/** What is known on this machine of one container of a Pod. Data: it is written to disk, and the rules read it. */
export interface ContainerRun {
  readonly restartCount: number;
  readonly state: RunState;
  /** How the run before this one ended. */
  readonly last?: Terminated;
  /** How the name of the image was understood. */
  readonly imageID?: string;
}

export type RunState =
  /** Not started. `retryAt` (wall time, ms): not before then; `problem`: why it could not be started. */
  | { readonly kind: 'waiting'; readonly problem?: Problem; readonly retryAt?: number }
  /** Its image, volumes and variables are being got; `problem`: why that failed before. With `launchedAt` it may run already. */
  | { readonly kind: 'starting'; readonly problem?: Problem; readonly launchedAt?: string }
  | { readonly kind: 'running'; readonly startedAt: string; readonly pid?: number; readonly processBegan?: string }
  | { readonly kind: 'terminated'; readonly terminated: Terminated };

export interface Problem {
  readonly reason: 'ErrImagePull' | 'ImagePullBackOff' | 'CreateContainerConfigError' | 'CreateContainerError' | 'CrashLoopBackOff' | 'ContainerCreating';
  readonly message?: string;
  /** How often it was tried in vain. */
  readonly failures: number;
}

export type ContainerRole = 'init' | 'sidecar' | 'main';

export interface PodContainer {
  readonly role: ContainerRole;
  readonly container: Container;
}

/** All containers of a Pod, in the order in which they may start. */
export function containersOf({ initContainers = [], containers }: PodSpec): PodContainer[] {
  return [
    ...initContainers.map((container): PodContainer => ({ role: container.restartPolicy === 'Always' ? 'sidecar' : 'init', container })),
    ...containers.map((container): PodContainer => ({ role: 'main', container })),
  ];
}

export type ContainerRuns = ReadonlyMap<string, ContainerRun>;

const NEVER_RUN: ContainerRun = { restartCount: 0, state: { kind: 'waiting' } };

export function runOf(runs: ContainerRuns, name: string): ContainerRun {
  return runs.get(name) ?? NEVER_RUN;
}

export function isAlive({ state }: ContainerRun): boolean {
  return state.kind === 'running' || state.kind === 'starting';
}
