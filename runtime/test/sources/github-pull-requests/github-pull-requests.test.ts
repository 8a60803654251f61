import { expect, test } from 'vitest';
import { githubPullRequestsSource as source } from '../../../src/sources/github-pull-requests/github-pull-requests.ts';
import type { Discovery, SourceContext, TriggerConfig } from '../../../src/sources/source.ts';
import { shaOf } from '../../../src/testing/github-objects.ts';
import { asked, aWatchedGitHub } from '../a-watched-github.ts';

type Config = TriggerConfig<'githubPullRequests'>;
const config = (changes: Partial<Config> = {}): Config => ({ state: 'open', reviewState: 'any', ...changes });
const look = (context: SourceContext, changes: Partial<Config> = {}) => source.discover(config(changes), context, context.clock.now());
const ids = ({ events }: Discovery) => events.map(({ id }) => id);
const reasons = ({ skipped }: Discovery) => skipped.map(({ id, filter, seen }) => `${id} ${filter} ${seen}`);
const aWorld = (options: Parameters<typeof aWatchedGitHub>[1] = {}) => aWatchedGitHub({ githubPullRequests: config() }, options);
const OLD = shaOf('an earlier commit');
const ALL = '{{.Comments}} {{.ReviewComments}} {{.ReviewState}}';

test('a pull request becomes an event with all that templates, reports and the breaker of loops need', async () => {
  const { context, shop } = aWorld({ prompt: ALL });
  shop.pull({ number: 7, title: 'Fix `it`', body: null, user: 'ann', labels: ['bug'], ref: 'fix/ünï;rm -rf', sha: shaOf('head') });
  shop.comment(7, { body: 'Why?', user: 'bob' });
  shop.reviewComment(7, { path: 'src/a.ts', line: 3, body: 'Not like this' });
  shop.reviewComment(7, { path: 'src/b.ts', body: 'Nor this' });
  shop.reviewComment(7, { path: 'src/a.ts', line: 3, body: 'of another commit', commit: OLD });
  shop.reviewComment(7, { path: 'src/a.ts', line: 3, body: '  ' });
  shop.review(7, 'APPROVED', { user: 'bob' });
  expect(await look(context, { reporting: { enabled: true, checks: { name: 'Fixer' } } })).toEqual({
    events: [{
      id: '7', nameSuffix: '7', summary: 'pull request #7 of acme/shop', labels: ['bug'],
      variables: {
        ID: '7', Number: 7n, Title: 'Fix `it`', Body: '', URL: 'https://ghe.acme.test/acme/shop/pull/7', Labels: 'bug', Kind: 'PR', Branch: 'fix/ünï;rm -rf', ReviewState: 'approved',
        Comments: 'Why?', ReviewComments: 'src/a.ts:3\nNot like this\n---\nsrc/b.ts\nNor this', Time: '', Schedule: '',
      },
      annotations: {
        'kelos.dev/source-kind': 'pull-request', 'kelos.dev/source-number': '7', 'kelos.dev/source-owner': 'acme', 'kelos.dev/source-repo': 'shop', 'kelos.dev/source-sha': shaOf('head'),
        'kelos.dev/github-reporting': 'enabled', 'kelos.dev/github-comment-mode': 'PerTask', 'kelos.dev/github-checks': 'enabled', 'kelos.dev/github-check-name': 'Fixer',
      },
      origin: { actor: 'ann', subject: 'acme/shop#7', text: '', branch: 'fix/ünï;rm -rf', createdAt: new Date('2026-01-01T00:00:00Z') },
    }],
    skipped: [], failed: [],
  });
});

test('the list comes by what was updated last, and nothing else is asked for that nobody needs', async () => {
  const { context, server, shop } = aWorld({ prompt: '{{.Title}}' });
  shop.pull({ number: 1, files: ['a.ts'] });
  shop.comment(1, { body: 'a' });
  shop.review(1, 'APPROVED');
  await look(context, { state: 'all' });
  expect(asked(server)).toEqual(['/repos/acme/shop/pulls?per_page=100&state=all&sort=updated&direction=desc 200']);
});

