import { agentStatus, newestPod } from './outcome/attempts.ts';
import type { JobEnd } from './outcome/job-state.ts';
import type { ObservedPod } from './observed.ts';

/** Extra containers get this long to end by themselves after the agent did: a log shipper sends its rest. */
const GRACE_MS = 30_000;

/** A Pod whose agent has ended and whose other containers have not. Left to itself, it keeps its Job active for ever. */
export type Lingering =
  | { readonly is: 'in grace'; readonly leftMs: number }
  /** The agent succeeded, so the Task has: whatever still runs is not waited for. */
  | { readonly is: 'done'; readonly end: JobEnd }
  /** The agent failed: the Pod has to go before the Job can count it, and start another. */
  | { readonly is: 'stuck'; readonly pod: ObservedPod };

/** What to make of containers that outlive the agent; nothing when there are none. */
export function lingering(pods: readonly ObservedPod[], now: Date): Lingering | undefined {
  const pod = newestPod(pods);
  const ended = pod && agentStatus(pod)?.state?.terminated;
  if (!pod || !ended?.finishedAt || pod.status?.phase !== 'Running' || pod.metadata.deletionTimestamp) return undefined;
  const leftMs = Date.parse(ended.finishedAt) + GRACE_MS - now.getTime();
  if (leftMs > 0) return { is: 'in grace', leftMs };
  return ended.exitCode === 0 ? { is: 'done', end: { succeeded: true, at: ended.finishedAt } } : { is: 'stuck', pod };
}
