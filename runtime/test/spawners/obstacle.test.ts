import type { TaskSpawner, WebhookGateway, WorkerPool, Workspace } from '@taskwright/schema';
import { expect, test } from 'vitest';
import { type Obstacle, obstacleOf, workspaceNameOf } from '../../src/spawners/obstacle.ts';
import { aSpawner } from './spawner-fixtures.ts';

interface Row {
  readonly it: string;
  readonly spawner: TaskSpawner;
  /** What there is, by name. */
  readonly workspaces?: readonly string[];
  /** Of each pool the Workspace of its worker; an empty text: none. */
  readonly pools?: Readonly<Record<string, string>>;
  readonly gateways?: Readonly<Record<string, 'github' | 'linear'>>;
  readonly obstacle?: Obstacle;
}

const credentials = { type: 'none' } as const;
const jira = aSpawner().spec.when.jira!;
const inWorkspace = aSpawner({ template: { type: 'claude-code', credentials, workspaceRef: { name: 'shop' } } });
const ofWorker = aSpawner({ template: { worker: { type: 'claude-code', credentials, workspaceRef: { name: 'shop' } } } });
const ofPool = aSpawner({ template: { workerPoolRef: { name: 'fast' } } });
const ofGateway = aSpawner({ spec: { when: { githubWebhook: { events: ['push'], gatewayRef: { name: 'main' } } } } });
const noWorkspace: Obstacle = { reason: 'WorkspaceMissing', message: 'Waiting for Workspace "shop" to be created', isAwaited: true };
const noPool: Obstacle = { reason: 'WorkerPoolMissing', message: 'Waiting for WorkerPool "fast" to be created', isAwaited: true };

function referencesTo({ workspaces = [], pools = {}, gateways = {} }: Pick<Row, 'workspaces' | 'pools' | 'gateways'>) {
  return {
    workspace: (name: string) => (workspaces.includes(name) ? ({ metadata: { name }, spec: { repo: 'https://github.com/acme/shop.git' } } as Workspace) : undefined),
    pool: (name: string) => (pools[name] === undefined ? undefined : ({ metadata: { name }, spec: { worker: pools[name] === '' ? {} : { workspaceRef: { name: pools[name] } } } } as WorkerPool)),
    gateway: (name: string) => (gateways[name] === undefined ? undefined : ({ metadata: { name }, spec: { [gateways[name]]: {} } } as unknown as WebhookGateway)),
  };
}

