import type { TaskSpawnerSpec, Workspace } from '@taskwright/schema';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../../src/embedded/virtual-clock.ts';
import { gitlabMergeRequestsSource } from '../../../src/sources/gitlab-merge-requests/gitlab-merge-requests.ts';
import { type GitLabMergeRequest, GitLabServer } from '../../../src/testing/gitlab-server.ts';
import { aSourceContext } from '../a-source-context.ts';

type Config = NonNullable<TaskSpawnerSpec['when']['gitlabMergeRequests']>;

const clock = new VirtualClock();
const workspace: Workspace = { metadata: { name: 'shop' }, spec: { repo: 'https://git.acme.test/acme/shop.git', secretRef: { name: 'bot' } } };
const minutesAgo = (minutes: number) => new Date(clock.now().getTime() - minutes * 60_000).toISOString();
const head = 'c'.repeat(40);

function look(change: Partial<GitLabMergeRequest>, config: Partial<Config> = {}, prompt = '{{.Title}}') {
  const server = new GitLabServer({ clock, root: 'https://git.acme.test', tokens: { token: 'bot' } });
  server.project('acme/shop', { mergeRequests: [{ iid: 4, sha: head, ...change }], members: { dev: 30 } });
  const when: Config = { state: 'opened', reviewState: 'any', ...config };
  const found = gitlabMergeRequestsSource.discover(when, aSourceContext({ when: { gitlabMergeRequests: when }, workspace, secrets: { bot: { GITHUB_TOKEN: 'token' } }, fetch: server.fetch, clock, prompt }), new Date(0));
  return found.then((discovery) => ({ ...discovery, asked: server.requests.map(({ url }) => url.pathname.replace(/.*merge_requests/, '')) }));
}

test('a merge request becomes an event', async () => {
  const { asked, ...discovery } = await look({
    title: 'Faster', description: 'By half.', labels: ['perf'], author: 'bot', sourceBranch: 'faster', approvedBy: ['dev'],
    notes: [{ body: 'nice', author: 'dev', at: minutesAgo(9) }, { body: 'why?', author: 'dev', at: minutesAgo(8), on: { sha: head, path: 'a.ts', line: 3 } }, { body: 'old', on: { sha: 'd'.repeat(40), path: 'a.ts', line: 3 } }, { body: 'whole', at: minutesAgo(7), on: { sha: head, path: 'b.ts' } }],
  }, { reporting: { comments: { mode: 'PerTask' }, commitStatus: { name: 'bot' } } }, '{{.Comments}} {{.ReviewComments}} {{.ReviewState}}');
  expect(discovery).toEqual({
    events: [{
      id: '4',
      nameSuffix: '4',
      summary: 'merge request !4 of acme/shop',
      variables: {
        ID: '4', Number: 4n, Title: 'Faster', Body: 'By half.', URL: 'https://git.acme.test/acme/shop/-/merge_requests/4', Labels: 'perf', Comments: 'nice', Kind: 'MR', Branch: 'faster',
        ReviewState: 'approved', ReviewComments: 'a.ts:3\nwhy?\n---\nb.ts\nwhole', Time: '', Schedule: '',
      },
      labels: ['perf'],
      annotations: {
        'kelos.dev/source-kind': 'pull-request', 'kelos.dev/source-number': '4', 'kelos.dev/source-owner': 'acme', 'kelos.dev/source-repo': 'shop', 'kelos.dev/source-sha': head,
        'taskwright.dev/source-forge': 'gitlab', 'taskwright.dev/source-base-url': 'https://git.acme.test', 'kelos.dev/github-reporting': 'enabled', 'kelos.dev/github-comment-mode': 'PerTask',
        'kelos.dev/github-checks': 'enabled', 'kelos.dev/github-check-name': 'bot',
      },
      origin: { actor: 'bot', subject: 'acme/shop!4', branch: 'faster', text: 'By half.', createdAt: new Date('2025-12-31T00:00:00Z'), own: { key: expect.any(String), ask: expect.any(Function) } },
    }],
    skipped: [],
    failed: [],
  });
  expect(asked.toSorted()).toEqual(['', '/4/approvals', '/4/notes', '/4/reviewers']);
});

test('what nothing needs is not asked for', async () => {
  expect((await look({ notes: [{ body: 'a' }], files: ['a'], approvedBy: ['dev'], pipeline: 'failed' })).asked).toEqual(['']);
});

