import type { Access } from '../kube/access.ts';
import { Backoff } from '../kube/backoff.ts';
import type { KubeClient } from '../kube/client.ts';
import { type Clock, sleep } from '../kube/clock.ts';
import type { Log } from '../kube/log.ts';
import type { Resource } from '../kube/object.ts';
import type { Random } from '../kube/random.ts';
import { KIND, RIGHT, rightKey, rightOfKey } from '../kube/recognized-trouble.ts';
import type { Troubles } from '../kube/troubles.ts';
import { reviewRights } from './rights.ts';
import { DEFINITION, reviewKinds } from './served-kinds.ts';

export interface ClusterReviewOptions {
  readonly client: KubeClient;
  readonly rights: readonly Access[];
  readonly kinds: readonly Resource[];
  readonly troubles: Troubles;
  readonly clock: Clock;
  readonly random: Random;
  readonly log?: Log;
}

/** Roles and definitions change while we run, seldom and without a word to us. */
const AGAIN_MS = 3_600_000;
const OF_OURS = [RIGHT, KIND, DEFINITION];

/**
 * Reviews what the cluster grants and defines at the start, every hour, and as soon as a request was refused; then, until nothing is missing,
 * after 1 s, 2 s and so on up to a minute. Resolves when the signal aborts, never rejects.
 */
export async function keepReviewing({ client, rights, kinds, troubles, clock, random, log }: ClusterReviewOptions, signal: AbortSignal): Promise<void> {
  let wait = new AbortController();
  const stopListening = troubles.onChange((key, is) => {
    if (is === 'met' && isOurs(key)) wait.abort();
  });
  const known = new Set(rights.map(rightKey));
  const backoff = new Backoff(clock, random, { baseMs: 1_000, capMs: 30_000, jitter: 1, resetAfterMs: 120_000 });
  while (!signal.aborted) {
    const met = troubles.keys.filter((key) => !known.has(key)).map(rightOfKey).filter((access) => access !== undefined);
    const reviews = await Promise.allSettled([reviewKinds(client, kinds, troubles, signal), reviewRights(client, [...rights, ...met], troubles, signal)]);
    const failures = reviews.filter((review) => review.status === 'rejected');
    for (const { reason } of failures) if (!signal.aborted) log?.debug({ err: reason }, 'the cluster could not be reviewed');
    wait = new AbortController();
    const isFine = failures.length === 0 && !troubles.keys.some(isOurs);
    await sleep(clock, isFine ? AGAIN_MS : backoff.nextMs(), isFine ? AbortSignal.any([signal, wait.signal]) : signal).catch(() => {});
  }
  stopListening();
}

function isOurs(key: string): boolean {
  return OF_OURS.some((beginning) => key.startsWith(beginning));
}
