import type { Task, TaskSpawner } from '@taskwright/schema';
import { expect, test } from 'vitest';
import type { EventOrigin } from '../../src/sources/source-event.ts';
import { causeOf, chainAnnotations, hangsOnActor, judgeLoop, type Link, stoppedLoopOf, type Trail } from '../../src/spawners/loop-breaker.ts';
import { aTask } from '../tasks/task-fixtures.ts';

const now = new Date('2026-01-01T12:00:00Z');
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000).toISOString().replace('.000Z', 'Z');
const mark = (task: string, namespace = 'dev') => `Done.\n<!-- taskwright.dev/task: ${namespace}/${task} -->`;

function aSpawner(annotations: Record<string, string> = {}, conditions: NonNullable<TaskSpawner['status']>['conditions'] = []): TaskSpawner {
  return { metadata: { name: 'x', namespace: 'dev', uid: 'u', annotations }, spec: {} as TaskSpawner['spec'], status: { conditions } };
}

interface Scene {
  name?: string;
  created?: number;
  started?: number;
  ended?: number;
  branch?: string;
  subject?: string;
  chain?: Link[];
}

/** A Task of a spawner; times in minutes before now. */
function made({ name = 'a', created = 30, started = 29, ended, branch, subject, chain }: Scene = {}): Task {
  const annotations = { ...(subject === undefined ? {} : { 'taskwright.dev/subject': subject }), ...(chain ? chainAnnotations(chain, { task: name, at: minutesAgo(created), event: `event of ${name}` }) : {}) };
  const status = { phase: 'Running' as const, startTime: minutesAgo(started), ...(ended === undefined ? {} : { completionTime: minutesAgo(ended) }) };
  return aTask({ name, creationTimestamp: minutesAgo(created), annotations, spec: branch === undefined ? {} : { branch }, status });
}

function aTrail(tasks: readonly Task[], spawner = 'x'): Trail {
  return {
    named: (name) => tasks.find(({ metadata }) => metadata.name === name),
    onBranch: (branch) => tasks.filter(({ spec }) => spec.branch === branch),
    about: (subject) => tasks.filter(({ metadata }) => metadata.annotations?.['taskwright.dev/subject'] === subject),
    ofSpawner: (name) => (name === spawner ? tasks : []),
    workedSince: (name) => (name === spawner ? tasks : []),
  };
}

const cause = (origin: EventOrigin, tasks: readonly Task[], happenedAt: Date | undefined) => causeOf({ spawner: aSpawner(), event: { summary: 's', origin }, happenedAt, trail: aTrail(tasks), now })?.metadata.name;

test.each<{ it: string; origin: EventOrigin; tasks?: readonly Task[]; at?: Date }>([
  { it: 'what nobody is known to have caused', origin: {} },
  { it: 'what a person wrote', origin: { actor: 'ann', text: 'please fix', subject: 's#1' }, tasks: [made({ subject: 's#1' })] },
  { it: 'what carries the mark of a Task of another namespace', origin: { text: mark('a', 'prod') } },
  { it: 'what carries the mark of a Task that nobody knows', origin: { text: mark('gone') } },
  { it: 'a bot at something else', origin: { actor: 'renovate[bot]', subject: 's#2' }, tasks: [made({ subject: 's#1' })] },
  { it: 'a bot that was there before the agent began', origin: { actor: 'renovate[bot]', subject: 's#1' }, tasks: [made({ subject: 's#1', started: 10 })], at: new Date(minutesAgo(20)) },
  { it: 'a bot at a time that nobody knows', origin: { actor: 'renovate[bot]', subject: 's#1' }, tasks: [made({ subject: 's#1' })], at: undefined as never },
  { it: 'a branch on which the Task ended two hours ago', origin: { branch: 'b' }, tasks: [made({ branch: 'b', created: 180, started: 170, ended: 121 })] },
  { it: 'a push to the branch that the Task has left ten minutes ago', origin: { branch: 'b' }, tasks: [made({ branch: 'b', ended: 10 })] },
  { it: 'a pull request that another spawner has found as well', origin: { branch: 'b', subject: 's#9' }, tasks: [made({ branch: 'b', subject: 's#9' })], at: undefined as never },
  { it: 'a branch on which the Task has not begun', origin: { branch: 'b' }, tasks: [aTask({ name: 'a', spec: { branch: 'b' } })] },
])('nothing of ours is behind $it', ({ origin, tasks = [made()], ...rest }) => {
  expect(cause(origin, tasks, 'at' in rest ? rest.at : now)).toBeUndefined();
});