test.each<{ it: string; config: Partial<Config>; change?: Partial<GitLabMergeRequest>; skipped?: [string, string]; time?: string | undefined }>([
  { it: 'a draft that must be none', config: { draft: false }, change: { draft: true }, skipped: ['draft', 'true'] },
  { it: 'a draft that has to be one', config: { draft: true }, change: { draft: true } },
  { it: 'an author who is ruled out', config: { excludeAuthors: ['ann'] }, skipped: ['excludeAuthors', 'ann'] },
  { it: 'a label that is ruled out', config: { excludeLabels: ['wip'] }, change: { labels: ['wip', 'a'] }, skipped: ['excludeLabels', 'wip'] },
  { it: 'a file that is waited for', config: { filePatterns: { include: ['src/**'] } }, change: { files: ['docs/a.md', 'src/a.ts'] } },
  { it: 'files of another kind', config: { filePatterns: { include: ['src/**'] } }, change: { files: ['docs/a.md'] }, skipped: ['filePatterns', 'docs/a.md'] },
  { it: 'files that do not count', config: { filePatterns: { exclude: ['**/*.md'] } }, change: { files: ['docs/a.md'] }, skipped: ['filePatterns', 'docs/a.md'] },
  { it: 'a pipeline that failed', config: { pipelineStatus: 'failed' }, change: { pipeline: 'failed' }, time: minutesAgo(30) },
  { it: 'a pipeline that did not', config: { pipelineStatus: 'failed' }, change: { pipeline: 'success' }, skipped: ['pipelineStatus', 'success'] },
  { it: 'no pipeline', config: { pipelineStatus: 'failed' }, skipped: ['pipelineStatus', 'no pipeline'] },
  { it: 'changes that were requested', config: { reviewState: 'changes_requested' }, change: { approvedBy: ['ann'], reviewers: { dev: 'requested_changes' }, notes: [{ body: 'requested changes', system: true, at: minutesAgo(6) }] }, time: minutesAgo(6) },
  { it: 'an approval', config: { reviewState: 'approved' }, change: { approvedBy: ['ann'], reviewers: { ann: 'approved' } }, time: minutesAgo(60) },
  { it: 'no review', config: { reviewState: 'approved' }, change: { reviewers: { ann: 'reviewed' } }, skipped: ['reviewState', 'neither approved nor changes requested'] },
  { it: 'another review', config: { reviewState: 'approved' }, change: { approvedBy: ['ann'], reviewers: { dev: 'requested_changes' } }, skipped: ['reviewState', 'changes_requested'] },
  { it: 'a command on a line', config: { commentPolicy: { triggerComment: '/fix', minimumAccessLevel: 'developer' } }, change: { notes: [{ body: '/fix', author: 'dev', at: minutesAgo(2), on: { sha: head, path: 'a' } }] }, time: minutesAgo(2) },
  { it: 'a command of a stranger', config: { commentPolicy: { triggerComment: '/fix', minimumAccessLevel: 'developer' } }, change: { notes: [{ body: '/fix', author: 'eve' }] }, skipped: ['commentPolicy.triggerComment', 'only from eve'] },
  { it: 'a stop that a new review does not lift', config: { reviewState: 'changes_requested', commentPolicy: { excludeComments: ['/stop'] } }, change: { reviewers: { dev: 'requested_changes' }, notes: [{ body: '/stop', author: 'dev', at: minutesAgo(9) }, { body: 'requested changes', system: true, at: minutesAgo(6) }] }, skipped: ['commentPolicy.excludeComments', 'a comment of dev'] },
  { it: 'the later of command and review', config: { reviewState: 'approved', commentPolicy: { triggerComment: '/fix' } }, change: { approvedBy: ['ann'], notes: [{ body: '/fix', at: minutesAgo(90) }] }, time: minutesAgo(60) },
])('$it: found, or told why not', async ({ config, change = {}, skipped, time }) => {
  const discovery = await look(change, config);
  expect(discovery.skipped.map(({ filter, seen }) => [filter, seen])).toEqual(skipped ? [skipped] : []);
  expect(discovery.events.map(({ triggerTime }) => triggerTime?.toISOString())).toEqual(skipped ? [] : [time]);
  expect(discovery.failed).toEqual([]);
});

test('more files than are looked at fail that merge request', async () => {
  const { events, failed } = await look({ files: Array.from({ length: 3_001 }, (_, index) => `${index}`) }, { filePatterns: { include: ['x'] } });
  expect([events, failed]).toEqual([[], [{ id: '4', summary: 'merge request !4 of acme/shop', problem: 'it changes more than 3000 files; filePatterns cannot be held against them' }]]);
});

test.each([['opened', []], ['merged', ['4']], ['all', ['4']]] as const)('%s of one that was merged', async (state, found) => {
  expect((await look({ state: 'merged' }, { state })).events.map(({ id }) => id)).toEqual(found);
});
