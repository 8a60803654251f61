import type { Task } from '@taskwright/schema';
import { expect, test } from 'vitest';
import { type EventFacts, isAskedForAgain, judge, type Verdict } from '../../src/spawners/verdict.ts';
import { aTask } from '../tasks/task-fixtures.ts';
import { anEvent, aSpawner } from './spawner-fixtures.ts';

const ownerReferences = [{ apiVersion: 'kelos.dev/v1alpha2', kind: 'TaskSpawner', name: 'bugs', uid: 'uid-of-bugs', controller: true }];
const annotations = { 'taskwright.dev/event-id': 'SHOP-1' };

function own(task: Parameters<typeof aTask>[0] = {}): Task {
  return aTask({ name: 'bugs-shop-1', ownerReferences, annotations, ...task });
}

const ended = { phase: 'Succeeded', completionTime: '2026-01-01T10:00:00Z' };
const leave = { 'taskwright.dev/over-limit': 'leave' };
const cron = { cron: { schedule: '* * * * *' } };
const known: Verdict = { do: 'nothing', decision: { outcome: 'Known', task: 'bugs-shop-1' } };
const fired: Verdict = { do: 'make', outcome: 'Fired', replaces: [] };
const full: Verdict = {
  do: 'nothing',
  decision: { outcome: 'Skipped', filter: 'maxTotalTasks', seen: '3', reason: 'The TaskSpawner has made 3 Tasks; raise maxTotalTasks to let it make more' },
};
const running = own({ name: 'bugs-shop-7' });
const again = anEvent({ triggerTime: new Date('2026-01-01T10:00:01Z') });

interface Row extends Partial<Omit<EventFacts, 'active' | 'unfinished'>> {
  readonly it: string;
  /** The Tasks that have not ended. */
  readonly active?: readonly Task[];
  readonly verdict: Verdict;
}

test.each<Row>([
  { it: 'makes what is new', verdict: fired },
  { it: 'knows what has its Task', existing: own(), verdict: known },
  { it: 'knows what has its Task though nothing may be made any more', existing: own(), created: 3, spawner: aSpawner({ spec: { maxTotalTasks: 3 } }), verdict: known },
  { it: 'knows a Task of the reference, which says less', existing: aTask({ name: 'bugs-shop-1', labels: { 'kelos.dev/taskspawner': 'bugs' } }), verdict: known },
  {
    it: 'leaves a Task of somebody else alone',
    existing: aTask({ name: 'bugs-shop-1' }),
    verdict: { do: 'nothing', decision: { outcome: 'Refused', filter: 'taskTemplate.nameTemplate', seen: 'bugs-shop-1', reason: 'Task "bugs-shop-1" is there and not of this TaskSpawner; delete it, or give the Tasks another name with taskTemplate.nameTemplate' } },
  },
  {
    it: 'leaves a Task of an earlier spawner of its name alone, whatever its label says',
    existing: own({ labels: { 'kelos.dev/taskspawner': 'bugs' }, ownerReferences: [{ ...ownerReferences[0]!, uid: 'earlier' }] }),
    verdict: { do: 'nothing', decision: { outcome: 'Refused', filter: 'taskTemplate.nameTemplate', seen: 'bugs-shop-1', reason: 'Task "bugs-shop-1" is there and not of this TaskSpawner; delete it, or give the Tasks another name with taskTemplate.nameTemplate' } },
  },
  { it: 'waits for one that is being deleted', existing: own({ deletionTimestamp: '2026-01-01T10:00:00Z' }), verdict: { do: 'wait', why: 'Task "bugs-shop-1" is being deleted' } },
  { it: 'was told already, though its Task is being deleted', isPushed: true, existing: own({ deletionTimestamp: '2026-01-01T10:00:00Z' }), verdict: known },
  { it: 'waits for the Task of another event that has its name and goes', isPushed: true, existing: own({ deletionTimestamp: '2026-01-01T10:00:00Z', annotations: { 'taskwright.dev/event-id': 'other' } }), verdict: { do: 'wait', why: 'Task "bugs-shop-1" is being deleted' } },
  { it: 'makes way for what was asked for again', event: again, existing: own({ status: ended }), verdict: { do: 'make-way', for: own({ status: ended }) } },
  { it: 'makes no way when nothing may be made any more', event: again, existing: own({ status: ended }), created: 3, spawner: aSpawner({ spec: { maxTotalTasks: 3 } }), verdict: full },
  { it: 'makes no way before there is room', event: again, existing: own({ status: ended }), active: [running], spawner: aSpawner({ spec: { maxConcurrency: 1 }, annotations: leave }), verdict: { do: 'wait', why: '1 Tasks have not ended, and maxConcurrency is 1' } },

  { it: 'makes the last of a total', created: 2, spawner: aSpawner({ spec: { maxTotalTasks: 3 } }), verdict: fired },
  { it: 'makes none beyond a total', created: 3, spawner: aSpawner({ spec: { maxTotalTasks: 3 } }), verdict: full },
  { it: 'takes a total of 0 for none', created: 3, spawner: aSpawner({ spec: { maxTotalTasks: 0 } }), verdict: fired },
  { it: 'queues what exceeds maxConcurrency', active: [running], spawner: aSpawner({ spec: { maxConcurrency: 1 } }), verdict: { do: 'make', outcome: 'Queued', replaces: [] } },
  { it: 'fires while there is room', active: [running], spawner: aSpawner({ spec: { maxConcurrency: 2 } }), verdict: fired },
  { it: 'takes a maxConcurrency of 0 for none', active: [running], spawner: aSpawner({ spec: { maxConcurrency: 0 }, annotations: leave }), verdict: fired },
  { it: 'leaves what exceeds it for later where that is asked for', active: [running], spawner: aSpawner({ spec: { maxConcurrency: 1 }, annotations: leave }), verdict: { do: 'wait', why: '1 Tasks have not ended, and maxConcurrency is 1' } },
  {
    it: 'drops what was told and exceeds it, and says so',
    isPushed: true,
    active: [running],
    spawner: aSpawner({ spec: { maxConcurrency: 1 }, annotations: leave }),
    verdict: { do: 'nothing', decision: { outcome: 'Skipped', filter: 'maxConcurrency', seen: '1', reason: '1 Tasks have not ended, and maxConcurrency is 1; without the annotation taskwright.dev/over-limit: leave they would wait as Tasks' } },
  },

  { it: 'lets ticks overlap', active: [running], spawner: aSpawner({ spec: { when: cron } }), verdict: fired },
  {
    it: 'skips a tick while an earlier Task runs, under Forbid',
    active: [running],
    spawner: aSpawner({ spec: { when: cron }, annotations: { 'taskwright.dev/concurrency-policy': 'Forbid' } }),
    verdict: { do: 'nothing', decision: { outcome: 'Skipped', filter: 'metadata.annotations[taskwright.dev/concurrency-policy]', seen: 'Forbid', reason: 'Task "bugs-shop-7" has not ended' } },
  },
  { it: 'fires under Forbid when none runs', spawner: aSpawner({ spec: { when: cron }, annotations: { 'taskwright.dev/concurrency-policy': 'Forbid' } }), verdict: fired },
  {
    it: 'replaces what runs, under Replace, but for what goes already',
    active: [running, own({ name: 'bugs-shop-8', deletionTimestamp: '2026-01-01T10:00:00Z' })],
    spawner: aSpawner({ spec: { when: cron }, annotations: { 'taskwright.dev/concurrency-policy': 'Replace' } }),
    verdict: { do: 'make', outcome: 'Fired', replaces: [running] },
  },
  { it: 'has no such policy for what is no schedule', active: [running], spawner: aSpawner({ annotations: { 'taskwright.dev/concurrency-policy': 'Forbid' } }), verdict: fired },
])('an event: $it', ({ it: _it, verdict, active = [], ...facts }) => {
  expect(judge({ spawner: aSpawner(), event: anEvent(), isPushed: false, name: 'bugs-shop-1', existing: undefined, active: active.length, unfinished: () => active, created: 0, ...facts })).toEqual(verdict);
});

