import type { TaskSpawner, TaskSpawnerStatus } from '@taskwright/schema';
import { expect, test } from 'vitest';
import type { Condition } from '../../src/kube/condition.ts';
import { isOnlyCounting, type LookResult, planStatus, type SpawnerFacts } from '../../src/spawners/spawner-status.ts';
import { aSpawner } from './spawner-fixtures.ts';

const now = new Date('2026-01-01T12:00:00Z');
const NOW = '2026-01-01T12:00:00Z';
const looked: LookResult = { found: 3, problem: undefined, missingSecrets: [], troubles: [], watermark: now, isExact: false };
const never: LookResult = { ...looked, found: undefined, watermark: undefined };
const stop: Condition = { type: 'LoopDetected', status: 'True', reason: 'LoopDetected', message: 'a wakes b', lastTransitionTime: '2026-01-01T11:00:00Z' };

const statusOf = (facts: Partial<SpawnerFacts> = {}) => planStatus({ spawner: aSpawner(), obstacle: undefined, isTold: false, active: 1, created: 2, now, ...facts });
const said = ({ conditions = [] }: TaskSpawnerStatus) => conditions.map(({ type, status, reason, message }) => `${type} ${status} ${reason}: ${message}`);

const noErrors = 'DiscoveryError False NoErrors: Task creation succeeded for all discovered items';
const goes = 'Suspended False Running: TaskSpawner is running';
const free = ['MaxTotalTasksReached', 'TaskBudgetExhausted'].map((type) => `${type} False LimitAvailable: maxTotalTasks limit has not been reached`);
const looks = 'Ready True Looking: It looks for events';
const suspended = aSpawner({ spec: { suspend: true } });
const stopped = aSpawner({ status: { conditions: [stop] } });
const missing = { reason: 'WorkspaceMissing', message: 'Waiting for Workspace "shop" to be created', isAwaited: true } as const;
const wrong = { reason: 'AnnotationInvalid', message: 'it is wrong' } as const;
const pausedMessage = 'All spawning is paused: cost; let it go on: taskwright resume';

interface Row {
  readonly it: string;
  readonly facts: Partial<SpawnerFacts>;
  readonly phase: TaskSpawnerStatus['phase'];
  readonly message: string;
  /** All of them, in their order. */
  readonly conditions: readonly string[];
}

