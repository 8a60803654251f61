import { expect, test } from 'vitest';
import { GitHubClients } from '../../../src/github/github-clients.ts';
import { githubIssuesSource as source } from '../../../src/sources/github-issues/github-issues.ts';
import type { Discovery, SourceContext, TriggerConfig } from '../../../src/sources/source.ts';
import { secondaryLimit } from '../../../src/testing/github-server.ts';
import { asked, aWatchedGitHub, aWorkspace } from '../a-watched-github.ts';

type Config = TriggerConfig<'githubIssues'>;
const config = (changes: Partial<Config> = {}): Config => ({ types: ['issues'], state: 'open', ...changes });
const look = (context: SourceContext, changes: Partial<Config> = {}) => source.discover(config(changes), context, context.clock.now());
const ids = ({ events }: Discovery) => events.map(({ id }) => id);
const aWorld = (changes: Partial<Config> = {}, options: Parameters<typeof aWatchedGitHub>[1] = {}) => aWatchedGitHub({ githubIssues: config(changes) }, options);

test('an issue becomes an event with all that templates, reports and the breaker of loops need', async () => {
  const { context, shop } = aWorld();
  shop.issue({ number: 42, title: 'Ünïcödé 🎉 {{.Body}} `rm -rf /`', body: 'It\r\nbroke', user: 'ann', labels: ['bug', 'prio/high'] });
  expect(await look(context, { reporting: { comments: { mode: 'Sticky' } } })).toEqual({
    events: [{
      id: '42', nameSuffix: '42', summary: 'issue #42 of acme/shop', labels: ['bug', 'prio/high'],
      variables: {
        ID: '42', Number: 42n, Title: 'Ünïcödé 🎉 {{.Body}} `rm -rf /`', Body: 'It\r\nbroke', URL: 'https://ghe.acme.test/acme/shop/issues/42', Labels: 'bug, prio/high', Kind: 'Issue',
        Comments: '', Branch: '', ReviewState: '', ReviewComments: '', Time: '', Schedule: '',
      },
      annotations: {
        'kelos.dev/source-kind': 'issue', 'kelos.dev/source-number': '42', 'kelos.dev/source-owner': 'acme', 'kelos.dev/source-repo': 'shop',
        'kelos.dev/github-reporting': 'enabled', 'kelos.dev/github-comment-mode': 'Sticky',
      },
      origin: { actor: 'ann', subject: 'acme/shop#42', text: 'It\r\nbroke', createdAt: new Date('2026-01-01T00:00:00Z') },
    }],
    skipped: [], failed: [],
  });
});

test.each<[string, Partial<Config>, string]>([
  ['nothing', {}, 'state=open'],
  ['labels, all of them', { labels: ['bug', 'good first issue'] }, 'state=open&labels=bug,good+first+issue'],
  ['an assignee', { assignee: 'ann' }, 'state=open&assignee=ann'],
  ['nobody as assignee', { assignee: 'none' }, 'state=open&assignee=none'],
  ['an author', { author: 'ann' }, 'state=open&creator=ann'],
  ['a state', { state: 'all' }, 'state=all'],
  ['everything', { labels: ['bug'], assignee: '*', author: 'ann', state: 'closed' }, 'state=closed&labels=bug&assignee=*&creator=ann'],
])('GitHub is asked for %s', async (_what, changes, query) => {
  const { context, server } = aWorld();
  await look(context, changes);
  expect(asked(server)).toEqual([`/repos/acme/shop/issues?per_page=100&${query} 200`]);
});

test('what nobody wants is told with the filter and the value', async () => {
  const { context, shop } = aWorld();
  shop.issue({ number: 1, user: 'ann', labels: ['wontfix', 'bug', 'later'] });
  shop.issue({ number: 2, user: 'renovate[bot]' });
  shop.pull({ number: 3 });
  shop.issue({ number: 4 });
  const { events, skipped } = await look(context, { excludeAuthors: ['renovate[bot]'], excludeLabels: ['later', 'wontfix'] });
  expect(events.map(({ id }) => id)).toEqual(['4']);
  expect(skipped).toEqual([
    { id: '3', summary: 'issue #3 of acme/shop', filter: 'types', seen: 'pulls' },
    { id: '2', summary: 'issue #2 of acme/shop', filter: 'excludeAuthors', seen: 'renovate[bot]' },
    { id: '1', summary: 'issue #1 of acme/shop', filter: 'excludeLabels', seen: 'wontfix, later' },
  ]);
});

