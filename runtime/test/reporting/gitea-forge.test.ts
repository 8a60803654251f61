import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import { gitea } from '../../src/forges/dialect.ts';
import { ForgeClient } from '../../src/forges/forge-client.ts';
import type { ForgeSite } from '../../src/forges/forge-site.ts';
import type { Check, ReportRefused, Subject } from '../../src/reporting/forge.ts';
import { GiteaForge } from '../../src/reporting/gitea-forge.ts';
import { GiteaServer } from '../../src/testing/gitea-server.ts';

const clock = new VirtualClock();
const { signal } = new AbortController();
const sha = 'c'.repeat(40);
const issue: Subject = { kind: 'issue', owner: 'acme', repo: 'shop', number: 1 };
const change: Subject = { ...issue, kind: 'pull-request', number: 2 };
const running: Check = { name: 'bot', sha, state: 'running', title: 'Running', summary: '', externalId: 'a', at: clock.now() };

function aForge() {
  const server = new GiteaServer({ clock, tokens: { t: 'shop-bot' } });
  const repository = server.repository('acme/shop', { issues: [{ number: 1 }], pulls: [{ number: 2, sha }] });
  const site: ForgeSite = { root: 'https://codeberg.org', path: 'acme/shop', owner: 'acme', name: 'shop', authorization: 'token t', account: 'the owner of the token in Secret "bot"', key: 'k' };
  const forge = new GiteaForge({ webUrl: site.root, account: {}, redact: (text) => text, client: (each) => new ForgeClient(gitea, site, { fetch: server.fetch, clock, signal: each }) });
  return { server, repository, forge };
}

const problemOf = (promise: Promise<unknown>) => promise.then(() => expect.fail('it was told'), ({ name, message, isFinal }: ReportRefused) => `${name}${isFinal ? ' for good' : ''}: ${message}`);

test.each([issue, change])('a comment on an $kind is written, found by its marker and edited in place', async (subject) => {
  const { repository, forge } = aForge();
  const id = await forge.createComment(subject, 'working <!-- m -->', signal);
  expect(await forge.findComment(subject, '<!-- m -->', new Date(0), signal)).toEqual({ id, body: 'working <!-- m -->' });
  expect(await forge.editComment(subject, id, 'done <!-- m -->', signal)).toBe(true);
  expect([...repository.issues, ...repository.pulls].flatMap(({ comments = [] }) => comments.map(({ author, body }) => [author, body]))).toEqual([['shop-bot', 'done <!-- m -->']]);
});

test('a marker in a comment of somebody else is not ours', async () => {
  const { repository, forge } = aForge();
  repository.issues = [{ number: 1, comments: [{ id: 7, body: '<!-- m --> ours', author: 'shop-bot' }, { body: '<!-- m -->', author: 'mallory' }] }];
  expect(await forge.findComment(issue, '<!-- m -->', undefined, signal)).toEqual({ id: '7', body: '<!-- m --> ours' });
});

test('a comment that is not there any more is told so', async () => {
  const { forge } = aForge();
  expect(await forge.editComment(issue, '99', 'x', signal)).toBe(false);
});

test('a commit shows the newest status of a name', async () => {
  const { repository, forge } = aForge();
  expect(await forge.findCheck(change, running, signal)).toBeUndefined();
  const id = await forge.createCheck(change, running, signal);
  expect(await forge.findCheck(change, running, signal)).toBe(id);
  expect(await forge.updateCheck(change, id, { ...running, state: 'succeeded', title: 'Done' }, signal)).toBe(true);
  expect(repository.statuses).toEqual([{ id: 1, sha, context: 'bot', status: 'pending', description: 'Running' }, { id: 2, sha, context: 'bot', status: 'success', description: 'Done' }]);
});

test('a label that the repository does not have is made, once', async () => {
  const { repository, forge } = aForge();
  repository.labels = ['bug'];
  repository.issues = [{ number: 1, labels: ['bug'] }];
  for (const label of ['busy', 'busy']) await forge.addLabel(issue, label, signal);
  expect([repository.labels, repository.issues[0]!.labels]).toEqual([['bug', 'busy'], ['bug', 'busy']]);
  for (const label of ['busy', 'busy', 'unknown']) await forge.removeLabel(issue, label, signal);
  expect(repository.issues[0]!.labels).toEqual(['bug']);
});

test('a reaction is given once', async () => {
  const { repository, forge } = aForge();
  for (const reaction of ['eyes', 'eyes', 'rocket'] as const) await forge.react(change, undefined, reaction, signal);
  expect(repository.pulls[0]!.reactions).toEqual(['eyes shop-bot', 'rocket shop-bot']);
});

test.each<{ it: string; tell: (forge: GiteaForge) => Promise<unknown>; fault?: () => Response; problem: string }>([
  { it: 'an issue that is gone', tell: (forge) => forge.createComment({ ...issue, number: 9 }, 'x', signal), problem: `ReportRefused: Gitea at codeberg.org answered with status 404 at /repos/acme/shop/issues/9/comments, "The target couldn't be found."` },
  { it: 'a commit that is gone', tell: (forge) => forge.createCheck(change, { ...running, sha: 'gone' }, signal), problem: `ReportRefused for good: Gitea at codeberg.org answered with status 404 at /repos/acme/shop/statuses/gone, "The target couldn't be found."` },
  { it: 'a token that may only read', tell: (forge) => forge.createCheck(change, running, signal), fault: () => Response.json({ message: 'token does not have at least one of required scope(s): [write:repository]' }, { status: 403 }), problem: 'ReportRefused: Gitea at codeberg.org answered with status 403 at /repos/acme/shop/statuses/cccccccccccccccccccccccccccccccccccccccc, "token does not have at least one of required scope(s): [write:repository]"' },
  { it: 'a forge that is down', tell: (forge) => forge.createComment(issue, 'x', signal), fault: () => new Response('', { status: 503 }), problem: 'Error: Gitea at codeberg.org answered with status 503' },
])('$it is told', async ({ tell, fault, problem }) => {
  const { server, forge } = aForge();
  if (fault) server.fault = fault;
  expect(await problemOf(tell(forge))).toBe(problem);
});
