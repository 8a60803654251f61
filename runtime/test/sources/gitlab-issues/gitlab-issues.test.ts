import type { TaskSpawnerSpec, Workspace } from '@taskwright/schema';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../../src/embedded/virtual-clock.ts';
import { gitlabIssuesSource } from '../../../src/sources/gitlab-issues/gitlab-issues.ts';
import type { SourceError } from '../../../src/sources/source.ts';
import { type GitLabItem, GitLabServer, type GitLabServerOptions } from '../../../src/testing/gitlab-server.ts';
import { aSourceContext } from '../a-source-context.ts';

type Config = NonNullable<TaskSpawnerSpec['when']['gitlabIssues']>;

const clock = new VirtualClock();
const workspace: Workspace = { metadata: { name: 'shop' }, spec: { repo: 'https://gitlab.com/acme/web/shop.git', secretRef: { name: 'bot' } } };
const minutesAgo = (minutes: number) => new Date(clock.now().getTime() - minutes * 60_000).toISOString();

function aGitLab(issues: GitLabItem[], { members = {}, ...options }: Partial<GitLabServerOptions> & { members?: Record<string, number> } = {}) {
  const server = new GitLabServer({ clock, tokens: { token: 'bot' }, ...options });
  server.project('acme/web/shop', { issues, members: { bot: 40, ...members }, isPrivate: true });
  return server;
}

function look(server: GitLabServer, config: Partial<Config> = {}, prompt = '{{.Title}}') {
  const when: Config = { state: 'opened', ...config };
  return gitlabIssuesSource.discover(when, aSourceContext({ when: { gitlabIssues: when }, workspace, secrets: { bot: { GITHUB_TOKEN: 'token' } }, fetch: server.fetch, clock, prompt }), new Date(0));
}

const problemOf = (promise: Promise<unknown>) => promise.then(() => expect.fail('it was found'), ({ name, message }: SourceError) => `${name}: ${message}`);

test('an issue becomes an event', async () => {
  const server = aGitLab([{ iid: 7, title: 'Crash', description: 'It crashes.', labels: ['bug', 'urgent'], author: 'ann', notes: [{ body: 'first', at: minutesAgo(3) }, { body: 'assigned to @bot', system: true, at: minutesAgo(2) }, { body: 'second', at: minutesAgo(1) }] }]);
  expect(await look(server, { project: 'acme/web/shop', reporting: { comments: { mode: 'Sticky' } } }, '{{.Comments}}')).toEqual({
    events: [{
      id: '7',
      nameSuffix: '7',
      summary: 'issue #7 of acme/web/shop',
      variables: {
        ID: '7', Number: 7n, Title: 'Crash', Body: 'It crashes.', URL: 'https://gitlab.com/acme/web/shop/-/issues/7', Labels: 'bug, urgent', Comments: 'first\n---\nsecond', Kind: 'Issue',
        Branch: '', ReviewState: '', ReviewComments: '', Time: '', Schedule: '',
      },
      labels: ['bug', 'urgent'],
      annotations: {
        'kelos.dev/source-kind': 'issue', 'kelos.dev/source-number': '7', 'kelos.dev/source-owner': 'acme/web', 'kelos.dev/source-repo': 'shop', 'taskwright.dev/source-forge': 'gitlab',
        'taskwright.dev/source-base-url': 'https://gitlab.com', 'kelos.dev/github-reporting': 'enabled', 'kelos.dev/github-comment-mode': 'Sticky',
      },
      upstreamRepo: 'acme/web/shop',
      origin: { actor: 'ann', subject: 'acme/web/shop#7', text: 'It crashes.', createdAt: new Date('2025-12-31T00:00:00Z'), own: { key: expect.any(String), ask: expect.any(Function) } },
    }],
    skipped: [],
    failed: [],
  });
  expect(server.requests.map(({ authorization }) => authorization)).toEqual(['Bearer token', 'Bearer token']);
});

const issues: GitLabItem[] = [
  { iid: 1, labels: ['bot'], author: 'ann', assignees: ['bot'] },
  { iid: 2, labels: ['bot', 'later'], author: 'bob' },
  { iid: 3, author: 'ann', state: 'closed' },
];

