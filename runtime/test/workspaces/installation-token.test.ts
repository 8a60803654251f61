import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import type { Clock } from '../../src/kube/clock.ts';
import { type GitHubApp, readGitHubApp } from '../../src/workspaces/github-app.ts';
import { requestInstallationToken, type TokenError } from '../../src/workspaces/installation-token.ts';
import { aGitHub, appData } from './app-fixture.ts';

const scope = { apiUrl: 'https://api.github.com', repositories: ['shop'] };
const app = readGitHubApp(appData) as GitHubApp;
const shifted = (clock: Clock, ms: number): Clock => ({ now: () => new Date(clock.now().getTime() + ms), elapsed: () => clock.elapsed(), after: (...timer) => clock.after(...timer) });
const answer = (status: number, body: unknown, headers: Record<string, string> = {}) => () =>
  new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });

async function problemOf(promise: Promise<unknown>): Promise<Pick<TokenError, 'message' | 'retryAfterMs'>> {
  const error = await promise.then(() => expect.fail('there is a token'), (reason: TokenError) => reason);
  expect(error.name).toBe('TokenError');
  return { message: error.message, retryAfterMs: error.retryAfterMs };
}

test('a token reaches the repositories that were named, and lives an hour', async () => {
  const clock = new VirtualClock();
  const github = aGitHub(clock);
  const token = await requestInstallationToken(app, scope, { clock, fetch: github.fetch });
  expect(github.issued).toMatchObject([{ token: token.token, installationId: '23', repositories: ['shop'] }]);
  expect(token).toMatchObject({ lifetimeMs: 3_600_000, expiresAtMs: clock.now().getTime() + 3_600_000 });
});

test('GitHub Enterprise is asked under /api/v3 of its host', async () => {
  const clock = new VirtualClock();
  const apiUrl = 'https://ghe.acme.internal:8443/api/v3';
  const github = aGitHub(clock, {}, { apiUrl });
  await requestInstallationToken(app, { ...scope, apiUrl }, { clock, fetch: github.fetch });
  expect(github.requests).toEqual([`POST ${apiUrl}/app/installations/23/access_tokens`]);
});

test.each([-3_600_000, 3_600_000])('a clock that is wrong by %d ms is made good for, and the token is renewed by that clock', async (ms) => {
  const clock = new VirtualClock();
  const wrong = shifted(clock, ms);
  const github = aGitHub(clock);
  const { expiresAtMs } = await requestInstallationToken(app, scope, { clock: wrong, fetch: github.fetch });
  expect(expiresAtMs).toBe(wrong.now().getTime() + 3_600_000);
  expect(github.requests.length).toBe(2);
});

test('a wrong clock and a wrong key are told together', async () => {
  const clock = new VirtualClock();
  const other = { ...app, privateKey: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey };
  const asked = requestInstallationToken(other, scope, { clock: shifted(clock, 3_600_000), fetch: aGitHub(clock).fetch });
  expect((await problemOf(asked)).message).toMatch(/clock of the operator and that of GitHub differ; .* check appID and privateKey/);
});

test.each([
  { it: 'the key of another App', app: { ...app, privateKey: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey }, problem: /does not accept the key; make a new private key/ },
  { it: 'an App that there is not', app: { ...app, appId: '18' }, problem: /does not know the App; check appID/ },
  { it: 'an installation that there is not', app: { ...app, installationId: '24' }, problem: /no installation of this installationID/ },
  { it: 'a repository that is not part of it', scope: { ...scope, repositories: ['shop', 'vault'] }, problem: /does not reach shop, vault.*; add the repository/ },
])('$it is told with what to do, and asked again after a minute', async ({ problem, ...changed }) => {
  const clock = new VirtualClock();
  const told = await problemOf(requestInstallationToken(changed.app ?? app, changed.scope ?? scope, { clock, fetch: aGitHub(clock).fetch }));
  expect(told).toEqual({ message: expect.stringMatching(problem), retryAfterMs: 60_000 });
});

test('a suspended installation is told', async () => {
  const clock = new VirtualClock();
  const told = await problemOf(requestInstallationToken(app, scope, { clock, fetch: aGitHub(clock, { isSuspended: true }).fetch }));
  expect(told.message).toMatch(/is suspended/);
});

test.each([
  { it: 'Retry-After', fault: answer(403, { message: 'You have exceeded a secondary rate limit' }, { 'retry-after': '90' }), retryAfterMs: 90_000 },
  { it: 'the time at which a limit ends', fault: answer(403, {}, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Date.parse('2026-01-01T00:20:00Z') / 1000), date: 'Thu, 01 Jan 2026 00:00:00 GMT' }), retryAfterMs: 1_200_000 },
  { it: 'no time at all', fault: answer(429, {}), retryAfterMs: 60_000 },
  { it: 'a time that is none', fault: answer(429, {}, { 'retry-after': 'soon' }), retryAfterMs: 60_000 },
  { it: 'a year', fault: answer(429, {}, { 'retry-after': '31536000' }), retryAfterMs: 3_600_000 },
])('a limit with $it is waited for', async ({ fault, retryAfterMs }) => {
  const clock = new VirtualClock();
  const github = aGitHub(clock);
  github.fault = fault;
  const told = await problemOf(requestInstallationToken(app, scope, { clock, fetch: github.fetch }));
  expect(told).toEqual({ message: expect.stringMatching(/limits how often/), retryAfterMs });
});

test.each([
  { it: 'a connection that is refused', fault: () => undefined, problem: 'https://api.github.com cannot be reached (ECONNREFUSED)' },
  { it: 'a server that is down', fault: answer(502, 'sk-oops'), problem: 'https://api.github.com answered with status 502' },
  { it: 'a page of another service', fault: answer(200, '<html>sk-oops</html>'), problem: /did not answer as GitHub does/ },
  { it: 'a way elsewhere', fault: () => new Response(null, { status: 302, headers: { location: 'https://evil.example' } }), problem: /did not answer as GitHub does/ },
  { it: 'an answer without an end', fault: () => new Response(endless()), problem: /did not answer as GitHub does/ },
  { it: 'a token without an end', fault: answer(201, { token: 'sk-oops' }), problem: /did not answer as GitHub does/ },
])('$it is told without a word of what was answered', async ({ fault, problem }) => {
  const clock = new VirtualClock();
  const github = aGitHub(clock);
  github.fault = fault;
  const { message } = await problemOf(requestInstallationToken(app, scope, { clock, fetch: github.fetch }));
  if (typeof problem === 'string') expect(message).toBe(problem);
  else expect(message).toMatch(problem);
  expect(message).not.toContain('sk-oops');
});

test('a host that does not answer is given up after ten seconds', async () => {
  const clock = new VirtualClock();
  const fetch = (_url: unknown, init?: RequestInit) => new Promise<Response>((_, reject) => init!.signal!.addEventListener('abort', () => reject(init!.signal!.reason as Error)));
  const told = problemOf(requestInstallationToken(app, scope, { clock, fetch: fetch as typeof globalThis.fetch }));
  await clock.advance(10_000);
  expect((await told).message).toBe('https://api.github.com cannot be reached within 10 s');
});

function endless(): ReadableStream<Uint8Array> {
  return new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) });
}