test('issues, pull requests or both', async () => {
  const { context, shop } = aWorld();
  shop.issue({ number: 1 });
  shop.pull({ number: 2 });
  expect(ids(await look(context, { types: ['pulls'] }))).toEqual(['2']);
  const both = await look(context, { types: ['issues', 'pulls'] });
  expect(both.events.map(({ id, variables, annotations }) => [id, variables.Kind, annotations['kelos.dev/source-kind']])).toEqual([['2', 'PR', 'pull-request'], ['1', 'Issue', 'issue']]);
});

test('a look at what did not change is one conditional request, however many comments there are', async () => {
  const { context, server, shop, clock } = aWorld({}, { prompt: '{{.Title}}: {{.Comments}}' });
  for (let number = 1; number <= 5; number += 1) {
    shop.issue({ number });
    shop.comment(number, { body: `comment on ${number}` });
  }
  await clock.advance(120_000);
  const first = await look(context);
  expect(first.events[0]!.variables.Comments).toBe('comment on 5');
  server.requests.length = 0;
  expect(await look(context)).toEqual(first);
  expect(asked(server)).toEqual(['/repos/acme/shop/issues?per_page=100&state=open 304']);
});

test('after a comment only the comments of that issue are asked for', async () => {
  const { context, server, shop, clock } = aWorld({}, { prompt: '{{.Comments}}' });
  for (let number = 1; number <= 3; number += 1) {
    shop.issue({ number });
    shop.comment(number, { body: 'first' });
  }
  await clock.advance(120_000);
  await look(context);
  server.requests.length = 0;
  shop.comment(2, { body: 'second' });
  await clock.advance(120_000);
  const { events } = await look(context);
  expect(events.map(({ id, variables }) => [id, variables.Comments])).toEqual([['3', 'first'], ['2', 'first\n---\nsecond'], ['1', 'first']]);
  expect(asked(server)).toEqual(['/repos/acme/shop/issues?per_page=100&state=open 200', '/repos/acme/shop/issues/2/comments?per_page=100 200']);
});

test('what changed a moment ago is asked for again, since the same second may bring more', async () => {
  const { context, server, shop } = aWorld({}, { prompt: '{{.Comments}}' });
  shop.issue({ number: 1 });
  shop.comment(1, { body: 'first' });
  await look(context);
  await look(context);
  expect(asked(server).slice(2)).toEqual(['/repos/acme/shop/issues?per_page=100&state=open 304', '/repos/acme/shop/issues/1/comments?per_page=100 304']);
});

test('comments that nobody reads are not asked for', async () => {
  const { context, server, shop } = aWorld({}, { prompt: '{{.Title}} {{.Body}}' });
  shop.issue();
  shop.comment(1, { body: 'a' });
  await look(context);
  expect(asked(server).length).toBe(1);
});

test('two spawners of one credential share what they read', async () => {
  const { context, server, shop } = aWorld();
  shop.issue();
  await Promise.all([look(context), look({ ...context })]);
  await look({ ...context });
  expect(server.requests.map(({ status }) => status)).toEqual([200, 304]);
});

test('more than a thousand are all found; more than ten thousand are told', async () => {
  const { context, shop } = aWorld();
  for (let number = 1; number <= 1_050; number += 1) shop.issue({ number });
  const { events, failed } = await look(context);
  expect([events.length, events.at(-1)!.id, failed]).toEqual([1_050, '1', []]);
  for (let number = 1_051; number <= 10_001; number += 1) shop.issue({ number });
  const cut = await look(context);
  expect(cut.events.length).toBe(10_000);
  expect(cut.failed).toEqual([{ id: 'too-many', summary: 'issues of acme/shop after the first 10000', problem: 'more are found than are looked at, which are 10000; narrow the trigger down, by labels for instance' }]);
});

test('the newest comment counts on an item with more than a thousand of them, and its time survives the cut of the text', async () => {
  const { context, shop, clock } = aWorld({}, { prompt: '{{.Comments}}' });
  shop.issue();
  for (let at = 0; at < 1_100; at += 1) shop.comment(1, { body: 'x'.repeat(1_000) });
  await clock.advance(60_000);
  shop.comment(1, { body: '/fix', user: 'ann' });
  const { events } = await look(context, { commentPolicy: { triggerComment: '/fix' } });
  expect(events.map(({ triggerTime, origin }) => [triggerTime?.toISOString(), origin?.actor, origin?.text])).toEqual([['2026-01-01T00:01:00.000Z', 'ann', '/fix']]);
  const comments = events[0]!.variables.Comments as string;
  expect([comments.endsWith('\n---\n/fix'), comments.split('\n---\n').length]).toEqual([true, 66]);
});