test.each<{ it: string; config: Partial<Config>; found: string[]; skipped: [string, string, string][]; asked: Record<string, string> }>([
  { it: 'open ones', config: {}, found: ['1', '2'], skipped: [], asked: {} },
  { it: 'all of them', config: { state: 'all' }, found: ['1', '2', '3'], skipped: [], asked: { state: 'all' } },
  { it: 'those with a label', config: { labels: ['bot'] }, found: ['1', '2'], skipped: [], asked: { labels: 'bot' } },
  { it: 'those without one', config: { excludeLabels: ['later'] }, found: ['1'], skipped: [['2', 'excludeLabels', 'later']], asked: {} },
  { it: 'those of somebody', config: { author: 'bob' }, found: ['2'], skipped: [], asked: { author_username: 'bob' } },
  { it: 'those of anybody else', config: { excludeAuthors: ['ANN'] }, found: ['2'], skipped: [['1', 'excludeAuthors', 'ann']], asked: {} },
  { it: 'those that are assigned', config: { assignee: '*' }, found: ['1'], skipped: [], asked: { assignee_id: 'Any' } },
  { it: 'those that nobody is assigned to', config: { assignee: 'none' }, found: ['2'], skipped: [], asked: { assignee_id: 'None' } },
  { it: 'those of an assignee', config: { assignee: 'bot' }, found: ['1'], skipped: [], asked: { assignee_username: 'bot' } },
])('$it are found', async ({ config, found, skipped, asked }) => {
  const server = aGitLab(issues);
  const discovery = await look(server, config);
  expect(discovery.events.map(({ id }) => id)).toEqual(found);
  expect(discovery.skipped.map(({ id, filter, seen }) => [id, filter, seen])).toEqual(skipped);
  expect(server.requests.map(({ url: { searchParams } }) => Object.fromEntries(searchParams))).toEqual([{ state: 'opened', scope: 'all', order_by: 'created_at', sort: 'desc', per_page: '100', ...asked }]);
});

const policy = { triggerComment: '/fix', excludeComments: ['/stop'] };

test.each<{ it: string; config?: Config['commentPolicy']; issue: Partial<GitLabItem>; time?: string | undefined; skipped?: [string, string] }>([
  { it: 'without a command it waits', issue: {}, skipped: ['commentPolicy.triggerComment', 'no such comment'] },
  { it: 'a command in its text is enough', issue: { description: 'Broken\n /fix ' } },
  { it: 'a command in a sentence is none', issue: { notes: [{ body: 'please /fix it' }] }, skipped: ['commentPolicy.triggerComment', 'no such comment'] },
  { it: 'a comment says when', issue: { notes: [{ body: '/fix', at: minutesAgo(5) }] }, time: minutesAgo(5) },
  { it: 'a later one stops it', issue: { notes: [{ body: '/fix', at: minutesAgo(5) }, { body: '/stop', author: 'bob', at: minutesAgo(4) }] }, skipped: ['commentPolicy.excludeComments', 'a comment of bob'] },
  { it: 'and a later one still lets it go on', issue: { notes: [{ body: '/stop', at: minutesAgo(5) }, { body: '/fix', at: minutesAgo(4) }] }, time: minutesAgo(4) },
  { it: 'what GitLab notes is no command', issue: { notes: [{ body: '/fix', system: true }] }, skipped: ['commentPolicy.triggerComment', 'no such comment'] },
  { it: 'a developer may', config: { minimumAccessLevel: 'developer' }, issue: { notes: [{ body: '/fix', author: 'Dev', at: minutesAgo(1) }] }, time: minutesAgo(1) },
  { it: 'a reporter may not', config: { minimumAccessLevel: 'developer' }, issue: { notes: [{ body: '/fix', author: 'rep' }] }, skipped: ['commentPolicy.triggerComment', 'only from rep'] },
  { it: 'nor may a stranger whose name begins like one', config: { minimumAccessLevel: 'guest' }, issue: { notes: [{ body: '/fix', author: 'de' }] }, skipped: ['commentPolicy.triggerComment', 'only from de'] },
  { it: 'who is named may', config: { allowedUsers: ['Eve'], minimumAccessLevel: 'owner' }, issue: { notes: [{ body: '/fix', author: 'eve', at: minutesAgo(1) }] }, time: minutesAgo(1) },
  { it: 'a stranger cannot stop it', config: { minimumAccessLevel: 'developer' }, issue: { notes: [{ body: '/fix', author: 'Dev', at: minutesAgo(2) }, { body: '/stop', author: 'eve', at: minutesAgo(1) }] }, time: minutesAgo(2) },
])('$it', async ({ config = {}, issue, time, skipped }) => {
  const server = aGitLab([{ iid: 1, ...issue }], { members: { Dev: 30, rep: 20 } });
  const discovery = await look(server, { commentPolicy: { ...policy, ...config } });
  expect(discovery.skipped.map(({ filter, seen }) => [filter, seen])).toEqual(skipped ? [skipped] : []);
  expect(discovery.events.map(({ triggerTime }) => triggerTime?.toISOString())).toEqual(skipped ? [] : [time]);
});