test.each<{ it: string; origin: EventOrigin; tasks?: readonly Task[]; at?: Date }>([
  { it: 'what carries its mark', origin: { text: mark('a') } },
  { it: 'what quotes one mark and ends with another', origin: { text: `> ${mark('old')}\n${mark('a')}` } },
  { it: 'a sticky comment of its spawner', origin: { text: '<!-- kelos.dev/github-status-comment:dev/x -->', subject: 's#1' }, tasks: [made({ name: 'other', subject: 's#2', created: 5 }), made({ subject: 's#1' })] },
  { it: 'a push to its branch', origin: { branch: 'b' }, tasks: [made({ branch: 'b' }), made({ name: 'c', branch: 'c' })] },
  { it: 'a pull request of its branch, whenever that was opened', origin: { branch: 'b', subject: 's#9' }, tasks: [made({ branch: 'b', subject: 's#4' })], at: undefined as never },
  { it: 'a push to its branch that is told some minutes after', origin: { branch: 'b' }, tasks: [made({ branch: 'b', ended: 4 })] },
  { it: 'a push to the branch of the last that was there', origin: { branch: 'b' }, tasks: [made({ name: 'old', branch: 'b', created: 50, started: 49, ended: 40 }), made({ branch: 'b' })] },
  { it: 'a bot where it is at work', origin: { actor: 'shop[bot]', subject: 's#1' }, tasks: [made({ subject: 's#1' })] },
  { it: 'a bot where it was within the hour', origin: { actor: 'shop[bot]', subject: 's#1' }, tasks: [made({ subject: 's#1', ended: 10 })] },
])('a Task is behind $it', ({ origin, tasks = [made()], ...rest }) => {
  expect(cause(origin, tasks, 'at' in rest ? rest.at : now)).toBe('a');
});

test.each<{ it: string; origin: EventOrigin; tasks: readonly Task[]; at?: Date; hangs: boolean }>([
  { it: 'somebody where an agent is at work', origin: { actor: 'ann', subject: 's#1' }, tasks: [made({ subject: 's#1' })], hangs: true },
  { it: 'somebody where an agent was within the hour', origin: { actor: 'ann', subject: 's#1' }, tasks: [made({ subject: 's#1', ended: 59 })], hangs: true },
  { it: 'somebody where none is', origin: { actor: 'ann', subject: 's#2' }, tasks: [made({ subject: 's#1' })], hangs: false },
  { it: 'somebody where one was two hours ago', origin: { actor: 'ann', subject: 's#1' }, tasks: [made({ subject: 's#1', created: 180, started: 170, ended: 121 })], hangs: false },
  { it: 'somebody at a time that nobody knows', origin: { actor: 'ann', subject: 's#1' }, tasks: [made({ subject: 's#1' })], at: undefined as never, hangs: false },
  { it: 'who made something while an agent of the spawner was at work', origin: { actor: 'ann', subject: 's#9', createdAt: now }, tasks: [made({ subject: 's#1' })], hangs: true },
  { it: 'who made something a second after it', origin: { actor: 'ann', subject: 's#9', createdAt: new Date(minutesAgo(10 - 1 / 60)) }, tasks: [made({ subject: 's#1', ended: 10 })], at: undefined as never, hangs: true },
  { it: 'who made something two seconds after it', origin: { actor: 'ann', subject: 's#9', createdAt: new Date(minutesAgo(10 - 2 / 60)) }, tasks: [made({ subject: 's#1', ended: 10 })], at: undefined as never, hangs: false },
  { it: 'who made something before any began', origin: { actor: 'ann', subject: 's#9', createdAt: new Date(minutesAgo(40)) }, tasks: [made({ subject: 's#1' })], at: undefined as never, hangs: false },
  { it: 'who made something when only a Task that ended two hours ago had been there', origin: { actor: 'ann', subject: 's#9', createdAt: new Date(minutesAgo(130)) }, tasks: [made({ created: 180, started: 170, ended: 121 })], at: undefined as never, hangs: false },
  { it: 'nobody', origin: { subject: 's#1' }, tasks: [made({ subject: 's#1' })], hangs: false },
  { it: 'a bot, which is known for one', origin: { actor: 'shop[bot]', subject: 's#1' }, tasks: [made({ subject: 's#1' })], hangs: false },
  { it: 'somebody who left our mark', origin: { actor: 'ann', subject: 's#1', text: mark('a') }, tasks: [made({ subject: 's#1' })], hangs: false },
])('whether $it is an account of ours makes a difference: $hangs', ({ origin, tasks, hangs, ...rest }) => {
  const facts = { spawner: aSpawner(), event: { summary: 's', origin }, happenedAt: 'at' in rest ? rest.at : now, trail: aTrail(tasks), now };
  expect([hangsOnActor(facts), hangs && causeOf(facts), hangs && causeOf({ ...facts, isOurActor: true })?.metadata.name]).toEqual([hangs, hangs && undefined, hangs && 'a']);
});