test.each<[string, Partial<Config>, string, string[]]>([
  ['files', { filePatterns: { include: ['**'] } }, '{{.Title}}', ['pulls/1/files']],
  ['reviews, for their state', { reviewState: 'approved' }, '{{.Title}}', ['pulls/1/reviews']],
  ['reviews, for a template', {}, '{{.ReviewState}}', ['pulls/1/reviews']],
  ['comments, for a template', {}, '{{.Comments}}', ['issues/1/comments']],
  ['comments on lines, for a template', {}, '{{with .ReviewComments}}{{.}}{{end}}', ['pulls/1/comments']],
  ['everything that is written, for a command', { commentPolicy: { excludeComments: ['/hold'] } }, '{{.Title}}', ['issues/1/comments', 'pulls/1/comments', 'pulls/1/reviews']],
])('%s are asked for', async (_what, changes, prompt, paths) => {
  const { context, server, shop } = aWorld({ prompt });
  shop.pull({ number: 1, files: ['a.ts'] });
  shop.review(1, 'APPROVED');
  await look(context, changes);
  expect(server.requests.slice(1).map(({ path }) => path.split('?')[0]!.replace('/repos/acme/shop/', '')).sort()).toEqual(paths);
});

test('a look at what did not change is one conditional request, whatever is read of each', async () => {
  const { context, server, shop, clock } = aWorld({ prompt: ALL });
  for (let number = 1; number <= 4; number += 1) {
    shop.pull({ number, files: ['a.ts'] });
    shop.comment(number, { body: 'a' });
  }
  await clock.advance(120_000);
  const changes: Partial<Config> = { filePatterns: { include: ['*.ts'] }, commentPolicy: { excludeComments: ['/hold'] } };
  const first = await look(context, changes);
  server.requests.length = 0;
  expect(await look(context, changes)).toEqual(first);
  expect(asked(server)).toEqual(['/repos/acme/shop/pulls?per_page=100&state=open&sort=updated&direction=desc 304']);
});

test('a push brings other files, and makes reviews of the commit before count no more', async () => {
  const { context, shop, clock } = aWorld();
  shop.pull({ number: 1, files: ['README.md'] });
  shop.review(1, 'APPROVED', { user: 'bob' });
  const changes: Partial<Config> = { filePatterns: { include: ['**/*.ts'] }, reviewState: 'approved' };
  expect(reasons(await look(context, changes))).toEqual(['1 filePatterns README.md']);
  await clock.advance(120_000);
  shop.push(1, shaOf('next'), ['src/a.ts']);
  expect(reasons(await look(context, changes))).toEqual(['1 reviewState neither approved nor changes requested']);
  shop.review(1, 'APPROVED', { user: 'bob' });
  expect(ids(await look(context, changes))).toEqual(['1']);
});

test('what nobody wants is told with the filter and the value, in the order of the filters', async () => {
  const { context, shop } = aWorld();
  shop.pull({ number: 1, user: 'eve', draft: true });
  shop.pull({ number: 2, user: 'renovate[bot]', draft: true });
  shop.pull({ number: 3, user: 'ann', draft: true, labels: ['wip'] });
  shop.pull({ number: 4, user: 'ann', labels: ['wip', 'bug'] });
  shop.pull({ number: 5, user: 'ann' });
  shop.pull({ number: 6, user: 'ann', labels: ['ready', 'bug', 'other'] });
  expect(reasons(await look(context, { excludeAuthors: ['renovate[bot]'], draft: false, excludeLabels: ['wip'], labels: ['bug', 'ready'] }))).toEqual([
    '5 labels no labels', '4 excludeLabels wip', '3 draft true', '2 excludeAuthors renovate[bot]', '1 draft true',
  ]);
  const authors = await look(context, { author: 'ann', draft: true });
  expect([ids(authors), reasons(authors)]).toEqual([['3'], ['6 draft false', '5 draft false', '4 draft false', '2 author renovate[bot]', '1 author eve']]);
});

test.each<[string, Partial<Config>, string[]]>([
  ['any', {}, ['3', '2', '1']],
  ['approved', { reviewState: 'approved' }, ['1']],
  ['changes_requested', { reviewState: 'changes_requested' }, ['2']],
])('reviews: %s', async (_state, changes, found) => {
  const { context, shop } = aWorld();
  for (const number of [1, 2, 3]) shop.pull({ number });
  shop.review(1, 'CHANGES_REQUESTED', { user: 'bob', commit: OLD });
  shop.review(1, 'APPROVED', { user: 'bob' });
  shop.review(2, 'APPROVED', { user: 'bob' });
  shop.review(2, 'CHANGES_REQUESTED', { user: 'eve' });
  shop.review(3, 'COMMENTED', { user: 'bob' });
  expect(ids(await look(context, changes)).sort()).toEqual([...found].sort());
});