test.each<Row>([
  { it: 'nothing is in the way of one that names nothing', spawner: aSpawner() },
  {
    it: 'one that waits for nothing is told so',
    spawner: aSpawner({ spec: { when: {} } }),
    obstacle: { reason: 'TriggerMissing', message: 'spec.when names no trigger; name one, and the Task that is made of its events in spec.taskTemplate' },
  },
  { it: 'a trigger that is there and empty is none', spawner: aSpawner({ spec: { when: { jira: undefined } } }), obstacle: { reason: 'TriggerMissing', message: 'spec.when names no trigger; name one, and the Task that is made of its events in spec.taskTemplate' } },
  {
    it: 'one that waits for two things is told which',
    spawner: aSpawner({ spec: { when: { jira, cron: { schedule: '@daily' } } } }),
    obstacle: { reason: 'SeveralTriggers', message: 'spec.when has jira, cron; a TaskSpawner waits for one: make another for each' },
  },

  { it: 'an annotation of ours may say what is allowed', spawner: aSpawner({ annotations: { 'taskwright.dev/over-limit': 'leave' } }) },
  { it: 'an annotation of ours may not say anything else', spawner: aSpawner({ annotations: { 'taskwright.dev/over-limit': 'drop' } }), obstacle: { reason: 'AnnotationInvalid', message: 'metadata.annotations[taskwright.dev/over-limit] has to be queue or leave' } },
  { it: 'an annotation that is empty says something', spawner: aSpawner({ annotations: { 'taskwright.dev/over-limit': '' } }), obstacle: { reason: 'AnnotationInvalid', message: 'metadata.annotations[taskwright.dev/over-limit] has to be queue or leave' } },
  { it: 'an annotation of others may say anything', spawner: aSpawner({ annotations: { 'example.com/over-limit': 'drop' } }) },
  {
    it: 'an annotation that is wrong is told before what is missing, since waiting would not help',
    spawner: { ...inWorkspace, metadata: { ...inWorkspace.metadata, annotations: { 'taskwright.dev/loop-limit': '0' } } },
    obstacle: { reason: 'AnnotationInvalid', message: 'metadata.annotations[taskwright.dev/loop-limit] has to be a whole number from 1 to 99' },
  },

  { it: 'a Workspace that is there is no obstacle', spawner: inWorkspace, workspaces: ['shop'] },
  { it: 'a Workspace that is not there is awaited', spawner: inWorkspace, workspaces: ['other'], obstacle: noWorkspace },
  { it: 'the Workspace of the worker is one, too', spawner: ofWorker, obstacle: noWorkspace },
  { it: 'the Workspace of the worker may be there', spawner: ofWorker, workspaces: ['shop'] },
  { it: 'a pool that is not there is awaited', spawner: ofPool, obstacle: noPool },
  { it: 'a pool without a Workspace is no obstacle', spawner: ofPool, pools: { fast: '' } },
  { it: 'the Workspace of a pool is awaited', spawner: ofPool, pools: { fast: 'shop' }, obstacle: noWorkspace },
  { it: 'a pool and its Workspace are there', spawner: ofPool, pools: { fast: 'shop' }, workspaces: ['shop'] },
  {
    it: 'a pool is awaited though a Workspace is named beside it',
    spawner: aSpawner({ template: { workerPoolRef: { name: 'fast' }, workspaceRef: { name: 'shop' } } }),
    workspaces: ['shop'],
    obstacle: noPool,
  },

  { it: 'a gateway that is not there is awaited', spawner: ofGateway, obstacle: { reason: 'GatewayMissing', message: 'Waiting for WebhookGateway "main" to be created', isAwaited: true } },
  {
    it: 'a gateway of another service is not awaited: somebody has to name another',
    spawner: ofGateway,
    gateways: { main: 'linear' },
    obstacle: { reason: 'GatewayOfOtherSource', message: 'WebhookGateway "main" takes deliveries of linear, and this waits for those of github: name another one in gatewayRef' },
  },
  { it: 'a gateway of its service is no obstacle', spawner: ofGateway, gateways: { main: 'github' } },
  {
    it: 'a Workspace is awaited before a gateway',
    spawner: aSpawner({ spec: { when: ofGateway.spec.when, taskTemplate: inWorkspace.spec.taskTemplate } }),
    obstacle: noWorkspace,
  },
])('$it', ({ spawner, obstacle, ...there }) => {
  expect(obstacleOf(spawner, referencesTo(there))).toEqual(obstacle);
});

test.each([
  { it: 'the template wins over its worker', template: { workspaceRef: { name: 'a' }, worker: { type: 'claude-code', credentials, workspaceRef: { name: 'b' } } }, name: 'a' },
  { it: 'the worker wins over the pool', template: { worker: { type: 'claude-code', credentials, workspaceRef: { name: 'b' } }, workerPoolRef: { name: 'fast' } }, name: 'b' },
  { it: 'the pool says it where nobody else does', template: { workerPoolRef: { name: 'fast' } }, name: 'c' },
  { it: 'a pool that is not there says nothing', template: { workerPoolRef: { name: 'slow' } }, name: undefined },
  { it: 'an empty name is none', template: { workspaceRef: { name: '' } }, name: undefined },
  { it: 'nobody says it', template: {}, name: undefined },
])('where Tasks work: $it', ({ template, name }) => {
  const spawner = aSpawner();
  expect(workspaceNameOf({ ...spawner, spec: { ...spawner.spec, taskTemplate: template } } as TaskSpawner, referencesTo({ pools: { fast: 'c' } }).pool)).toBe(name);
});