test('of several that may have made something, it is the one with the fewest before it', () => {
  const woken = made({ name: 'b', created: 20, started: 19, chain: [{ task: 't', at: minutesAgo(30), event: 'e' }] });
  const origin = { actor: 'bot', subject: 's#9', createdAt: new Date(minutesAgo(5)) };
  const madeBy = (tasks: readonly Task[]) => causeOf({ spawner: aSpawner(), event: { summary: 's', origin }, happenedAt: undefined, trail: aTrail(tasks), now, isOurActor: true })?.metadata.name;
  expect([madeBy([woken, made()]), madeBy([made(), woken]), madeBy([woken])]).toEqual(['a', 'a', 'b']);
});

const link = (task: string, minutes: number): Link => ({ task, at: minutesAgo(minutes), event: `comment ${task}` });
const chainOf = (count: number, everyMinutes = 1) => Array.from({ length: count }, (_, index) => link(`t${index}`, (count - index) * everyMinutes));
const judged = (chain: Link[], spawner = aSpawner()) => {
  const before = chain.slice(0, -1);
  const { task, at } = chain.at(-1)!;
  const tasks = [aTask({ name: task, creationTimestamp: at, annotations: { 'taskwright.dev/subject': 's#4', ...chainAnnotations(before, chain.at(-1)!) } })];
  return judgeLoop({ spawner, event: { summary: 'comment on s#4', origin: { text: mark(task) } }, happenedAt: now, trail: aTrail(tasks), now });
};

test('an event that no Task caused begins a chain', () => {
  expect(judgeLoop({ spawner: aSpawner(), event: { summary: 's' }, happenedAt: now, trail: aTrail([]), now })).toEqual({ chain: [] });
});

test('five Tasks may be woken in a row, the sixth may not', () => {
  expect(judged(chainOf(5))).toEqual({ chain: chainOf(5) });
  expect(judged(chainOf(6))).toEqual({
    loop: 'Tasks woke each other 6 times within an hour: comment t0 → Task t0 → comment t1 → Task t1 → comment t2 → Task t2 → comment t3 → Task t3 → comment t4 → Task t4 → comment t5 → Task t5 → comment on s#4; correct what wakes them, or raise the annotation taskwright.dev/loop-limit, then let it go on: taskwright resume taskspawner/x',
  });
});

test('of a chain that is longer than people read, its ends are told', () => {
  const { loop } = judged(chainOf(40)) as { loop: string };
  expect([loop.includes('Task t4 → … → comment t35'), loop.length < 1_000]).toEqual([true, true]);
});

test.each<{ it: string; chain: Link[]; annotations?: Record<string, string> }>([
  { it: 'so slow that it has five rounds in an hour', chain: chainOf(20, 11) },
  { it: 'whose limit was raised', chain: chainOf(12), annotations: { 'taskwright.dev/loop-limit': '12' } },
  { it: 'that a person let go on a round ago', chain: chainOf(20), annotations: { 'taskwright.dev/resumed-at': minutesAgo(2) } },
])('a chain goes on $it', ({ chain, annotations }) => {
  expect(judged(chain, aSpawner(annotations))).toEqual({ chain });
});

test.each(['0', '1000', '-1', 'many', ''])('a limit that is none, %j, is the usual one', (limit) => {
  expect(judged(chainOf(6), aSpawner({ 'taskwright.dev/loop-limit': limit }))).toHaveProperty('loop');
});

test('a chain that somebody wrote by hand is none', () => {
  for (const text of ['', 'null', '{}', '[1,{"task":"t"}]', '[{"task":"other","at":"2026-01-01T11:59:00Z","event":"e"}]']) {
    const task = aTask({ name: 'a', creationTimestamp: minutesAgo(1), annotations: { 'taskwright.dev/chain': text } });
    expect(judgeLoop({ spawner: aSpawner(), event: { summary: 's', origin: { text: mark('a') } }, happenedAt: now, trail: aTrail([task]), now })).toEqual({ chain: [{ task: 'a', at: minutesAgo(1), event: '' }] });
  }
});

test('a stopped spawner goes on when a person says so, later than it was stopped', () => {
  const stopped = [{ type: 'LoopDetected', status: 'True' as const, reason: 'LoopDetected', message: 'm', lastTransitionTime: minutesAgo(10) }];
  const said = (resumedAt?: string, conditions = stopped) => stoppedLoopOf(aSpawner(resumedAt === undefined ? {} : { 'taskwright.dev/resumed-at': resumedAt }, conditions));
  expect([said(), said(minutesAgo(10)), said(minutesAgo(11)), said('soon'), said(minutesAgo(9)), said(undefined, [])]).toEqual(['m', 'm', 'm', 'm', undefined, undefined]);
});