test.each<[string, (shop: ReturnType<typeof aWorld>['shop']) => void]>([
  ['a comment', (shop) => shop.comment(1, { body: 'please\n/fix', user: 'ann' })],
  ['a comment on a line', (shop) => shop.reviewComment(1, { path: 'a.ts', body: '/fix', user: 'ann' })],
  ['the text of a review', (shop) => shop.review(1, 'COMMENTED', { body: '/fix', user: 'ann' })],
])('a command may stand in %s', async (_where, write) => {
  const { context, shop, clock } = aWorld();
  shop.pull({ number: 1 });
  expect(reasons(await look(context, { commentPolicy: { triggerComment: '/fix' } }))).toEqual(['1 commentPolicy.triggerComment no such comment']);
  await clock.advance(60_000);
  write(shop);
  const { events } = await look(context, { commentPolicy: { triggerComment: '/fix' } });
  expect(events.map(({ id, triggerTime, origin }) => [id, triggerTime?.toISOString(), origin?.actor])).toEqual([['1', '2026-01-01T00:01:00.000Z', 'ann']]);
  expect(reasons(await look(context, { commentPolicy: { excludeComments: ['/fix'] } }))).toEqual(['1 commentPolicy.excludeComments a comment of ann']);
});

test('the text of a review of a stranger is no command', async () => {
  const { context, shop } = aWorld();
  shop.pull({ number: 1 });
  shop.review(1, 'COMMENTED', { body: '/fix', user: 'mallory' });
  expect(reasons(await look(context, { commentPolicy: { triggerComment: '/fix', allowedUsers: ['ann'] } }))).toEqual(['1 commentPolicy.triggerComment only from mallory']);
});

test('a review asks again, where its state is waited for; a pause holds all the same', async () => {
  const { context, shop, clock } = aWorld();
  shop.pull({ number: 1 });
  shop.comment(1, { body: '/fix', user: 'ann' });
  await clock.advance(60_000);
  shop.review(1, 'CHANGES_REQUESTED', { user: 'bob' });
  const at = async (changes: Partial<Config>) => (await look(context, changes)).events.map(({ triggerTime }) => triggerTime?.toISOString());
  expect(await at({ reviewState: 'changes_requested' })).toEqual(['2026-01-01T00:01:00.000Z']);
  expect(await at({ reviewState: 'changes_requested', commentPolicy: { triggerComment: '/fix' } })).toEqual(['2026-01-01T00:01:00.000Z']);
  expect(await at({ commentPolicy: { triggerComment: '/fix' } })).toEqual(['2026-01-01T00:00:00.000Z']);
  expect(await at({})).toEqual([undefined]);
  shop.comment(1, { body: '/hold', user: 'ann' });
  await clock.advance(60_000);
  shop.review(1, 'CHANGES_REQUESTED', { user: 'bob' });
  expect(await at({ reviewState: 'changes_requested', commentPolicy: { excludeComments: ['/hold'] } })).toEqual([]);
});

test('a pull request with more files than GitHub lists fails by itself', async () => {
  const { context, shop } = aWorld();
  shop.pull({ number: 1, files: Array.from({ length: 3_000 }, (_, at) => `src/${at}.ts`) });
  shop.pull({ number: 2, files: Array.from({ length: 1_200 }, (_, at) => `src/${at}.ts`) });
  const discovery = await look(context, { filePatterns: { include: ['src/1199.ts'] } });
  expect(ids(discovery)).toEqual(['2']);
  expect(discovery.failed).toEqual([{ id: '1', summary: 'pull request #1 of acme/shop', problem: 'it changes 3000 files or more, and GitHub lists no others; filePatterns cannot be held against them' }]);
});

test('a name of a file that only a machine would choose is a name', async () => {
  const { context, shop } = aWorld();
  shop.pull({ number: 1, files: [`${'a'.repeat(4_000)}\u202E.ts`] });
  expect(reasons(await look(context, { filePatterns: { include: [`${'*a'.repeat(40)}*b`] } }))[0]!.length).toBeLessThan(250);
});

test('half a million characters of comments are cut to the newest', async () => {
  const { context, shop } = aWorld({ prompt: ALL });
  shop.pull({ number: 1 });
  for (let at = 0; at < 8; at += 1) shop.reviewComment(1, { path: 'a.ts', body: `${at}${'é'.repeat(16_000)}` });
  const [event] = (await look(context)).events;
  expect((event!.variables.ReviewComments as string).split('\n---\n').map((text) => text.slice(0, 6))).toEqual(['a.ts\n6', 'a.ts\n7']);
});

test('a poll interval is read as that of every source', () => {
  expect([source.nextLookMs(config(), new Date(0)), source.nextLookMs(config({ pollInterval: '30s' }), new Date(0))]).toEqual([300_000, 30_000]);
});