test.each<Row>([
  { it: 'one that has looked', facts: { look: looked }, phase: 'Running', message: 'Discovered 3 items, created 2 tasks total', conditions: [noErrors, goes, ...free, looks] },
  { it: 'one that has not looked yet', facts: { look: never }, phase: 'Pending', message: 'Waiting for its first look', conditions: [goes, ...free, 'Ready Unknown NotLookedYet: Waiting for its first look'] },
  { it: 'one that nobody has come to yet', facts: {}, phase: 'Pending', message: 'Waiting for its first look', conditions: [goes, ...free, 'Ready Unknown NotLookedYet: Waiting for its first look'] },
  {
    it: 'one whose first look failed', facts: { look: { ...never, problem: 'no answer' } }, phase: 'Pending', message: 'no answer',
    conditions: ['DiscoveryError True DiscoveryFailed: no answer', goes, ...free, 'Ready False DiscoveryFailed: no answer'],
  },
  {
    it: 'one whose last look failed', facts: { look: { ...looked, problem: 'x'.repeat(301) } }, phase: 'Running', message: 'Discovered 3 items, created 2 tasks total',
    conditions: [`DiscoveryError True DiscoveryFailed: ${'x'.repeat(300)}…`, goes, ...free, `Ready False DiscoveryFailed: ${'x'.repeat(300)}…`],
  },
  {
    it: 'one that misses a Secret', facts: { look: { ...looked, problem: 'there is no Secret', missingSecrets: ['jira', 'other'] } }, phase: 'Running', message: 'Discovered 3 items, created 2 tasks total',
    conditions: ['DiscoveryError True DiscoveryFailed: there is no Secret', goes, ...free, 'Ready False SecretMissing: Waiting for Secret "jira" to be created'],
  },
  {
    it: 'one of whose items some failed', facts: { look: { ...looked, troubles: ['issue 1: no', `issue 2: ${'y'.repeat(300)}`] } },
    phase: 'Running', message: `Discovered 3 items, created 2 tasks total; 2 creation error(s): issue 1: no; issue 2: ${'y'.repeat(291)}…`,
    conditions: [`DiscoveryError True TaskCreationFailed: issue 1: no; issue 2: ${'y'.repeat(291)}…`, goes, ...free, looks],
  },
  {
    it: 'one of whose items five failed, which are named', facts: { look: { ...looked, troubles: ['1', '2', '3', '4', '5'] } },
    phase: 'Running', message: 'Discovered 3 items, created 2 tasks total; 5 creation error(s): 1; 2; 3; 4; 5', conditions: ['DiscoveryError True TaskCreationFailed: 1; 2; 3; 4; 5', goes, ...free, looks],
  },
  {
    it: 'one of whose items more failed than are named', facts: { look: { ...looked, troubles: ['1', '2', '3', '4', '5', '6'] } },
    phase: 'Running', message: 'Discovered 3 items, created 2 tasks total; 6 creation error(s): 1; 2; 3; 4; 5; and 1 more', conditions: ['DiscoveryError True TaskCreationFailed: 1; 2; 3; 4; 5; and 1 more', goes, ...free, looks],
  },
  {
    it: 'a look that failed is told before the items of the one before', facts: { look: { ...looked, problem: 'no answer', troubles: ['issue 1: no'] } },
    phase: 'Running', message: 'Discovered 3 items, created 2 tasks total; 1 creation error(s): issue 1: no', conditions: ['DiscoveryError True DiscoveryFailed: no answer', goes, ...free, 'Ready False DiscoveryFailed: no answer'],
  },
  { it: 'one that is told', facts: { isTold: true }, phase: 'Running', message: 'Webhook-driven TaskSpawner ready', conditions: [goes, ...free, 'Ready True Listening: It is told of its events'] },

  { it: 'one that waits for something', facts: { obstacle: missing }, phase: 'Pending', message: missing.message, conditions: [goes, ...free, `Ready False WorkspaceMissing: ${missing.message}`] },
  { it: 'one that somebody has to change', facts: { obstacle: wrong, isTold: true }, phase: 'Failed', message: wrong.message, conditions: [goes, ...free, `Ready False AnnotationInvalid: ${wrong.message}`] },
  {
    it: 'an obstacle is told before a suspension', facts: { obstacle: wrong, spawner: suspended }, phase: 'Failed', message: wrong.message,
    conditions: ['Suspended True UserSuspended: TaskSpawner is suspended by user', ...free, `Ready False AnnotationInvalid: ${wrong.message}`],
  },
  {
    it: 'one that its user suspended', facts: { spawner: suspended }, phase: 'Suspended', message: 'Suspended by user',
    conditions: ['Suspended True UserSuspended: TaskSpawner is suspended by user', ...free, 'Ready False Suspended: Set spec.suspend to false to let it make Tasks'],
  },
  {
    it: 'its user is told before the loop breaker', facts: { spawner: { ...stopped, spec: suspended.spec } }, phase: 'Suspended', message: 'Suspended by user',
    conditions: ['Suspended True UserSuspended: TaskSpawner is suspended by user', ...free, 'Ready False Suspended: Set spec.suspend to false to let it make Tasks', 'LoopDetected True LoopDetected: a wakes b'],
  },
  { it: 'one that the loop breaker stopped', facts: { spawner: stopped }, phase: 'Suspended', message: 'a wakes b', conditions: [goes, ...free, 'Ready False LoopDetected: a wakes b', 'LoopDetected True LoopDetected: a wakes b'] },
  {
    it: 'one that a person let go on', facts: { look: looked, spawner: aSpawner({ annotations: { 'taskwright.dev/resumed-at': '2026-01-01T11:00:01Z' }, status: { conditions: [stop] } }) },
    phase: 'Running', message: 'Discovered 3 items, created 2 tasks total', conditions: [noErrors, goes, ...free, 'LoopDetected False Resumed: A person let it go on', looks],
  },
  {
    it: 'the loop breaker is told before a pause', facts: { spawner: stopped, pausedBecause: 'cost' }, phase: 'Suspended', message: 'a wakes b',
    conditions: [goes, ...free, `Paused True SpawningPaused: ${pausedMessage}`, 'Ready False LoopDetected: a wakes b', 'LoopDetected True LoopDetected: a wakes b'],
  },
  { it: 'one of a fleet that is paused', facts: { isTold: true, pausedBecause: 'cost' }, phase: 'Suspended', message: pausedMessage, conditions: [goes, ...free, `Paused True SpawningPaused: ${pausedMessage}`, `Ready False SpawningPaused: ${pausedMessage}`] },
  {
    it: 'a pause without a reason', facts: { pausedBecause: ' ' }, phase: 'Suspended', message: 'All spawning is paused: no reason was given; let it go on: taskwright resume',
    conditions: [goes, ...free, 'Paused True SpawningPaused: All spawning is paused: no reason was given; let it go on: taskwright resume', 'Ready False SpawningPaused: All spawning is paused: no reason was given; let it go on: taskwright resume'],
  },
  {
    it: 'one of a fleet that goes on', facts: { look: looked, spawner: aSpawner({ status: { conditions: [{ ...stop, type: 'Paused' }] } }) }, phase: 'Running', message: 'Discovered 3 items, created 2 tasks total',
    conditions: [noErrors, goes, ...free, 'Paused False Running: Spawning goes on', looks],
  },
  {
    it: 'one that has made all that it may', facts: { look: looked, spawner: aSpawner({ spec: { maxTotalTasks: 2 } }) }, phase: 'Running', message: 'Discovered 3 items, created 2 tasks total',
    conditions: [noErrors, goes, ...['MaxTotalTasksReached', 'TaskBudgetExhausted'].map((type) => `${type} True LimitReached: Total tasks created (2) has reached maxTotalTasks (2)`), looks],
  },
  { it: 'one that may make one more', facts: { look: looked, spawner: aSpawner({ spec: { maxTotalTasks: 3 } }) }, phase: 'Running', message: 'Discovered 3 items, created 2 tasks total', conditions: [noErrors, goes, ...free, looks] },
  { it: 'one that has no limit', facts: { look: looked, spawner: aSpawner({ spec: { maxTotalTasks: 0 } }) }, phase: 'Running', message: 'Discovered 3 items, created 2 tasks total', conditions: [noErrors, goes, ...free, looks] },
])('what is said of $it', ({ facts, phase, message, conditions }) => {
  const status = statusOf(facts);
  expect({ phase: status.phase, message: status.message, conditions: said(status) }).toEqual({ phase, message, conditions });
});

