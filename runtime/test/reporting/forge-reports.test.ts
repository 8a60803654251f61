import { workspaceResource } from '@taskwright/schema';
import { secretResource } from '@taskwright/schema/kubernetes';
import { afterEach, expect, test } from 'vitest';
import { GiteaServer } from '../../src/testing/gitea-server.ts';
import { GitLabServer } from '../../src/testing/gitlab-server.ts';
import { type SpawnerCluster, spawnerCluster } from '../spawners/spawner-cluster.ts';
import { aSpawner } from '../spawners/spawner-fixtures.ts';

const started: SpawnerCluster[] = [];
afterEach(async () => {
  for (const cluster of started.splice(0)) await cluster.stop();
});

const MINUTE_MS = 60_000;
const sha = 'c'.repeat(40);
type Created = Parameters<SpawnerCluster['create']>[0];

async function aCluster(repo: string) {
  const cluster = await spawnerCluster();
  started.push(cluster);
  await cluster.create({ metadata: { name: 'bot', namespace: 'dev' }, data: { GITHUB_TOKEN: Buffer.from('forge-1').toString('base64') } } as object as Created, secretResource);
  await cluster.create({ metadata: { name: 'shop', namespace: 'dev' }, spec: { repo, secretRef: { name: 'bot' } } } as object as Created, workspaceResource);
  return cluster;
}

const template = { type: 'claude-code', credentials: { type: 'none' }, workspaceRef: { name: 'shop' }, promptTemplate: '{{.Title}}' } as const;

test('a merge request is told what becomes of its Task: one note, which is edited, and a status of its commit', async () => {
  const cluster = await aCluster('https://gitlab.com/acme/web/shop.git');
  const server = new GitLabServer({ clock: cluster.clock, tokens: { 'forge-1': 'shop-bot' } });
  const project = server.project('acme/web/shop', { mergeRequests: [{ iid: 7, sha }] });
  await cluster.spawn(aSpawner({ name: 'menders', spec: { when: { gitlabMergeRequests: { state: 'opened', reviewState: 'any', pollInterval: '1m', reporting: { comments: { mode: 'PerTask' }, commitStatus: {} } } } }, template }));
  cluster.operator(undefined, server.fetch);
  await cluster.clock.advance(5 * MINUTE_MS);
  expect(cluster.taskNames()).toEqual(['menders-7']);
  const [note, ...others] = project.mergeRequests[0]!.notes ?? [];
  expect([note?.author, note?.body.includes('has **succeeded**'), others]).toEqual(['shop-bot', true, []]);
  expect(project.statuses.map(({ name, status }) => [name, status])).toEqual([['Taskwright: menders', 'success']]);
});

test('an issue of Forgejo is told in one comment', async () => {
  const cluster = await aCluster('https://codeberg.org/acme/shop.git');
  const server = new GiteaServer({ clock: cluster.clock, tokens: { 'forge-1': 'shop-bot' } });
  const repository = server.repository('acme/shop', { issues: [{ number: 3 }] });
  await cluster.spawn(aSpawner({ name: 'fixers', spec: { when: { giteaIssues: { state: 'open', pollInterval: '1m', reporting: { comments: { mode: 'Sticky' } } } } }, template }));
  cluster.operator(undefined, server.fetch);
  await cluster.clock.advance(5 * MINUTE_MS);
  const [comment, ...others] = repository.issues[0]!.comments ?? [];
  expect([comment?.author, comment?.body.includes('has **succeeded**'), others]).toEqual(['shop-bot', true, []]);
});
