import type { TaskSpawnerSpec, Workspace } from '@taskwright/schema';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../../src/embedded/virtual-clock.ts';
import { giteaPullRequestsSource } from '../../../src/sources/gitea-pull-requests/gitea-pull-requests.ts';
import { type GiteaPullRequest, GiteaServer } from '../../../src/testing/gitea-server.ts';
import { aSourceContext } from '../a-source-context.ts';

type Config = NonNullable<TaskSpawnerSpec['when']['giteaPullRequests']>;

const clock = new VirtualClock();
const workspace: Workspace = { metadata: { name: 'shop' }, spec: { repo: 'git@git.acme.test:acme/shop.git', secretRef: { name: 'bot' } } };
const minutesAgo = (minutes: number) => new Date(clock.now().getTime() - minutes * 60_000).toISOString();
const head = 'c'.repeat(40);

function look(change: Partial<GiteaPullRequest>, config: Partial<Config> = {}, prompt = '{{.Title}}') {
  const server = new GiteaServer({ clock, root: 'https://git.acme.test:3000', tokens: { token: 'bot' } });
  server.repository('acme/shop', { pulls: [{ number: 4, sha: head, ...change }], collaborators: { bot: 'owner', dev: 'write' } });
  const when: Config = { baseUrl: 'https://git.acme.test:3000', state: 'open', reviewState: 'any', ...config };
  const found = giteaPullRequestsSource.discover(when, aSourceContext({ when: { giteaPullRequests: when }, workspace, secrets: { bot: { GITHUB_TOKEN: 'token' } }, fetch: server.fetch, clock, prompt }), new Date(0));
  return found.then((discovery) => ({ ...discovery, asked: server.requests.map(({ url }) => url.pathname.replace(/.*shop/, '')) }));
}

test('a pull request becomes an event', async () => {
  const { asked, ...discovery } = await look({
    title: 'Faster', body: 'By half.', labels: ['perf'], author: 'bot', branch: 'faster', comments: [{ body: 'nice' }],
    reviews: [
      { state: 'APPROVED', author: 'dev', lines: [{ body: 'why?', path: 'a.ts', line: 3 }, { body: 'whole', path: 'b.ts' }, { body: ' ', path: 'b.ts' }] },
      { state: 'COMMENT', sha: 'd'.repeat(40), lines: [{ body: 'old', path: 'a.ts', line: 3 }] },
      { state: 'PENDING', lines: [{ body: 'secret', path: 'a.ts' }] },
    ],
  }, { repo: 'acme/shop', reporting: { commitStatus: {} } }, '{{.Comments}} {{.ReviewComments}} {{.ReviewState}}');
  expect(discovery).toEqual({
    events: [{
      id: '4',
      nameSuffix: '4',
      summary: 'pull request #4 of acme/shop',
      variables: {
        ID: '4', Number: 4n, Title: 'Faster', Body: 'By half.', URL: 'https://git.acme.test:3000/acme/shop/pulls/4', Labels: 'perf', Comments: 'nice', Kind: 'PR', Branch: 'faster',
        ReviewState: 'approved', ReviewComments: 'a.ts:3\nwhy?\n---\nb.ts\nwhole', Time: '', Schedule: '',
      },
      labels: ['perf'],
      annotations: {
        'kelos.dev/source-kind': 'pull-request', 'kelos.dev/source-number': '4', 'kelos.dev/source-owner': 'acme', 'kelos.dev/source-repo': 'shop', 'kelos.dev/source-sha': head,
        'taskwright.dev/source-forge': 'gitea', 'taskwright.dev/source-base-url': 'https://git.acme.test:3000', 'kelos.dev/github-checks': 'enabled', 'kelos.dev/github-check-name': 'Taskwright: workers',
      },
      upstreamRepo: 'acme/shop',
      origin: { actor: 'bot', subject: 'acme/shop#4', branch: 'faster', text: 'By half.', createdAt: new Date('2025-12-31T00:00:00Z'), own: { key: expect.any(String), ask: expect.any(Function) } },
    }],
    skipped: [],
    failed: [],
  });
  expect(asked).toEqual(['/pulls', '/pulls/4/reviews', '/issues/4/comments', '/pulls/4/reviews/1/comments', '/pulls/4/reviews/2/comments']);
});

