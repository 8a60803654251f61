import { type TaskSpawnerSpec, workspaceResource } from '@taskwright/schema';
import { secretResource } from '@taskwright/schema/kubernetes';
import { afterEach, expect, test } from 'vitest';
import { GitHubServer } from '../../../src/testing/github-server.ts';
import { type SpawnerCluster, spawnerCluster } from '../../spawners/spawner-cluster.ts';
import { aSpawner } from '../../spawners/spawner-fixtures.ts';

const started: SpawnerCluster[] = [];
afterEach(async () => {
  for (const cluster of started.splice(0)) await cluster.stop();
});

const MINUTE_MS = 60_000;

/** The operator on the embedded engine, a GitHub Enterprise Server, and a spawner of each kind that looks at it every minute. */
async function aFleet(ofFixers: Partial<TaskSpawnerSpec> = {}) {
  const cluster = await spawnerCluster();
  started.push(cluster);
  const server = new GitHubServer({ clock: cluster.clock, apiUrl: 'https://ghe.acme.test/api/v3' });
  server.addToken('ghp_secret', 'shop-bot');
  const shop = server.repository('acme/shop', { isPrivate: true });
  await cluster.create({ metadata: { name: 'bot', namespace: 'dev' }, data: { GITHUB_TOKEN: Buffer.from('ghp_secret').toString('base64') } } as object as Parameters<typeof cluster.create>[0], secretResource);
  await cluster.create({ metadata: { name: 'shop', namespace: 'dev' }, spec: { repo: 'https://ghe.acme.test/acme/shop.git', secretRef: { name: 'bot' } } } as object as Parameters<typeof cluster.create>[0], workspaceResource);
  const template = { type: 'claude-code', credentials: { type: 'none' }, workspaceRef: { name: 'shop' } } as const;
  await cluster.spawn(aSpawner({
    name: 'fixers',
    spec: { when: { githubIssues: { types: ['issues'], state: 'open', labels: ['bot'], excludeLabels: ['hold'], commentPolicy: { triggerComment: '/fix', minimumPermission: 'write' }, priorityLabels: ['urgent'], pollInterval: '1m', reporting: { comments: { mode: 'Sticky' } } } }, ...ofFixers },
    template: { ...template, branch: 'bot-{{.Number}}', promptTemplate: 'Fix #{{.Number}}: {{.Title}}\n\n{{.Body}}\n\n{{.Comments}}' },
  }));
  await cluster.spawn(aSpawner({
    name: 'reviewers',
    spec: { when: { githubPullRequests: { state: 'open', reviewState: 'changes_requested', filePatterns: { include: ['src/**'] }, pollInterval: '1m', reporting: { checks: { name: 'Reviewer' } } } } },
    template: { ...template, branch: '{{.Branch}}', promptTemplate: '{{.ReviewState}}: {{.ReviewComments}}' },
  }));
  cluster.operator(undefined, server.fetch);
  return { cluster, server, shop };
}

