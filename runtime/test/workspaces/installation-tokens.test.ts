import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import { InstallationTokens, type TokenState } from '../../src/workspaces/installation-tokens.ts';
import { aGitHub, appData } from './app-fixture.ts';

const request = { apiUrl: 'https://api.github.com', repositories: ['shop'], app: appData };

function someTokens() {
  const clock = new VirtualClock();
  const github = aGitHub(clock);
  const tokens = new InstallationTokens({ clock, fetch: github.fetch });
  const woken: string[] = [];
  const get = (who = 'a', asked = request): TokenState => tokens.get(asked, who, () => void woken.push(who));
  return { clock, github, tokens, woken, get };
}

test('all who need the same token share one request, and are woken once', async () => {
  const { clock, github, woken, get } = someTokens();
  for (let run = 0; run < 3; run += 1) for (const who of ['a', 'b', 'c']) expect(get(who)).toEqual({ is: 'pending' });
  await clock.settle();
  expect(github.issued.length).toBe(1);
  expect(woken).toEqual(['a', 'b', 'c']);
  expect(get('d')).toMatchObject({ is: 'ready', token: github.issued[0]!.token, expiresAt: new Date('2026-01-01T01:00:00Z') });
});

test.each([
  { it: 'other repositories', asked: { ...request, repositories: ['shop', 'shop-assets'] } },
  { it: 'another key of the same App', asked: { ...request, app: { ...appData, privateKey: 'none' } } },
  { it: 'another host', asked: { ...request, apiUrl: 'https://evil.example/api/v3' } },
])('nobody is given the token of $it', async ({ asked }) => {
  const { clock, get } = someTokens();
  get('mine');
  expect(get('other', asked)).toEqual({ is: 'pending' });
  await clock.settle();
  const [mine, other] = [get('mine'), get('other', asked)];
  expect(mine.is).toBe('ready');
  expect(other).not.toMatchObject({ token: (mine as { token: string }).token });
});

test('whoever asks has the token for half an hour at least', async () => {
  const { clock, github, get } = someTokens();
  get();
  await clock.settle();
  await clock.advance(30 * 60_000);
  expect(get().is).toBe('ready');
  await clock.advance(1);
  expect(get().is).toBe('pending');
  await clock.settle();
  expect(github.issued.length).toBe(2);
});

test('a host that refuses is asked less and less often, however often it is asked for', async () => {
  const { clock, github, get } = someTokens();
  github.fault = () => undefined;
  for (let second = 0; second < 3_600; second += 1) {
    for (const who of ['a', 'b']) get(who);
    await clock.settle();
    await clock.advance(1_000);
  }
  expect(github.requests.length).toBeLessThan(25);
  expect(get()).toMatchObject({ is: 'refused', problem: 'https://api.github.com cannot be reached (ECONNREFUSED)' });

  github.fault = undefined;
  await clock.advance(5 * 60_000);
  get();
  await clock.settle();
  expect(get().is).toBe('ready');
});

test('a Secret that is put right is asked with at once', async () => {
  const { clock, get } = someTokens();
  const wrong = { ...request, app: { ...appData, installationID: 'acme' } };
  get('a', wrong);
  await clock.settle();
  expect(get('a', wrong)).toMatchObject({ is: 'refused', problem: expect.stringMatching(/^installationID is not a number/) });
  get('a');
  await clock.settle();
  expect(get('a').is).toBe('ready');
});