const madeOf = (time: string) => ({ annotations: { 'taskwright.dev/trigger-time': time } });

test.each([
  { it: 'nobody asked', is: false, task: own({ status: ended }), asked: undefined },
  { it: 'later', is: true, task: own({ status: ended }), asked: '2026-01-01T10:00:01Z' },
  { it: 'earlier', is: false, task: own({ status: ended }), asked: '2026-01-01T09:59:59Z' },
  { it: 'later than one that failed', is: true, task: own({ status: { ...ended, phase: 'Failed' } }), asked: '2026-01-01T10:00:01Z' },
  { it: 'while it runs', is: false, task: own({ status: { phase: 'Running' } }), asked: '2026-01-01T10:00:01Z' },
  { it: 'of one whose end nobody knows', is: false, task: own({ status: { phase: 'Failed' } }), asked: '2026-01-01T10:00:01Z' },
  { it: 'in the second of its end, of one that does not say what it was made of', is: false, task: own({ status: ended }), asked: '2026-01-01T10:00:00.900Z' },
  { it: 'in the second of its end, and it was made of an earlier one', is: true, task: own({ status: ended, ...madeOf('2026-01-01T09:00:00.000Z') }), asked: '2026-01-01T10:00:00Z' },
  { it: 'in the second of its end, and it was made of that', is: false, task: own({ status: ended, ...madeOf('2026-01-01T10:00:00.000Z') }), asked: '2026-01-01T10:00:00Z' },
  { it: 'newer than what it was made of, and before its end', is: false, task: own({ status: ended, ...madeOf('2026-01-01T09:00:00.000Z') }), asked: '2026-01-01T09:59:59Z' },
])('asked for again, $it: $is', ({ is, task, asked }) => {
  expect(isAskedForAgain(task, asked === undefined ? {} : { triggerTime: new Date(asked) })).toBe(is);
});
