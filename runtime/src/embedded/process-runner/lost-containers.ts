import { type Pod, type Terminated } from '../pod.ts';
import { toKubeTime } from '../../kube/time.ts';
import type { ContainerRun } from './container-run.ts';
import type { PodRecord } from './pod-directory.ts';

/** 128 + SIGKILL: what the kubelet reports for a container whose end it did not see. */
const UNKNOWN_EXIT_CODE = 137;

/**
 * The containers of a Pod when the engine starts again. How one that was running ended cannot be known, since its output went
 * nowhere from then on: it is declared lost. None is started a second time.
 */
export function declareLost({ runs }: Pick<PodRecord, 'runs'>, now: Date): Map<string, ContainerRun> {
  return new Map(
    Object.entries(runs).map(([name, run]) => {
      if (run.state.kind !== 'running') return [name, run];
      return [name, { ...run, state: { kind: 'terminated', terminated: unknownEnd(run.state.startedAt, now) } }];
    }),
  );
}

/** What the API says of a Pod whose record is gone: what has run does not run again, how it ended is lost. */
export function runsInStatus({ status = {} }: Pod, now: Date): Map<string, ContainerRun> {
  const runs = new Map<string, ContainerRun>();
  for (const { name, restartCount, state, lastState } of [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]) {
    const terminated = state.terminated ?? (state.running && unknownEnd(state.running.startedAt, now));
    if (terminated === undefined) continue;
    runs.set(name, { restartCount, ...(lastState.terminated && { last: lastState.terminated }), state: { kind: 'terminated', terminated } });
  }
  return runs;
}

function unknownEnd(startedAt: string, now: Date): Terminated {
  return {
    exitCode: UNKNOWN_EXIT_CODE,
    reason: 'ContainerStatusUnknown',
    message: 'The engine was stopped while this container was running, and how it ended is not known',
    startedAt,
    finishedAt: toKubeTime(now),
  };
}
