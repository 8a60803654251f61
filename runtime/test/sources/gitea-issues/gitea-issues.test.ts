import type { TaskSpawnerSpec, Workspace } from '@taskwright/schema';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../../src/embedded/virtual-clock.ts';
import { giteaIssuesSource } from '../../../src/sources/gitea-issues/gitea-issues.ts';
import type { SourceError } from '../../../src/sources/source.ts';
import { type GiteaItem, GiteaServer, type GiteaServerOptions } from '../../../src/testing/gitea-server.ts';
import { aSourceContext } from '../a-source-context.ts';

type Config = NonNullable<TaskSpawnerSpec['when']['giteaIssues']>;
type Permission = 'read' | 'write' | 'admin' | 'owner';

const clock = new VirtualClock();
const workspace: Workspace = { metadata: { name: 'shop' }, spec: { repo: 'https://codeberg.org/acme/shop.git', secretRef: { name: 'bot' } } };
const minutesAgo = (minutes: number) => new Date(clock.now().getTime() - minutes * 60_000).toISOString();

function aGitea(issues: GiteaItem[], { collaborators = {}, ...options }: Partial<GiteaServerOptions> & { collaborators?: Record<string, Permission> } = {}) {
  const server = new GiteaServer({ clock, tokens: { token: 'bot' }, ...options });
  server.repository('acme/shop', { issues, labels: ['bot', 'later'], collaborators: { bot: 'admin', ...collaborators }, isPrivate: true });
  return server;
}

function look(server: GiteaServer, config: Partial<Config> = {}, { prompt = '{{.Title}}', secret = { GITHUB_TOKEN: 'token' } as Record<string, string> } = {}) {
  const when: Config = { state: 'open', ...config };
  return giteaIssuesSource.discover(when, aSourceContext({ when: { giteaIssues: when }, workspace, secrets: { bot: secret }, fetch: server.fetch, clock, prompt }), new Date(0));
}

const problemOf = (promise: Promise<unknown>) => promise.then(() => expect.fail('it was found'), ({ name, message }: SourceError) => `${name}: ${message}`);

test('an issue becomes an event', async () => {
  const server = aGitea([{ number: 7, title: 'Crash', body: 'It crashes.', labels: ['bug', 'urgent'], comments: [{ body: 'first' }, { body: 'second' }] }]);
  expect(await look(server, { reporting: { comments: { mode: 'PerTask' } } }, { prompt: '{{.Comments}}' })).toEqual({
    events: [{
      id: '7',
      nameSuffix: '7',
      summary: 'issue #7 of acme/shop',
      variables: {
        ID: '7', Number: 7n, Title: 'Crash', Body: 'It crashes.', URL: 'https://codeberg.org/acme/shop/issues/7', Labels: 'bug, urgent', Comments: 'first\n---\nsecond', Kind: 'Issue',
        Branch: '', ReviewState: '', ReviewComments: '', Time: '', Schedule: '',
      },
      labels: ['bug', 'urgent'],
      annotations: {
        'kelos.dev/source-kind': 'issue', 'kelos.dev/source-number': '7', 'kelos.dev/source-owner': 'acme', 'kelos.dev/source-repo': 'shop', 'taskwright.dev/source-forge': 'gitea',
        'taskwright.dev/source-base-url': 'https://codeberg.org', 'kelos.dev/github-reporting': 'enabled', 'kelos.dev/github-comment-mode': 'PerTask',
      },
      origin: { actor: 'ann', subject: 'acme/shop#7', text: 'It crashes.', createdAt: new Date('2025-12-31T00:00:00Z'), own: { key: expect.any(String), ask: expect.any(Function) } },
    }],
    skipped: [],
    failed: [],
  });
});

const issues: GiteaItem[] = [
  { number: 1, labels: ['bot'], author: 'ann', assignees: ['bot'] },
  { number: 2, labels: ['bot', 'later'], author: 'bob' },
  { number: 3, author: 'ann', state: 'closed' },
  { number: 4, author: 'ann' },
];

test.each<{ it: string; config: Partial<Config>; found: string[]; skipped?: [string, string, string][]; asked: Record<string, string> }>([
  { it: 'open ones', config: {}, found: ['1', '2', '4'], asked: {} },
  { it: 'all of them', config: { state: 'all' }, found: ['1', '2', '3', '4'], asked: { state: 'all' } },
  { it: 'those with a label', config: { labels: ['bot'] }, found: ['1', '2'], asked: { labels: 'bot' } },
  { it: 'those with two labels, of which Gitea finds those with one', config: { labels: ['bot', 'later'] }, found: ['2'], skipped: [['1', 'labels', 'bot']], asked: { labels: 'bot,later' } },
  { it: 'none with a label that the repository does not have', config: { labels: ['bto'] }, found: [], skipped: [['1', 'labels', 'bot'], ['2', 'labels', 'bot, later'], ['4', 'labels', 'no labels']], asked: { labels: 'bto' } },
  { it: 'those without one', config: { excludeLabels: ['later'] }, found: ['1', '4'], skipped: [['2', 'excludeLabels', 'later']], asked: {} },
  { it: 'those of somebody', config: { author: 'bob' }, found: ['2'], asked: { created_by: 'bob' } },
  { it: 'those of anybody else', config: { excludeAuthors: ['ann'] }, found: ['2'], skipped: [['1', 'excludeAuthors', 'ann'], ['4', 'excludeAuthors', 'ann']], asked: {} },
  { it: 'those that are assigned', config: { assignee: '*' }, found: ['1'], skipped: [['2', 'assignee', 'nobody'], ['4', 'assignee', 'nobody']], asked: {} },
  { it: 'those that nobody is assigned to', config: { assignee: 'none' }, found: ['2', '4'], skipped: [['1', 'assignee', 'bot']], asked: {} },
  { it: 'those of an assignee', config: { assignee: 'bot' }, found: ['1'], asked: { assigned_by: 'bot' } },
])('$it are found', async ({ config, found, skipped = [], asked }) => {
  const server = aGitea(issues);
  const discovery = await look(server, config);
  expect(discovery.events.map(({ id }) => id)).toEqual(found);
  expect(discovery.skipped.map(({ id, filter, seen }) => [id, filter, seen])).toEqual(skipped);
  expect(server.requests.map(({ url: { searchParams } }) => Object.fromEntries(searchParams))).toEqual([{ state: 'open', type: 'issues', limit: '50', ...asked }]);
});