test('the whole of it: numbers, the generation, and times that move with a status alone', () => {
  const spawner = aSpawner({
    generation: 4,
    status: {
      phase: 'Pending', deploymentName: 'of-the-reference', cronJobName: 'of-the-reference', totalTasksCreated: 1, lastDiscoveryTime: '2026-01-01T11:59:00Z',
      conditions: [
        { type: 'Ready', status: 'True', reason: 'Listening', message: 'as it was', lastTransitionTime: '2026-01-01T10:00:00Z', observedGeneration: 3 },
        { type: 'Suspended', status: 'True', reason: 'UserSuspended', message: 'as it was', lastTransitionTime: '2026-01-01T10:00:00Z', observedGeneration: 3 },
        { type: 'OfOthers', status: 'Unknown', reason: 'Other', message: 'kept', lastTransitionTime: '2026-01-01T09:00:00Z' },
      ],
    } as TaskSpawnerStatus,
  });
  const limit = { status: 'False', reason: 'LimitAvailable', message: 'maxTotalTasks limit has not been reached', lastTransitionTime: NOW, observedGeneration: 4 };
  expect(statusOf({ spawner, look: looked })).toEqual({
    phase: 'Running',
    message: 'Discovered 3 items, created 2 tasks total',
    lastDiscoveryTime: NOW,
    totalDiscovered: 3,
    totalTasksCreated: 2,
    activeTasks: 1,
    conditions: [
      { type: 'DiscoveryError', status: 'False', reason: 'NoErrors', message: 'Task creation succeeded for all discovered items', lastTransitionTime: NOW, observedGeneration: 4 },
      { type: 'Suspended', status: 'False', reason: 'Running', message: 'TaskSpawner is running', lastTransitionTime: NOW, observedGeneration: 4 },
      { type: 'MaxTotalTasksReached', ...limit },
      { type: 'TaskBudgetExhausted', ...limit },
      { type: 'Ready', status: 'True', reason: 'Looking', message: 'It looks for events', lastTransitionTime: '2026-01-01T10:00:00Z', observedGeneration: 4 },
      { type: 'OfOthers', status: 'Unknown', reason: 'Other', message: 'kept', lastTransitionTime: '2026-01-01T09:00:00Z' },
    ],
  });
});