test('the newest of more comments than a page holds is seen', async () => {
  const notes = Array.from({ length: 150 }, (_, index) => ({ body: index === 149 ? '/fix' : `${index}`, at: minutesAgo(150 - index) }));
  const { events } = await look(aGitLab([{ iid: 1, notes }]), { commentPolicy: policy });
  expect(events.map(({ triggerTime }) => triggerTime?.toISOString())).toEqual([minutesAgo(1)]);
});

test('comments are asked for where somebody has written one and somebody reads it', async () => {
  const server = aGitLab([{ iid: 1, notes: [{ body: 'a' }] }, { iid: 2 }, { iid: 3, notes: [{ body: 'closed', system: true }] }]);
  await look(server);
  await look(server, {}, '{{.Comments}}');
  expect(server.requests.map(({ url, status }) => `${url.pathname.replace(/.*shop\//, '')} ${status}`)).toEqual(['issues 200', 'issues 304', 'issues/1/notes 200']);
});

test('a look that finds nothing new is sent nothing', async () => {
  const server = aGitLab([{ iid: 1, notes: [{ body: 'a' }] }]);
  const [first, again] = [await look(server, {}, '{{.Comments}}'), await look(server, {}, '{{.Comments}}')];
  // Who we are there is asked in the way of the look that found it.
  const own = { key: first.events[0]!.origin!.own!.key, ask: expect.any(Function) };
  expect(again).toEqual({ ...first, events: first.events.map((event) => ({ ...event, origin: { ...event.origin, own } })) });
  expect(server.requests.map(({ status }) => status)).toEqual([200, 200, 304]);
});

test('what is wrong with one issue is told of that one', async () => {
  const server = aGitLab([{ iid: 1, notes: [{ body: 'a' }] }, { iid: 2 }]);
  server.fault = (url) => (url.pathname.endsWith('/issues/1/notes') ? Response.json({ message: '404 Not found' }, { status: 404 }) : undefined);
  const { events, failed } = await look(server, {}, '{{.Comments}}');
  expect(events.map(({ id }) => id)).toEqual(['2']);
  expect(failed).toEqual([{ id: '1', summary: 'issue #1 of acme/web/shop', problem: 'GitLab at gitlab.com answered with status 404 at /projects/acme%2Fweb%2Fshop/issues/1/notes, "404 Not found"' }]);
});

test('what is no issue is told of, and the others are found', async () => {
  const server = aGitLab([]);
  server.fault = () => Response.json([null, { iid: 'x' }, { iid: 3, title: 't', description: null, web_url: 'u', author: null, labels: [] }]);
  const { events, failed } = await look(server);
  expect(events.map(({ id, origin }) => [id, origin?.actor])).toEqual([['3', '']]);
  expect(failed.map(({ summary }) => summary)).toEqual(['issue #? of acme/web/shop, entry 1 of the list', 'issue #? of acme/web/shop, entry 2 of the list']);
});

test.each<{ it: string; config?: Partial<Config>; options?: Partial<GitLabServerOptions>; problem: string }>([
  { it: 'a project that is not there', config: { project: 'acme/shpo' }, problem: 'SourceError: when.gitlabIssues.project: GitLab at gitlab.com shows nothing of acme/shpo to the owner of the token in Secret "bot", got status 404; correct the name, or use a token of somebody who may look, with the scope read_api, and api to report' },
  { it: 'a token that is not taken', options: { tokens: {} }, problem: 'SourceError: GitLab at gitlab.com does not take the owner of the token in Secret "bot", "401 Unauthorized"; give the Workspace a Secret with a token that has the scope read_api, and api to report' },
])('$it is told with what to do', async ({ config, options, problem }) => {
  expect(await problemOf(look(aGitLab([], options), config))).toBe(problem);
});