const triggerComment = '/fix';

test.each<{ it: string; config?: Config['commentPolicy']; issue: Partial<GiteaItem>; time?: string | undefined; skipped?: [string, string] }>([
  { it: 'without a command it waits', issue: {}, skipped: ['commentPolicy.triggerComment', 'no such comment'] },
  { it: 'a comment says when', issue: { comments: [{ body: '/fix', at: minutesAgo(5) }] }, time: minutesAgo(5) },
  { it: 'a later one stops it', config: { excludeComments: ['/stop'] }, issue: { comments: [{ body: '/fix', at: minutesAgo(5) }, { body: '/stop', at: minutesAgo(4) }] }, skipped: ['commentPolicy.excludeComments', 'a comment of ann'] },
  { it: 'who may write may', config: { minimumPermission: 'write' }, issue: { comments: [{ body: '/fix', author: 'Dev', at: minutesAgo(1) }] }, time: minutesAgo(1) },
  { it: 'who may read may not', config: { minimumPermission: 'write' }, issue: { comments: [{ body: '/fix', author: 'rep' }] }, skipped: ['commentPolicy.triggerComment', 'only from rep'] },
  { it: 'nor may a stranger', config: { minimumPermission: 'read' }, issue: { comments: [{ body: '/fix', author: 'eve' }] }, skipped: ['commentPolicy.triggerComment', 'only from eve'] },
  { it: 'who is named may', config: { allowedUsers: ['eve'] }, issue: { comments: [{ body: '/fix', author: 'Eve', at: minutesAgo(1) }] }, time: minutesAgo(1) },
])('$it', async ({ config = {}, issue, time, skipped }) => {
  const server = aGitea([{ number: 1, ...issue }], { collaborators: { Dev: 'write', rep: 'read' } });
  const discovery = await look(server, { commentPolicy: { triggerComment, ...config } });
  expect(discovery.skipped.map(({ filter, seen }) => [filter, seen])).toEqual(skipped ? [skipped] : []);
  expect(discovery.events.map(({ triggerTime }) => triggerTime?.toISOString())).toEqual(skipped ? [] : [time]);
});

test('all pages are read', async () => {
  const server = aGitea(Array.from({ length: 120 }, (_, index) => ({ number: index + 1 })));
  expect((await look(server)).events.length).toBe(120);
  expect(server.requests.map(({ url }) => url.searchParams.get('page'))).toEqual([null, '2', '3']);
});

test('a name and a password are one account, a token another', async () => {
  const server = aGitea([]);
  await look(server, {}, { secret: { username: 'bot', password: 'token' } });
  await look(server);
  expect(server.requests.map(({ authorization }) => authorization)).toEqual([`Basic ${Buffer.from('bot:token').toString('base64')}`, 'token token']);
});

test.each<{ it: string; config?: Partial<Config>; options?: Parameters<typeof aGitea>[1]; problem: string }>([
  { it: 'a repository that is not there', config: { repo: 'acme/shpo' }, problem: 'SourceError: when.giteaIssues.repo: Gitea at codeberg.org shows nothing of acme/shpo to the owner of the token in Secret "bot", got status 404; correct the name, or use a token of somebody who may look, with read access to issues and repositories, and write access to report' },
  { it: 'a token that is not taken', options: { tokens: {} }, problem: 'SourceError: Gitea at codeberg.org does not take the owner of the token in Secret "bot", "user does not exist [uid: 0, name: ]"; give the Workspace a Secret with a token that has read access to issues and repositories, and write access to report' },
  { it: 'a token that may not ask about others', config: { commentPolicy: { triggerComment, minimumPermission: 'write' } }, options: { collaborators: { bot: 'write' } }, problem: 'SourceError: when.giteaIssues.commentPolicy.minimumPermission: Gitea at codeberg.org tells the permissions of others to administrators of acme/shop alone, and the owner of the token in Secret "bot" is none; make them one, or use allowedUsers' },
])('$it is told with what to do', async ({ config, options, problem }) => {
  expect(await problemOf(look(aGitea([{ number: 1, body: '/fix' }], options), config))).toBe(problem);
});