test('what nothing needs is not asked for', async () => {
  expect((await look({ comments: [{ body: 'a' }], files: ['a'], reviews: [{ state: 'APPROVED' }] })).asked).toEqual(['/pulls']);
});

test.each<{ it: string; config: Partial<Config>; change?: Partial<GiteaPullRequest>; skipped?: [string, string]; time?: string | undefined }>([
  { it: 'a draft that must be none', config: { draft: false }, change: { draft: true }, skipped: ['draft', 'true'] },
  { it: 'an author who is not asked for', config: { author: 'bob' }, skipped: ['author', 'ann'] },
  { it: 'labels that are not all there', config: { labels: ['a', 'b'] }, change: { labels: ['a'] }, skipped: ['labels', 'a'] },
  { it: 'a file that is waited for', config: { filePatterns: { include: ['src/**'] } }, change: { files: ['docs/a.md', 'src/a.ts'] } },
  { it: 'no files', config: { filePatterns: { include: ['src/**'] } }, skipped: ['filePatterns', 'no files'] },
  { it: 'changes that were requested', config: { reviewState: 'changes_requested' }, change: { reviews: [{ state: 'APPROVED', author: 'ann' }, { state: 'REQUEST_CHANGES', author: 'dev', at: minutesAgo(6) }] }, time: minutesAgo(6) },
  { it: 'changes that were requested and then approved', config: { reviewState: 'changes_requested' }, change: { reviews: [{ state: 'REQUEST_CHANGES', author: 'dev', at: minutesAgo(6) }, { state: 'APPROVED', author: 'dev', at: minutesAgo(5) }] }, skipped: ['reviewState', 'approved'] },
  { it: 'a review that was dismissed', config: { reviewState: 'approved' }, change: { reviews: [{ state: 'APPROVED', dismissed: true }] }, skipped: ['reviewState', 'neither approved nor changes requested'] },
  { it: 'a review of another commit', config: { reviewState: 'approved' }, change: { reviews: [{ state: 'APPROVED', sha: 'd'.repeat(40) }] }, skipped: ['reviewState', 'neither approved nor changes requested'] },
  { it: 'a command on a line', config: { commentPolicy: { triggerComment: '/fix', minimumPermission: 'write' } }, change: { reviews: [{ state: 'COMMENT', lines: [{ body: '/fix', author: 'dev', at: minutesAgo(2), path: 'a' }] }] }, time: minutesAgo(2) },
  { it: 'a command in a review', config: { commentPolicy: { triggerComment: '/fix' } }, change: { reviews: [{ state: 'COMMENT', body: '/fix', author: 'dev', at: minutesAgo(3) }] }, time: minutesAgo(3) },
  { it: 'a command in a review that is not sent', config: { commentPolicy: { triggerComment: '/fix' } }, change: { reviews: [{ state: 'PENDING', body: '/fix', author: 'dev' }] }, skipped: ['commentPolicy.triggerComment', 'no such comment'] },
  { it: 'a command of a stranger', config: { commentPolicy: { triggerComment: '/fix', minimumPermission: 'write' } }, change: { comments: [{ body: '/fix', author: 'eve' }] }, skipped: ['commentPolicy.triggerComment', 'only from eve'] },
  { it: 'the later of command and review', config: { reviewState: 'approved', commentPolicy: { triggerComment: '/fix' } }, change: { reviews: [{ state: 'APPROVED', author: 'dev', at: minutesAgo(9) }], comments: [{ body: '/fix', at: minutesAgo(2) }] }, time: minutesAgo(2) },
])('$it: found, or told why not', async ({ config, change = {}, skipped, time }) => {
  const discovery = await look(change, config);
  expect(discovery.skipped.map(({ filter, seen }) => [filter, seen])).toEqual(skipped ? [skipped] : []);
  expect(discovery.events.map(({ triggerTime }) => triggerTime?.toISOString())).toEqual(skipped ? [] : [time]);
  expect(discovery.failed).toEqual([]);
});

test('more files than are looked at fail that pull request', async () => {
  const { events, failed } = await look({ files: Array.from({ length: 3_001 }, (_, index) => `${index}`) }, { filePatterns: { include: ['x'] } });
  expect([events, failed]).toEqual([[], [{ id: '4', summary: 'pull request #4 of acme/shop', problem: 'it changes more than 3000 files; filePatterns cannot be held against them' }]]);
});
