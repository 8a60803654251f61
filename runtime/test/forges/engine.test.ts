import { workspaceResource } from '@taskwright/schema';
import { secretResource } from '@taskwright/schema/kubernetes';
import { afterEach, expect, test } from 'vitest';
import { jiraSource } from '../../src/sources/jira/jira.ts';
import { GiteaServer } from '../../src/testing/gitea-server.ts';
import { GitLabServer } from '../../src/testing/gitlab-server.ts';
import { JiraServer } from '../../src/testing/jira-server.ts';
import { type SpawnerCluster, spawnerCluster } from '../spawners/spawner-cluster.ts';
import { aSpawner } from '../spawners/spawner-fixtures.ts';

const started: SpawnerCluster[] = [];
afterEach(async () => {
  for (const cluster of started.splice(0)) await cluster.stop();
});

const MINUTE_MS = 60_000;
type Created = Parameters<SpawnerCluster['create']>[0];

/** The operator on the embedded engine, a GitLab, a Forgejo and a Jira, and a Workspace on each forge. */
async function aFleet() {
  const cluster = await spawnerCluster();
  started.push(cluster);
  const { clock } = cluster;
  const gitlab = new GitLabServer({ clock, root: 'https://gitlab.acme.test', tokens: { 'glpat-1': 'shop-bot' } });
  const gitea = new GiteaServer({ clock, root: 'https://codeberg.org', tokens: { 'gitea-1': 'shop-bot' } });
  const jira = new JiraServer({ clock, tokens: { 'bot@acme.test': 'jira-1' } });
  const servers = new Map<string, { readonly fetch: typeof globalThis.fetch }>([['gitlab.acme.test', gitlab], ['codeberg.org', gitea], ['acme.atlassian.net', jira]]);
  const fetch: typeof globalThis.fetch = (input, init) => servers.get(new URL(String(input)).host)!.fetch(input, init);
  for (const [name, data] of Object.entries({ gitlab: { GITHUB_TOKEN: 'glpat-1' }, gitea: { username: 'shop-bot', password: 'gitea-1' }, jira: { JIRA_TOKEN: 'jira-1', JIRA_USER: 'bot@acme.test' } })) {
    await cluster.create({ metadata: { name, namespace: 'dev' }, data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])) } as object as Created, secretResource);
  }
  for (const [name, repo] of [['gitlab', 'git@gitlab.acme.test:acme/web/shop.git'], ['gitea', 'https://codeberg.org/acme/shop.git']]) {
    await cluster.create({ metadata: { name, namespace: 'dev' }, spec: { repo, secretRef: { name } } } as object as Created, workspaceResource);
  }
  return { cluster, gitlab, gitea, jira, start: () => cluster.operator(undefined, fetch), projectOnGitLab: gitlab.project('acme/web/shop', { isPrivate: true, members: { 'shop-bot': 40, 'ann': 30 } }), repositoryOnGitea: gitea.repository('acme/shop') };
}

const on = (name: 'gitlab' | 'gitea') => ({ type: 'claude-code', credentials: { type: 'none' }, workspaceRef: { name } } as const);

