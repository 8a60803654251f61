import { type Task } from '@taskwright/schema';
import { secretResource } from '@taskwright/schema/kubernetes';
import { idle, normalEvent, type Plan, warningEvent } from '../kube/plan.ts';
import { toKubeTime } from '../kube/time.ts';
import { isFinished } from '../tasks/phase.ts';
import type { TokenState } from './installation-tokens.ts';
import { expiresAtMs, type ObservedTokenSecret, originOf, tokenPatch } from './token-secret.ts';

/** A kubelet shows a change of a Secret within two minutes; the rest is for a GitHub that is away. */
const MARGIN_MS = 10 * 60_000;
/** Between two looks at a token that was made to be short, or cannot be renewed. */
const SHORTEST_WAIT_MS = 30_000;

export interface RefreshFacts {
  readonly secret: ObservedTokenSecret;
  /** The Task that controls the Secret; nothing when it is gone. */
  readonly task?: Task;
  /** Known once the token is due, and the Secret that it came from still holds an App. */
  readonly token?: TokenState;
  readonly now: Date;
}

/** Whether a new token has to be asked for. */
export function isDue({ secret, task, now }: Omit<RefreshFacts, 'token'>): boolean {
  return task !== undefined && !isFinished(task) && dueInMs(secret, now) <= 0;
}

/**
 * Renews the token of a Task ten minutes before it ends, for as long as the Task runs: the kubelet brings it into the file that git and `gh` read.
 *
 * What is in the way becomes an event of the Task, and is tried again; until then the agent goes on with the token it has.
 */
export function planRefresh({ secret, task, token, now }: RefreshFacts): Plan {
  if (!task || isFinished(task)) return idle('no Task runs with it');
  const leftMs = dueInMs(secret, now);
  if (leftMs > 0) return { requeueAfterMs: leftMs };
  const origin = originOf(secret);
  if (!origin) return failure('the annotations of its Secret are gone; delete the Task and create it again');
  if (!token) return failure(`Secret "${origin.appSecretName}" is gone, or no longer holds appID, installationID and privateKey; put them back`);
  switch (token.is) {
    case 'pending':
      return idle('GitHub has been asked');
    case 'refused':
      return failure(`Secret "${origin.appSecretName}": ${token.problem}`, token.retryAfterMs);
    case 'ready':
      return {
        writes: [{ verb: 'mergePatch', resource: secretResource, target: secret, patch: tokenPatch(token.token, token.expiresAt) }],
        events: [normalEvent('GitHubTokenRefreshed', `Refreshed GitHub App installation token (expires at ${toKubeTime(token.expiresAt)})`)],
        requeueAfterMs: Math.max(token.expiresAt.getTime() - MARGIN_MS - now.getTime(), SHORTEST_WAIT_MS),
      };
  }
}

function dueInMs(secret: ObservedTokenSecret, now: Date): number {
  return (expiresAtMs(secret) ?? 0) - MARGIN_MS - now.getTime();
}

function failure(problem: string, retryAfterMs = 0): Plan {
  return {
    events: [warningEvent('GitHubTokenRefreshFailed', `Failed to refresh GitHub App installation token: ${problem}`)],
    requeueAfterMs: Math.max(retryAfterMs, SHORTEST_WAIT_MS),
  };
}
