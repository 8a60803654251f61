import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import { gitlab } from '../../src/forges/dialect.ts';
import { ForgeClient } from '../../src/forges/forge-client.ts';
import type { ForgeSite } from '../../src/forges/forge-site.ts';
import type { Check, ReportRefused, Subject } from '../../src/reporting/forge.ts';
import { GitLabForge } from '../../src/reporting/gitlab-forge.ts';
import { GitLabServer } from '../../src/testing/gitlab-server.ts';

const clock = new VirtualClock();
const { signal } = new AbortController();
const sha = 'c'.repeat(40);
const issue: Subject = { kind: 'issue', owner: 'acme/web', repo: 'shop', number: 1 };
const change: Subject = { ...issue, kind: 'pull-request', number: 2 };
const running: Check = { name: 'bot', sha, state: 'running', title: 'Running', summary: '', externalId: 'a', at: clock.now() };

function aForge() {
  const server = new GitLabServer({ clock, tokens: { t: 'shop-bot' } });
  const project = server.project('acme/web/shop', { issues: [{ iid: 1 }], mergeRequests: [{ iid: 2, sha }] });
  const site: ForgeSite = { root: 'https://gitlab.com', path: 'acme/web/shop', owner: 'acme/web', name: 'shop', authorization: 'Bearer t', account: 'the owner of the token in Secret "bot"', key: 'k' };
  const forge = new GitLabForge({ webUrl: site.root, account: {}, redact: (text) => text, client: (each) => new ForgeClient(gitlab, site, { fetch: server.fetch, clock, signal: each }) });
  return { server, project, forge };
}

const problemOf = (promise: Promise<unknown>) => promise.then(() => expect.fail('it was told'), ({ name, message, isFinal }: ReportRefused) => `${name}${isFinal ? ' for good' : ''}: ${message}`);

test.each([issue, change])('a note on an $kind is written, found by its marker and edited in place', async (subject) => {
  const { project, forge } = aForge();
  const id = await forge.createComment(subject, 'working <!-- m -->', signal);
  expect(await forge.findComment(subject, '<!-- m -->', undefined, signal)).toEqual({ id, body: 'working <!-- m -->' });
  expect(await forge.editComment(subject, id, 'done <!-- m -->', signal)).toBe(true);
  expect([...project.issues, ...project.mergeRequests].flatMap(({ notes = [] }) => notes.map(({ author, body }) => [author, body]))).toEqual([['shop-bot', 'done <!-- m -->']]);
});

test('a marker in a note of somebody else is not ours', async () => {
  const { project, forge } = aForge();
  project.issues = [{ iid: 1, notes: [{ body: '<!-- m -->', author: 'mallory' }] }];
  expect(await forge.findComment(issue, '<!-- m -->', undefined, signal)).toBeUndefined();
});

test('of two notes of ours the newest is found', async () => {
  const { project, forge } = aForge();
  project.issues = [{ iid: 1, notes: [{ id: 7, body: '<!-- m -->', author: 'shop-bot', at: '2026-01-01T00:00:00Z' }, { id: 8, body: '<!-- m --> new', author: 'shop-bot', at: '2026-01-02T00:00:00Z' }] }];
  expect(await forge.findComment(issue, '<!-- m -->', undefined, signal)).toEqual({ id: '8', body: '<!-- m --> new' });
});

test('a note that is not there any more is told so', async () => {
  const { forge } = aForge();
  expect(await forge.editComment(issue, '99', 'x', signal)).toBe(false);
});

test('a status of a commit goes from running to its end, and saying it twice does no harm', async () => {
  const { project, forge } = aForge();
  expect(await forge.findCheck(change, running, signal)).toBeUndefined();
  const id = await forge.createCheck(change, running, signal);
  expect([await forge.createCheck(change, running, signal), await forge.findCheck(change, running, signal)]).toEqual([id, id]);
  expect(await forge.updateCheck(change, id, { ...running, state: 'failed', title: 'x'.repeat(300) }, signal)).toBe(true);
  expect(project.statuses).toEqual([{ id: Number(id), sha, name: 'bot', status: 'failed', description: 'x'.repeat(255) }]);
});

test('labels come and go, and other labels stay', async () => {
  const { project, forge } = aForge();
  project.issues = [{ iid: 1, labels: ['bug'] }];
  for (const label of ['busy', 'busy']) await forge.addLabel(issue, label, signal);
  expect(project.issues[0]!.labels).toEqual(['bug', 'busy']);
  for (const label of ['busy', 'busy']) await forge.removeLabel(issue, label, signal);
  expect(project.issues[0]!.labels).toEqual(['bug']);
});

test('an emoji is given once', async () => {
  const { project, forge } = aForge();
  for (const reaction of ['eyes', 'eyes', 'rocket'] as const) await forge.react(change, undefined, reaction, signal);
  expect(project.mergeRequests[0]!.emoji).toEqual(['eyes shop-bot', 'rocket shop-bot']);
});

test.each<{ it: string; tell: (forge: GitLabForge) => Promise<unknown>; fault?: () => Response; problem: string }>([
  { it: 'an issue that is gone', tell: (forge) => forge.createComment({ ...issue, number: 9 }, 'x', signal), problem: 'ReportRefused: GitLab at gitlab.com answered with status 404 at /projects/acme%2Fweb%2Fshop/issues/9/notes, "404 Not found"' },
  { it: 'a commit that is gone', tell: (forge) => forge.createCheck(change, { ...running, sha: 'gone' }, signal), problem: 'ReportRefused for good: GitLab at gitlab.com answered with status 404 at /projects/acme%2Fweb%2Fshop/statuses/gone, "404 Commit Not Found"' },
  { it: 'a token that may only read', tell: (forge) => forge.createComment(issue, 'x', signal), fault: () => Response.json({ error: 'insufficient_scope' }, { status: 403 }), problem: 'ReportRefused: GitLab at gitlab.com answered with status 403 at /projects/acme%2Fweb%2Fshop/issues/1/notes, "insufficient_scope"' },
  { it: 'a token that is not taken', tell: (forge) => forge.react(issue, undefined, 'eyes', signal), fault: () => Response.json({}, { status: 401 }), problem: 'ReportRefused: GitLab at gitlab.com does not take the owner of the token in Secret "bot"; give the Workspace a Secret with a token that has the scope read_api, and api to report' },
  { it: 'a limit', tell: (forge) => forge.createComment(issue, 'x', signal), fault: () => new Response('', { status: 429 }), problem: 'SourceError: GitLab at gitlab.com limits how often it may be asked; it is asked again when that ends' },
])('$it is told', async ({ tell, fault, problem }) => {
  const { server, forge } = aForge();
  if (fault) server.fault = fault;
  expect(await problemOf(tell(forge))).toBe(problem);
});