test('an issue of GitLab that somebody asks for becomes a Task, and another one when it is asked for again', async () => {
  const { cluster, gitlab, start, projectOnGitLab: project } = await aFleet();
  await cluster.spawn(aSpawner({
    name: 'fixers',
    spec: { when: { gitlabIssues: { state: 'opened', labels: ['bot'], commentPolicy: { triggerComment: '/fix', minimumAccessLevel: 'developer' }, pollInterval: '1m', reporting: { comments: { mode: 'Sticky' } } } } },
    template: { ...on('gitlab'), branch: 'bot-{{.Number}}', promptTemplate: 'Fix #{{.Number}}: {{.Title}}\n{{.Comments}}' },
  }));
  start();
  project.issues = [{ iid: 42, title: 'Ünïcödé {{.Body}}', labels: ['bot'], notes: [{ body: '/fix', author: 'mallory' }] }];
  await cluster.clock.advance(2 * MINUTE_MS);
  expect(cluster.taskNames()).toEqual([]);

  const ask = () => {
    const [issue] = project.issues;
    project.issues = [{ ...issue!, notes: [...issue!.notes!, { body: '/fix', author: 'ann', at: cluster.clock.now().toISOString() }] }];
  };
  ask();
  await cluster.clock.advance(3 * MINUTE_MS);
  expect(cluster.taskNames()).toEqual(['fixers-42']);
  const { spec, metadata, status } = cluster.task('fixers-42')!;
  expect({ prompt: spec.prompt, branch: spec.branch, phase: status?.phase }).toEqual({ prompt: 'Fix #42: Ünïcödé {{.Body}}\n/fix\n---\n/fix', branch: 'bot-42', phase: 'Succeeded' });
  expect(metadata.annotations).toMatchObject({
    'kelos.dev/source-owner': 'acme/web', 'kelos.dev/source-repo': 'shop', 'taskwright.dev/source-forge': 'gitlab', 'taskwright.dev/source': 'gitlabIssues', 'taskwright.dev/event-id': '42',
    'taskwright.dev/subject': 'acme/web/shop#42', 'taskwright.dev/event-actor': 'ann',
  });

  gitlab.requests.length = 0;
  await cluster.clock.advance(5 * MINUTE_MS);
  expect(cluster.task('fixers-42')!.metadata.uid).toBe(metadata.uid);
  expect(new Set(gitlab.requests.filter(({ url }) => url.pathname.endsWith('/issues')).map(({ status: answered }) => answered))).toEqual(new Set([304]));

  ask();
  await cluster.clock.advance(3 * MINUTE_MS);
  expect(cluster.taskNames()).toEqual(['fixers-42']);
  expect(cluster.task('fixers-42')!.metadata.uid).not.toBe(metadata.uid);
});

test('a merge request whose pipeline failed becomes a Task on its branch', async () => {
  const { cluster, start, projectOnGitLab: project } = await aFleet();
  await cluster.spawn(aSpawner({ name: 'menders', spec: { when: { gitlabMergeRequests: { state: 'opened', reviewState: 'any', pipelineStatus: 'failed', pollInterval: '1m' } } }, template: { ...on('gitlab'), branch: '{{.Branch}}', promptTemplate: 'Mend {{.URL}}' } }));
  start();
  project.mergeRequests = [{ iid: 7, sourceBranch: 'fix/cart', pipeline: 'failed' }, { iid: 8, pipeline: 'success' }];
  await cluster.clock.advance(2 * MINUTE_MS);
  expect(cluster.taskNames()).toEqual(['menders-7']);
  const { branch, prompt } = cluster.task('menders-7')!.spec;
  expect([branch, prompt]).toEqual(['fix/cart', 'Mend https://gitlab.acme.test/acme/web/shop/-/merge_requests/7']);
});

test('issues and reviewed pull requests of Forgejo become Tasks', async () => {
  const { cluster, start, repositoryOnGitea: repository } = await aFleet();
  await cluster.spawn(aSpawner({ name: 'fixers', spec: { when: { giteaIssues: { state: 'open', excludeLabels: ['later'], pollInterval: '1m' } } }, template: { ...on('gitea'), promptTemplate: '{{.Title}}' } }));
  await cluster.spawn(aSpawner({ name: 'reviewed', spec: { when: { giteaPullRequests: { state: 'open', reviewState: 'changes_requested', pollInterval: '1m' } } }, template: { ...on('gitea'), branch: '{{.Branch}}', promptTemplate: '{{.ReviewComments}}' } }));
  start();
  repository.issues = [{ number: 1, title: 'Broken' }, { number: 2, labels: ['later'] }];
  repository.pulls = [{ number: 3, branch: 'cart', reviews: [{ state: 'REQUEST_CHANGES', author: 'ann', lines: [{ body: 'Round up', path: 'cart.ts', line: 9 }] }] }, { number: 4 }];
  await cluster.clock.advance(2 * MINUTE_MS);
  expect(cluster.taskNames()).toEqual(['fixers-1', 'reviewed-3']);
  const { branch, prompt } = cluster.task('reviewed-3')!.spec;
  expect([branch, prompt]).toEqual(['cart', 'cart.ts:9\nRound up']);
});

