import { taskSpawnerResource, webhookGatewayResource, workspaceResource } from '@taskwright/schema';
import { appData } from '../workspaces/app-fixture.ts';
import type { History } from './history.ts';
import { GITHUB_TOKEN, type Outside } from './outside.ts';
import { aSecret, always, type Deed, isGone, make, phaseIs, SECRET_VALUE, type Shape } from './shape.ts';

const GO = '/go';
const agent = { type: 'claude-code', credentials: { type: 'none' } } as const;

const endedTimes = (name: string, times: number) => (history: History) => history.of('Task').filter((task) => task.name === name).length === times && phaseIs(name, 'Succeeded')(history);
const all = (...conditions: readonly Deed['when'][]) => (history: History) => conditions.every((isSo) => isSo(history));
const outside = (act: (services: Outside) => unknown): Deed['act'] => async (_client, services) => act(services);
const aSpawner = (name: string, spec: object, annotations?: object) => make({ metadata: { name, annotations }, spec }, taskSpawnerResource);
const aWorkspace = (name: string, repo: string) => make({ metadata: { name }, spec: { repo: `https://ghe.acme.test/${repo}.git`, secretRef: { name } } }, workspaceResource);
const tell = (name: string, id: string) => outside((services) => services.tell(name, id));

/** An issue that is there to be worked on. */
function open(repo: string, number: number, labels: readonly string[] = ['agent']): Deed['act'] {
  return outside(({ github }) => {
    github.repository(repo).issue({ number, labels });
    github.repository(repo).comment(number, { body: GO });
  });
}

/** TaskSpawners, what happens outside that they wait for, and where it is told what became of it. */
export const spawnerShapes: Readonly<Record<string, (name: string) => Shape>> = {
  /** Four events, of which one is asked for again, then one more than it may make Tasks of, and one that it does not want. */
  'trigger: issues': (name) => ({
    tasks: {},
    isSpawned: true,
    deeds: [
      { when: always, afterMs: 0, act: aSecret(name, { GITHUB_TOKEN }) },
      { when: always, afterMs: 0, act: aWorkspace(name, 'acme/cart') },
      { when: always, afterMs: 0, act: open('acme/cart', 1) },
      { when: always, afterMs: 0, act: open('acme/cart', 2) },
      { when: always, afterMs: 0, act: open('acme/cart', 3, ['agent', 'later']) },
      {
        when: always,
        afterMs: 1_000,
        act: aSpawner(name, {
          when: { githubIssues: { repo: 'acme/cart', labels: ['agent'], excludeLabels: ['later'], pollInterval: '60s', commentPolicy: { triggerComment: GO }, reporting: { comments: { mode: 'Sticky' } } } },
          maxTotalTasks: 4,
          maxConcurrency: 1,
          taskTemplate: { ...agent, workspaceRef: { name } },
        }, { 'taskwright.dev/github-reactions': 'true', 'taskwright.dev/github-labels': '{"running":"working","succeeded":"done","failed":"failed"}' }),
      },
      { when: all(endedTimes(`${name}-1`, 1), endedTimes(`${name}-2`, 1)), afterMs: 5_000, act: outside(({ github }) => github.repository('acme/cart').comment(1, { body: GO })) },
      { when: endedTimes(`${name}-1`, 2), afterMs: 1_000, act: open('acme/cart', 4) },
      { when: endedTimes(`${name}-4`, 1), afterMs: 1_000, act: open('acme/cart', 5) },
    ],
  }),
  /** One at a time, the others are left where they are; told in checks and in a comment for each. */
  'trigger: pull requests': (name) => ({
    tasks: {},
    isSpawned: true,
    deeds: [
      { when: always, afterMs: 0, act: aSecret(name, appData) },
      { when: always, afterMs: 0, act: aWorkspace(name, 'acme/shop') },
      { when: always, afterMs: 0, act: outside(({ github }) => [1, 2].map((number) => github.repository('acme/shop').pull({ number, ref: `topic-${number}` }))) },
      {
        when: always,
        afterMs: 1_000,
        act: aSpawner(name, {
          when: { githubPullRequests: { repo: 'acme/shop', pollInterval: '60s', reporting: { comments: { mode: 'PerTask' }, checks: { name: 'agent' } } } },
          maxConcurrency: 1,
          taskTemplate: { ...agent, workspaceRef: { name }, branch: '{{.Branch}}' },
        }, { 'taskwright.dev/over-limit': 'leave' }),
      },
    ],
  }),
  /** Three ticks at the beginning of each day, some of which come while nobody is there. */
  'trigger: schedule': (name) => ({
    tasks: {},
    isSpawned: true,
    awayMs: 400_000,
    deeds: [{
      when: always,
      afterMs: 1_000,
      act: aSpawner(name, { when: { cron: { schedule: '5,10,15 0 * * *' } }, maxTotalTasks: 3, taskTemplate: { ...agent, nameTemplate: `${name}-{{slice .ID 9}}` } }, { 'taskwright.dev/missed-ticks': 'all' }),
    }],
  }),
  /** Three deliveries for one slot, of which one comes again while its Task works, and all when their Tasks are gone and nobody is left who heard of them. */
  'trigger: deliveries': (name) => ({
    tasks: {},
    isSpawned: true,
    deeds: [
      { when: always, afterMs: 0, act: aSecret(name, { 'webhook-secret': SECRET_VALUE }) },
      { when: always, afterMs: 0, act: make({ metadata: { name }, spec: { generic: { secretRef: { name } } } }, webhookGatewayResource) },
      {
        when: always,
        afterMs: 1_000,
        act: aSpawner(name, {
          when: { webhook: { source: 'ignored', gatewayRef: { name }, fieldMapping: { id: '$.id', title: '$.title' } } },
          maxConcurrency: 1,
          taskTemplate: { ...agent, ttlSecondsAfterFinished: 30, nameTemplate: `${name}-{{.ID}}` },
        }),
      },
      ...['a', 'b', 'c'].map((id) => ({ when: always, afterMs: 10_000, act: tell(name, id) })),
      { when: phaseIs(`${name}-b`, 'Running'), afterMs: 1_000, act: tell(name, 'b') },
      { when: all(...['a', 'b', 'c'].map((id) => isGone(`${name}-${id}`))), afterMs: 5_000, act: (_client, services) => services.renew() },
      ...['a', 'b', 'c'].map((id) => ({ when: all(...['a', 'b', 'c'].map((other) => isGone(`${name}-${other}`))), afterMs: 60_000, act: tell(name, id) })),
    ],
  }),
};
