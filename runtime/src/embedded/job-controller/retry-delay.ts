import type { Pod } from '../pod.ts';

/** The documented back-off of a Job: 10 s, 20 s, 40 s … and never more than six minutes. */
const FIRST_DELAY_MS = 10_000;
const LONGEST_DELAY_MS = 360_000;

export interface FinishedPods {
  readonly succeeded: readonly Pod[];
  readonly failed: readonly Pod[];
  /** Every failure that was ever counted, also of Pods that are gone. */
  readonly failures: number;
}

/** How long the next Pod has to wait, from the last failure on. A success in between starts the series again. */
export function retryDelayMs({ succeeded, failed, failures }: FinishedPods, now: Date): number {
  const lastFailureMs = Math.max(...failed.map(finishedAtMs));
  if (failed.length === 0 || !Number.isFinite(lastFailureMs)) return 0;
  const lastSuccessMs = Math.max(...succeeded.map(finishedAtMs));
  const inSeries = succeeded.length === 0 ? Math.max(failures, failed.length) : failed.filter((pod) => finishedAtMs(pod) > lastSuccessMs).length;
  if (inSeries === 0) return 0;
  const delayMs = Math.min(FIRST_DELAY_MS * 2 ** (inSeries - 1), LONGEST_DELAY_MS);
  return Math.max(lastFailureMs + delayMs - now.getTime(), 0);
}

/** When the last container ended; of a Pod that ended without running one, when it stopped being ready or was deleted. */
function finishedAtMs({ metadata, status }: Pod): number {
  const ends = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].flatMap(({ state }) => state.terminated?.finishedAt ?? []);
  const notReady = status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime;
  const times = ends.length > 0 ? ends : [notReady ?? metadata.deletionTimestamp ?? metadata.creationTimestamp ?? ''];
  return Math.max(...times.map((time) => Date.parse(time)));
}