test('what a look found and what went wrong with it stay while it may not look', () => {
  const status = statusOf({ look: { ...looked, problem: 'no answer' } });
  const kept = statusOf({ spawner: aSpawner({ status, spec: { suspend: true } }) });
  expect([kept.totalDiscovered, kept.lastDiscoveryTime, said(kept).at(-1)]).toEqual([3, NOW, 'DiscoveryError True DiscoveryFailed: no answer']);
});

interface WatermarkRow {
  readonly it: string;
  /** Seconds since the look that the status tells of; left out: it tells of none. */
  readonly since?: number;
  readonly look?: Partial<LookResult>;
  readonly active?: number;
  readonly isWritten: boolean;
}

test.each<WatermarkRow>([
  { it: 'the first', isWritten: true },
  { it: 'one after less than five minutes, though nothing else changes', since: 299, isWritten: false },
  { it: 'one after five minutes', since: 300, isWritten: true },
  { it: 'one beside something else that changes', since: 1, active: 7, isWritten: true },
  { it: 'one beside a message that changes', since: 1, look: { troubles: ['issue 1: no'] }, isWritten: true },
  { it: 'one that the next look begins at', since: 1, look: { isExact: true }, isWritten: true },
  { it: 'one at the same second', since: 0, look: { isExact: true }, isWritten: false },
])('the time of a look is written down: $it', ({ since, look, active = 1, isWritten }) => {
  const before = statusOf({ look: looked, now: new Date('2026-01-01T08:00:00Z') });
  const { lastDiscoveryTime: _time, ...others } = before;
  const time = since === undefined ? undefined : new Date(now.getTime() - since * 1_000).toISOString().replace('.000', '');
  const spawner = aSpawner({ status: { ...others, ...(time && { lastDiscoveryTime: time }) } });
  const after = statusOf({ spawner, look: { ...looked, ...look }, active });
  expect(after.lastDiscoveryTime).toBe(isWritten ? NOW : time);
  if (!isWritten) expect(after).toEqual(spawner.status);
});

test.each<{ it: string; before?: TaskSpawner['status']; after: Partial<SpawnerFacts>; isOnly: boolean }>([
  { it: 'numbers', after: { active: 7, created: 9, look: { ...looked, found: 8 } }, isOnly: true },
  { it: 'what a message says of them', after: { look: { ...looked, watermark: new Date('2026-01-01T13:00:00Z') }, created: 9 }, isOnly: true },
  { it: 'a phase', after: { obstacle: missing }, isOnly: false },
  { it: 'the status of a condition', after: { look: { ...looked, problem: 'no answer' } }, isOnly: false },
  { it: 'the reason of a condition', after: { look: { ...looked, problem: 'no Secret', missingSecrets: ['jira'] } }, before: statusOf({ look: { ...looked, problem: 'no answer' } }), isOnly: false },
  { it: 'the generation that is told of', after: { look: looked, spawner: aSpawner({ generation: 2 }) }, isOnly: false },
  { it: 'a condition that is new', after: { look: looked, pausedBecause: 'cost' }, isOnly: false },
])('whether nothing but numbers changes: $it', ({ before = statusOf({ look: looked }), after, isOnly }) => {
  expect(isOnlyCounting(before, statusOf(after))).toBe(isOnly);
});

test('the first status is more than numbers', () => {
  expect(isOnlyCounting(undefined, statusOf())).toBe(false);
});
