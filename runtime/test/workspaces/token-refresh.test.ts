import type { TaskStatus } from '@taskwright/schema';
import { secretResource } from '@taskwright/schema/kubernetes';
import { expect, test } from 'vitest';
import type { Plan } from '../../src/kube/plan.ts';
import type { TokenState } from '../../src/workspaces/installation-tokens.ts';
import { isDue, planRefresh } from '../../src/workspaces/token-refresh.ts';
import { tokenSecret } from '../../src/workspaces/token-secret.ts';
import { aTask, now } from '../tasks/task-fixtures.ts';

const inMinutes = (minutes: number) => new Date(now.getTime() + minutes * 60_000);

function aSecret(expiresAt: Date, annotations?: Record<string, string>) {
  const { metadata } = tokenSecret({
    metadata: { name: 'fix-github-token', namespace: 'dev', uid: 'secret-uid', resourceVersion: '3' },
    token: 'ghs_old', expiresAt, appSecretName: 'bot', scope: { apiUrl: 'https://api.github.com', repositories: ['shop'] },
  });
  return { metadata: { ...metadata, ...(annotations && { annotations }) } };
}

interface Row {
  it: string;
  secret?: ReturnType<typeof aSecret>;
  status?: TaskStatus;
  isGone?: true;
  token?: TokenState;
  due: boolean;
  plan: Plan;
}

const failed = (problem: string) => [{ type: 'Warning' as const, reason: 'GitHubTokenRefreshFailed', message: `Failed to refresh GitHub App installation token: ${problem}` }];
const ready: TokenState = { is: 'ready', token: 'ghs_new', expiresAt: inMinutes(60) };
const secret = aSecret(inMinutes(10));

test.each<Row>([
  { it: 'waits until ten minutes before its end', secret: aSecret(inMinutes(60)), due: false, plan: { requeueAfterMs: 50 * 60_000 } },
  { it: 'waits out the second that is left', secret: aSecret(new Date(inMinutes(10).getTime() + 1_000)), due: false, plan: { requeueAfterMs: 1_000 } },
  { it: 'is asked for anew on the very second', token: { is: 'pending' }, due: true, plan: { why: 'GitHub has been asked' } },
  { it: 'is left alone when its Task is gone', isGone: true, due: false, plan: { why: 'no Task runs with it' } },
  { it: 'is left alone when its Task has finished', status: { phase: 'Succeeded' }, due: false, plan: { why: 'no Task runs with it' } },
  {
    it: 'is replaced, together with the time at which it ends', token: ready, due: true,
    plan: {
      writes: [{
        verb: 'mergePatch', resource: secretResource, target: secret,
        patch: { metadata: { annotations: { 'kelos.dev/token-expires-at': '2026-01-01T01:10:00Z' } }, data: { GITHUB_TOKEN: Buffer.from('ghs_new').toString('base64') } },
      }],
      events: [{ type: 'Normal', reason: 'GitHubTokenRefreshed', message: 'Refreshed GitHub App installation token (expires at 2026-01-01T01:10:00Z)' }],
      requeueAfterMs: 50 * 60_000,
    },
  },
  {
    it: 'that lives for a minute is not renewed without a pause', token: { ...ready, expiresAt: inMinutes(1) }, due: true,
    plan: expect.objectContaining({ requeueAfterMs: 30_000 }) as Plan,
  },
  {
    it: 'says what is in the way, and tries again when GitHub allows', token: { is: 'refused', problem: 'the installation of the App is suspended', retryAfterMs: 60_000 }, due: true,
    plan: { events: failed('Secret "bot": the installation of the App is suspended'), requeueAfterMs: 60_000 },
  },
  {
    it: 'says that the App is gone', due: true,
    plan: { events: failed('Secret "bot" is gone, or no longer holds appID, installationID and privateKey; put them back'), requeueAfterMs: 30_000 },
  },
  {
    it: 'says that nobody knows how it was asked for', secret: aSecret(inMinutes(1), {}), due: true,
    plan: { events: failed('the annotations of its Secret are gone; delete the Task and create it again'), requeueAfterMs: 30_000 },
  },
])('a token $it', ({ secret: its = secret, status = { phase: 'Running' }, isGone, token, due, plan }) => {
  const facts = { secret: its, ...(isGone ? {} : { task: aTask({ status }) }), now };
  expect(isDue(facts)).toBe(due);
  expect(planRefresh({ ...facts, ...(token && { token }) })).toEqual(plan);
});
