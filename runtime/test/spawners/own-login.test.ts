import type { TaskSpawnerSpec, Workspace } from '@taskwright/schema';
import { expect, test } from 'vitest';
import { GitHubClients } from '../../src/github/github-clients.ts';
import type { OwnAccount } from '../../src/sources/source-event.ts';
import { OwnLogins } from '../../src/spawners/own-login.ts';
import { ManualClock } from '../kube/manual-clock.ts';
import { aSpawner } from './spawner-fixtures.ts';

const when: TaskSpawnerSpec['when'] = { githubWebhook: { events: ['issue_comment'] } };
const shop: Workspace = { metadata: { namespace: 'dev', name: 'shop' }, spec: { repo: 'https://github.com/acme/shop.git', secretRef: { name: 'token' } } };

/** `answers` one after the other; the last one stays. */
function aGitHub(...answers: (() => Response | Promise<Response>)[]) {
  const clock = new ManualClock();
  const asked: string[] = [];
  const fetch: typeof globalThis.fetch = async (url, init) => {
    asked.push(`${String(url)} ${new Headers(init?.headers).get('authorization')}`);
    return (answers.length > 1 ? answers.shift()! : answers[0]!)();
  };
  const logins = new OwnLogins(clock);
  const github = new GitHubClients({ clock, fetch });
  const of = ({ trigger = when, workspace = shop, data = { GITHUB_TOKEN: 't0ken' }, signal = new AbortController().signal, own }: { trigger?: TaskSpawnerSpec['when']; workspace?: Workspace | null; data?: Record<string, string>; signal?: AbortSignal; own?: OwnAccount } = {}) => {
    const spawner = aSpawner();
    return logins.of({ spawner: { ...spawner, spec: { ...spawner.spec, when: trigger } }, ...(workspace && { workspace }), readSecret: () => Promise.resolve(data), github, fetch, signal }, own);
  };
  return { clock, asked, of };
}

const bot = () => Response.json({ login: 'shop-bot' });
const forbidden = () => Response.json({ message: 'Resource not accessible by integration' }, { status: 403 });

test('the account of the token is asked for once', async () => {
  const { asked, of } = aGitHub(bot);
  expect([await of(), await of(), asked]).toEqual(['shop-bot', 'shop-bot', ['https://api.github.com/user Bearer t0ken']]);
});

test.each<{ it: string; given: NonNullable<Parameters<ReturnType<typeof aGitHub>['of']>[0]> }>([
  { it: 'a trigger that is not of GitHub', given: { trigger: { jira: { baseUrl: 'https://jira.acme.test', project: 'SHOP', secretRef: { name: 'jira' } } } } },
  { it: 'no Workspace', given: { workspace: null } },
  { it: 'a Workspace without a Secret', given: { workspace: { ...shop, spec: { repo: shop.spec.repo } } } },
  { it: 'a Secret without a token', given: { data: { other: 'x' } } },
])('of $it nobody is asked', async ({ given }) => {
  const { asked, of } = aGitHub(bot);
  expect([await of(given), asked]).toEqual([undefined, []]);
});

test('a token that may not ask who it is does so again after five minutes', async () => {
  const { clock, asked, of } = aGitHub(forbidden, bot);
  expect([await of(), await of(), asked.length]).toEqual([undefined, undefined, 1]);
  await clock.advance(5 * 60_000);
  expect([await of(), asked.length]).toEqual(['shop-bot', 2]);
});

test('a GitHub that is silent is not waited for longer than three seconds', async () => {
  let reached = () => {};
  const isReached = new Promise<void>((resolve) => (reached = resolve));
  const { clock, of } = aGitHub(() => {
    reached();
    return new Promise<Response>(() => {});
  });
  const login = of();
  await isReached;
  await clock.advance(3_000);
  expect(await login).toBeUndefined();
});

test('who gives up is told so, and nothing is remembered of it', async () => {
  const { asked, of } = aGitHub(bot);
  await expect(of({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  expect([await of(), asked.length]).toEqual(['shop-bot', 1]);
});

/** An account of another service, which answers as told, one after the other. */
function anAccount(...answers: (() => Promise<string>)[]) {
  const asked: string[] = [];
  const own = (key = 'gitlab t0ken'): OwnAccount => ({ key, ask: (how) => {
    asked.push(`${key} ${how.signal.aborted}`);
    return (answers.length > 1 ? answers.shift()! : answers[0]!)();
  } });
  return { asked, own };
}

test('whom an event says that we are is asked for once for each token, and GitHub is not', async () => {
  const { asked: askedGitHub, of } = aGitHub(bot);
  const { asked, own } = anAccount(() => Promise.resolve('agents'));
  expect([await of({ own: own() }), await of({ own: own() }), await of({ own: own('jira') }), asked, askedGitHub]).toEqual(['agents', 'agents', 'agents', ['gitlab t0ken false', 'jira false'], []]);
});

test('a service that does not say is asked again after five minutes, and no other waits for it', async () => {
  const { clock, of } = aGitHub(bot);
  const { asked, own } = anAccount(() => Promise.reject(new Error('403')), () => Promise.resolve('agents'));
  expect([await of({ own: own() }), await of({ own: own() }), asked.length, await of({ own: own('jira') })]).toEqual([undefined, undefined, 1, 'agents']);
  await clock.advance(5 * 60_000);
  expect([await of({ own: own() }), asked.length]).toEqual(['agents', 3]);
});