test('an issue that is labelled and asked for becomes a Task, and another one when it is asked for again', async () => {
  const { cluster, server, shop } = await aFleet();
  shop.permit('ann', 'write');
  shop.permit('mallory', 'none');
  shop.issue({ number: 42, title: 'Ünïcödé 🎉 {{.Body}}', body: 'It broke', user: 'eve' });
  shop.comment(42, { body: '/fix', user: 'mallory' });
  await cluster.clock.advance(2 * MINUTE_MS);
  shop.label(42, 'bot', 'urgent');
  await cluster.clock.advance(2 * MINUTE_MS);
  expect(cluster.taskNames()).toEqual([]);

  shop.comment(42, { body: '/fix', user: 'ann' });
  await cluster.clock.advance(3 * MINUTE_MS);
  expect(cluster.taskNames()).toEqual(['fixers-42']);
  const { spec, metadata, status } = cluster.task('fixers-42')!;
  expect({ prompt: spec.prompt, branch: spec.branch, phase: status?.phase }).toEqual({ prompt: 'Fix #42: Ünïcödé 🎉 {{.Body}}\n\nIt broke\n\n/fix\n---\n/fix', branch: 'bot-42', phase: 'Succeeded' });
  expect(metadata.annotations).toMatchObject({
    'kelos.dev/source-kind': 'issue', 'kelos.dev/source-number': '42', 'kelos.dev/source-owner': 'acme', 'kelos.dev/source-repo': 'shop', 'kelos.dev/github-reporting': 'enabled',
    'kelos.dev/github-comment-mode': 'Sticky', 'taskwright.dev/source': 'githubIssues', 'taskwright.dev/event-id': '42', 'taskwright.dev/priority': '0', 'taskwright.dev/subject': 'acme/shop#42',
    'taskwright.dev/event-actor': 'ann',
  });

  await cluster.clock.advance(5 * MINUTE_MS);
  server.requests.length = 0;
  await cluster.clock.advance(5 * MINUTE_MS);
  expect([cluster.task('fixers-42')!.metadata.uid, new Set(server.requests.map((request) => request.status))]).toEqual([metadata.uid, new Set([304])]);

  shop.comment(42, { body: '/fix', user: 'ann' });
  await cluster.clock.advance(3 * MINUTE_MS);
  expect(cluster.taskNames()).toEqual(['fixers-42']);
  expect(cluster.task('fixers-42')!.metadata.uid).not.toBe(metadata.uid);

  shop.label(42, 'hold');
  shop.comment(42, { body: '/fix', user: 'ann' });
  const held = cluster.task('fixers-42')!.metadata.uid;
  await cluster.clock.advance(3 * MINUTE_MS);
  expect(cluster.task('fixers-42')!.metadata.uid).toBe(held);
});

test('a pull request with changes asked for becomes a Task on its branch', async () => {
  const { cluster, shop } = await aFleet();
  shop.pull({ number: 7, ref: 'fix/cart', sha: 'c'.repeat(40), files: ['src/cart.ts', 'README.md'], user: 'ann' });
  shop.pull({ number: 8, ref: 'docs', files: ['README.md'], user: 'ann' });
  for (const number of [7, 8]) shop.review(number, 'CHANGES_REQUESTED', { user: 'bob' });
  shop.reviewComment(7, { path: 'src/cart.ts', line: 9, body: 'Round up', user: 'bob' });
  await cluster.clock.advance(3 * MINUTE_MS);
  expect(cluster.taskNames()).toEqual(['reviewers-7']);
  const { spec, metadata } = cluster.task('reviewers-7')!;
  expect({ prompt: spec.prompt, branch: spec.branch }).toEqual({ prompt: 'changes_requested: src/cart.ts:9\nRound up', branch: 'fix/cart' });
  expect(metadata.annotations).toMatchObject({
    'kelos.dev/source-kind': 'pull-request', 'kelos.dev/source-number': '7', 'kelos.dev/source-sha': 'c'.repeat(40), 'kelos.dev/github-checks': 'enabled', 'kelos.dev/github-check-name': 'Reviewer',
  });
});

test('of what one look finds, the most urgent works first where one may at a time', async () => {
  const { cluster, shop } = await aFleet({ when: { githubIssues: { types: ['issues'], state: 'open', labels: ['bot'], priorityLabels: ['urgent', 'soon'], pollInterval: '1m' } }, maxConcurrency: 1 });
  const began: string[] = [];
  cluster.tasks.onChange(({ object: { metadata, status } }) => {
    if (status?.phase === 'Running' && !began.includes(metadata.name!)) began.push(metadata.name!);
  });
  for (const [number, label] of [[1, 'later'], [2, 'soon'], [3, 'urgent'], [4, 'later'], [5, 'urgent'], [6, 'soon']] as const) shop.issue({ number, title: `Issue ${number}`, labels: ['bot', label], user: 'ann' });
  expect(await cluster.clock.runUntil(() => cluster.taskNames().length === 6 && cluster.tasks.list('dev').every(({ status }) => status?.phase === 'Succeeded'), { limitMs: 60 * MINUTE_MS })).toBe(true);
  expect(began).toEqual(['3', '5', '2', '6', '1', '4'].map((number) => `fixers-${number}`));
});