test.each<[string, NonNullable<Config['commentPolicy']>, string[], { filter: string; seen: string }[]]>([
  ['by name', { triggerComment: '/fix', allowedUsers: ['ANN'] }, ['1'], [{ filter: 'commentPolicy.triggerComment', seen: 'only from bob' }]],
  ['by permission', { triggerComment: '/fix', minimumPermission: 'triage' }, ['2', '1'], []],
  ['by a permission that is too low', { triggerComment: '/fix', minimumPermission: 'maintain' }, ['1'], [{ filter: 'commentPolicy.triggerComment', seen: 'only from bob' }]],
  ['by team', { triggerComment: '/fix', allowedTeams: ['acme/core'] }, ['2'], [{ filter: 'commentPolicy.triggerComment', seen: 'only from ann' }]],
  ['by team or permission', { triggerComment: '/fix', allowedTeams: ['acme/core'], minimumPermission: 'admin' }, ['2', '1'], []],
])('who may give commands is told %s', async (_how, commentPolicy, found, ruledOut) => {
  const { context, server, shop } = aWorld();
  shop.permit('ann', 'admin', 'release-captain');
  shop.permit('bob', 'write');
  server.addMember('acme/core', 'bob');
  server.addMember('acme/core', 'ann', 'pending');
  shop.issue({ number: 1, user: 'ann', body: '/fix' });
  shop.issue({ number: 2, user: 'mallory' });
  shop.comment(2, { body: '/fix', user: 'bob' });
  const discovery = await look(context, { commentPolicy });
  expect(ids(discovery)).toEqual(found);
  expect(discovery.skipped.map(({ filter, seen }) => ({ filter, seen }))).toEqual(ruledOut);
  server.requests.length = 0;
  await look(context, { commentPolicy });
  expect(asked(server).filter((path) => !path.includes('/issues'))).toEqual([]);
});

test('who may give commands, without any to give: strangers open nothing', async () => {
  const { context, shop } = aWorld();
  shop.permit('ann', 'write');
  shop.issue({ number: 1, user: 'ann' });
  shop.issue({ number: 2, user: 'mallory' });
  const discovery = await look(context, { commentPolicy: { minimumPermission: 'write' } });
  expect(ids(discovery)).toEqual(['1']);
  expect(discovery.skipped).toEqual([{ id: '2', summary: 'issue #2 of acme/shop', filter: 'commentPolicy', seen: 'opened by mallory' }]);
});

test('a look-up that fails makes only its own item fail, is not remembered, and does not matter where another says yes', async () => {
  const { context, server, shop } = aWorld();
  server.addMember('acme/core', 'bob');
  for (const [number, user] of [[1, 'ann'], [2, 'bob'], [3, 'eve']] as const) shop.issue({ number, user, body: number === 3 ? '' : '/fix' });
  server.fault = ({ url }) => (url.includes('/permission') ? Response.json({ message: 'Must have push access to view collaborator permission.' }, { status: 403 }) : undefined);
  const commentPolicy = { triggerComment: '/fix', minimumPermission: 'write', allowedTeams: ['acme/core'] } as const;
  const discovery = await look(context, { commentPolicy: { ...commentPolicy, allowedTeams: [...commentPolicy.allowedTeams] } });
  expect(ids(discovery)).toEqual(['2']);
  expect(discovery.failed).toEqual([{ id: '1', summary: 'issue #1 of acme/shop', problem: expect.stringContaining('GitHub answered 403 (Must have push access to view collaborator permission.)') as string }]);
  delete server.fault;
  shop.permit('ann', 'write');
  expect(ids(await look(context, { commentPolicy: { ...commentPolicy, allowedTeams: [] } }))).toEqual(['2', '1'].slice(1));
});