test('issues of Jira become Tasks with valid names', async () => {
  const { cluster, jira, start } = await aFleet();
  cluster.jira.answer = jiraSource.discover;
  await cluster.spawn(aSpawner({
    name: 'tickets',
    spec: { when: { jira: { baseUrl: 'https://acme.atlassian.net', project: 'MY_SHOP', jql: 'labels = bot', secretRef: { name: 'jira' }, pollInterval: '1m' } } },
    template: { ...on('gitea'), promptTemplate: '{{.ID}} ({{.Status}}): {{.Body}}' },
  }));
  start();
  jira.issues.push({ key: 'MY_SHOP-42', summary: 'Broken', description: 'It broke.', labels: ['bot'] }, { key: 'MY_SHOP-43', summary: 'Fine' });
  await cluster.clock.advance(2 * MINUTE_MS);
  expect(cluster.taskNames()).toEqual(['tickets-my-shop-42']);
  expect(cluster.task('tickets-my-shop-42')!.spec.prompt).toBe('MY_SHOP-42 (To Do): It broke.');
});

/** Agents that make an issue each while they are at work: by whom it is made is the only trace of them. */
async function agentsThatMakeIssues({ cluster }: Awaited<ReturnType<typeof aFleet>>, make: (ordinal: number, at: string) => void): Promise<void> {
  const begun = new Set<string>();
  make(0, cluster.clock.now().toISOString());
  for (let step = 0; step < 80; step += 1) {
    await cluster.clock.advance(15_000);
    for (const { metadata: { uid }, status } of cluster.tasks.list('dev')) {
      if (status?.phase !== 'Running' || begun.has(uid!)) continue;
      begun.add(uid!);
      make(begun.size, cluster.clock.now().toISOString());
    }
  }
}

const stoppedBy = (cluster: SpawnerCluster, name: string) => cluster.spawner(name).then(({ status }) => status?.conditions?.find(({ type }) => type === 'LoopDetected')?.status);
const six = (prefix: string, first: number) => Array.from({ length: 6 }, (_, index) => `${prefix}-${first + index}`);

test.each<{ it: 'gitlab' | 'gitea' | 'jira' }>([{ it: 'gitlab' }, { it: 'gitea' }, { it: 'jira' }])('on $it, agents whose issues wake their own spawner make six, and who we are is asked for once', async ({ it }) => {
  const fleet = await aFleet();
  const { cluster, start, jira, gitlab, gitea, projectOnGitLab, repositoryOnGitea } = fleet;
  const when = {
    gitlab: { gitlabIssues: { state: 'opened', pollInterval: '1m' } },
    gitea: { giteaIssues: { state: 'open', pollInterval: '1m' } },
    jira: { jira: { baseUrl: 'https://acme.atlassian.net', project: 'SHOP', secretRef: { name: 'jira' }, pollInterval: '1m' } },
  } as const;
  cluster.jira.answer = jiraSource.discover;
  await cluster.spawn(aSpawner({ name: 'loop', spec: { when: when[it] }, ...it !== 'jira' && { template: on(it) } }));
  start();
  await agentsThatMakeIssues(fleet, (ordinal, createdAt) => {
    const author = ordinal === 0 ? 'ann' : 'shop-bot';
    if (it === 'gitlab') projectOnGitLab.issues = [...projectOnGitLab.issues, { iid: ordinal + 1, author, createdAt }];
    if (it === 'gitea') repositoryOnGitea.issues = [...repositoryOnGitea.issues, { number: ordinal + 1, author, createdAt }];
    if (it === 'jira') jira.issues.push({ key: `SHOP-${ordinal + 1}`, summary: 'x', creator: ordinal === 0 ? 'ann' : 'bot@acme.test', created: createdAt });
  });
  expect([cluster.taskNames(), await stoppedBy(cluster, 'loop')]).toEqual([six(it === 'jira' ? 'loop-shop' : 'loop', 1), 'True']);
  const paths = [...[...gitlab.requests, ...gitea.requests].map(({ url }) => url.pathname), ...jira.requests.map(({ pathname }) => pathname)];
  expect(paths.filter((path) => /\/(user|myself)$/.test(path))).toHaveLength(1);
});

test('people who make issues while agents are at work wake as many as they like', async () => {
  const fleet = await aFleet();
  await fleet.cluster.spawn(aSpawner({ name: 'busy', spec: { when: { gitlabIssues: { state: 'opened', pollInterval: '1m' } } }, template: on('gitlab') }));
  fleet.start();
  await agentsThatMakeIssues(fleet, (ordinal, createdAt) => {
    fleet.projectOnGitLab.issues = [...fleet.projectOnGitLab.issues, { iid: ordinal + 1, author: 'ann', createdAt }];
  });
  expect([fleet.cluster.taskNames().length > 6, await stoppedBy(fleet.cluster, 'busy')]).toEqual([true, undefined]);
});