test('comments that cannot be read make only their own item fail', async () => {
  const { context, server, shop } = aWorld({}, { prompt: '{{.Comments}}' });
  for (const number of [1, 2]) {
    shop.issue({ number });
    shop.comment(number, { body: 'a' });
  }
  server.fault = ({ url }) => (url.includes('/issues/1/comments') ? Response.json({ message: 'Gone' }, { status: 410 }) : undefined);
  const discovery = await look(context);
  expect(ids(discovery)).toEqual(['2']);
  expect(discovery.failed.map(({ id }) => id)).toEqual(['1']);
});

test('a limit stops the look, with the time to come back', async () => {
  const { context, server } = aWorld();
  server.fault = () => secondaryLimit(120);
  await expect(look(context)).rejects.toMatchObject({ name: 'SourceError', retryAfterMs: 120_000 });
});

test.each<[string, Partial<Config>, Parameters<typeof aWorkspace>[0], string]>([
  ['a repository of its own, on the host of the Workspace', { repo: 'acme/forge' }, undefined, 'https://ghe.acme.test/api/v3/repos/acme/forge/issues'],
  ['a repository of its own by URL', { repo: 'https://ghe.acme.test/acme/my.repo.git/' }, undefined, 'https://ghe.acme.test/api/v3/repos/acme/my.repo/issues'],
  ['github.com', {}, 'https://github.com/acme/shop.git', 'https://api.github.com/repos/acme/shop/issues'],
  ['an Enterprise Server on a port, by SSH', {}, 'git@ghe.acme.test:acme/shop', 'https://ghe.acme.test/api/v3/repos/acme/shop/issues'],
  ['an Enterprise Server on a port', {}, 'https://ghe.acme.test:8443/acme/shop', 'https://ghe.acme.test:8443/api/v3/repos/acme/shop/issues'],
])('%s is asked, with the token of the Workspace', async (_what, changes, repo, url) => {
  const { context } = aWorld({}, { workspace: aWorkspace(repo) });
  const seen: string[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    seen.push(`${String(input).split('?')[0]} ${new Headers(init?.headers).get('authorization')}`);
    return Response.json([]);
  };
  await look({ ...context, github: new GitHubClients({ clock: context.clock, fetch }) }, changes);
  expect(seen).toEqual([`${url} Bearer ghp_secret`]);
});

test('another host than that of the Workspace is not told its token', async () => {
  const { context } = aWorld();
  const seen: (string | null)[] = [];
  const fetch: typeof globalThis.fetch = async (_input, init) => {
    seen.push(new Headers(init?.headers).get('authorization'));
    return Response.json([]);
  };
  await look({ ...context, github: new GitHubClients({ clock: context.clock, fetch }) }, { repo: 'https://evil.test/acme/shop' });
  expect(seen).toEqual([null]);
});

test('a repository of its own is the upstream of the Tasks', async () => {
  const { context, server } = aWorld();
  server.repository('acme/forge').issue();
  const { events } = await look(context, { repo: 'https://ghe.acme.test/acme/forge.git' });
  expect(events.map(({ upstreamRepo, annotations }) => [upstreamRepo, annotations['kelos.dev/source-repo']])).toEqual([['acme/forge', 'forge']]);
});

test.each<[string, Partial<Config>, Partial<SourceContext>, string]>([
  ['no Workspace and no repository', {}, { workspace: undefined }, 'when.githubIssues: there is no repository to look at; give the Tasks a Workspace with a GitHub repository, or set when.githubIssues.repo'],
  ['a repository that is none', { repo: 'shop' }, {}, 'when.githubIssues.repo: is no repository, got "shop"; write owner/name, or its URL'],
  ['a repository that is a way up', { repo: '../..' }, {}, 'when.githubIssues: "../.." is not the name of a repository of GitHub, which is owner/name'],
  ['a repository with more than an owner', { repo: 'acme/team/shop' }, {}, 'when.githubIssues: "acme/team/shop" is not the name of a repository of GitHub, which is owner/name'],
  ['a repository that reaches for something else', { repo: 'acme/..%2f..%2fuser?x=' }, {}, 'when.githubIssues: "acme/..%2f..%2fuser?x=" is not the name of a repository of GitHub, which is owner/name'],
  ['no Secret', {}, { readSecret: async () => undefined }, 'Workspace "shop": there is no Secret "bot"; create it with GITHUB_TOKEN or the keys of a GitHub App'],
])('%s is told', async (_what, changes, given, message) => {
  const { context, server } = aWorld();
  await expect(look({ ...context, ...given }, changes)).rejects.toThrow(message);
  expect(server.requests).toEqual([]);
});
