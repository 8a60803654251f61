import { SPAWNED_ANNOTATIONS, SPAWNER_ANNOTATIONS, type Task, type TaskSpawner } from '@taskwright/schema';
import { parseKubeTime } from '../kube/time.ts';
import type { EventOrigin } from '../sources/source-event.ts';

/** One Task of a chain, and the event that it was made of. */
export interface Link {
  readonly task: string;
  /** RFC 3339: when it was made. */
  readonly at: string;
  readonly event: string;
}

/** What is known of an event when a Task is about to be made of it. */
export interface LoopFacts {
  readonly spawner: TaskSpawner;
  readonly event: { readonly summary: string; readonly origin?: EventOrigin };
  /** When it happened, as far as the source says. */
  readonly happenedAt: Date | undefined;
  readonly trail: Trail;
  readonly now: Date;
  /** Whether who did it is the account that Tasks of the spawner write as. Left out: that is not known. */
  readonly isOurActor?: boolean;
}

/** The Tasks of a namespace that TaskSpawners made and that there are, or were within the hour. */
export interface Trail {
  named(name: string): Task | undefined;
  onBranch(branch: string): readonly Task[];
  about(subject: string): readonly Task[];
  ofSpawner(name: string): readonly Task[];
  /** Those of a TaskSpawner that are at work, or were at that time or later; for times within the hour. */
  workedSince(spawner: string, time: Date): readonly Task[];
}

/** On a Task that another woke: all of the chain up to itself, the first first, as JSON. */
export const CHAIN_ANNOTATION = 'taskwright.dev/chain';
export const LOOP_DETECTED = 'LoopDetected';
const LOOP_LIMIT = new RegExp(SPAWNER_ANNOTATIONS['taskwright.dev/loop-limit'].pattern);

/** How often in a row is no accident: an agent that answers a review, and is reviewed again, comes to three or four. */
const MOST_IN_A_ROW = 5;
/** A loop that takes longer than this for its rounds costs little, and somebody sees it. */
export const WINDOW_MS = 3_600_000;
/** Between what an agent did last and when its service says that this happened, in milliseconds. */
const DELAY_MS = 300_000;
/** Times of other services, and of Tasks, have whole seconds. */
const ROUNDED_MS = 1_000;
/** Kept on a Task: more than the highest limit would be nothing to judge by. */
const MOST_LINKS = 100;
/** Of a chain that is told, the first and the last. */
const MOST_TOLD = 10;

/**
 * Tells whether an event may make a Task, or is one more round of a loop: what the Tasks of spawners wrote made an event that made a Task, and so on, across all spawners of the
 * namespace. Answers the chain that the Task will be the end of, or what to say of the loop.
 */
export function judgeLoop(facts: LoopFacts): { readonly chain: readonly Link[] } | { readonly loop: string } {
  const cause = causeOf(facts);
  if (!cause) return { chain: [] };
  const chain = chainOf(cause);
  const { spawner, now } = facts;
  const since = Math.max(now.getTime() - WINDOW_MS, resumedAt(spawner)?.getTime() ?? 0);
  const inARow = chain.filter(({ at }) => Date.parse(at) > since);
  const limit = limitOf(spawner);
  if (inARow.length <= limit) return { chain };
  return { loop: `Tasks woke each other ${inARow.length} times within an hour: ${told(inARow, facts.event.summary)}; correct what wakes them, or raise the annotation taskwright.dev/loop-limit, then let it go on: taskwright resume taskspawner/${spawner.metadata.name!}` };
}

/** What the loop breaker said when it stopped the spawner; nothing when it did not, or a person has let it go on since. */
export function stoppedLoopOf(spawner: TaskSpawner): string | undefined {
  const condition = spawner.status?.conditions?.find(({ type }) => type === LOOP_DETECTED);
  if (condition?.status !== 'True') return undefined;
  const resumed = resumedAt(spawner);
  return resumed !== undefined && resumed > parseKubeTime(condition.lastTransitionTime) ? undefined : condition.message;
}

/** What a Task carries that others woke, so that the chain is known when they are gone. */
export function chainAnnotations(before: readonly Link[], self: Link): Record<string, string> {
  return before.length === 0 ? {} : { [CHAIN_ANNOTATION]: JSON.stringify([...before, self].slice(-MOST_LINKS)) };
}

/** The Tasks that led to this one, and itself. What cannot be read is no chain: only we write it. */
export function chainOf(task: Pick<Task, 'metadata'>): Link[] {
  const { name, creationTimestamp = '', annotations } = task.metadata;
  const links = linksIn(annotations?.[CHAIN_ANNOTATION] ?? '');
  return links.at(-1)?.task === name ? links : [{ task: name!, at: creationTimestamp, event: subjectOf(task) ?? '' }];
}

function linksIn(text: string): Link[] {
  try {
    const read: unknown = JSON.parse(text);
    return Array.isArray(read) ? read.filter(isLink) : [];
  } catch {
    return [];
  }
}

/** Whether it takes the account that our Tasks write as to tell if one of them is behind the event. */
export function hangsOnActor(facts: LoopFacts): boolean {
  return facts.event.origin?.actor !== undefined && !causeOf(facts) && causeOf({ ...facts, isOurActor: true }) !== undefined;
}

/** The Task whose work the event is, if it is that of one: by our own mark in what was written, by the branch, by what it is about and who did it, or by who made it while a Task of the spawner was at work. */
export function causeOf({ event: { origin = {} }, spawner, happenedAt, trail, now, isOurActor = false }: LoopFacts): Task | undefined {
  const { namespace } = spawner.metadata;
  const marked = markedTask(origin.text ?? '', namespace!);
  const byMark = marked && (marked.task === undefined ? newest(trail.ofSpawner(marked.spawner).filter((task) => origin.subject === undefined || subjectOf(task) === origin.subject)) : trail.named(marked.task));
  if (byMark) return byMark;
  const isOfNow = (task: Task) => isRecent(task, now) && (happenedAt === undefined || startedBefore(task, happenedAt));
  // People push as well, often to the branch that an agent has just left.
  // Without its time, a Task of the same pull request is that of another spawner which has found it as well.
  const mayHavePushed = (task: Task) => isOfNow(task) && (happenedAt === undefined ? origin.subject === undefined || subjectOf(task) !== origin.subject : !endedBefore(task, happenedAt));
  const byBranch = origin.branch === undefined ? undefined : newest(trail.onBranch(origin.branch).filter(mayHavePushed));
  if (byBranch) return byBranch;
  // Without its time nobody knows whether the Task was there first; with it, a bot or an account of ours that speaks where an agent is at work is most likely the agent.
  const knowsWhen = origin.subject !== undefined && happenedAt !== undefined && (isOurActor || origin.actor?.endsWith('[bot]'));
  const bySubject = knowsWhen ? newest(trail.about(origin.subject!).filter(isOfNow)) : undefined;
  if (bySubject || !isOurActor || origin.createdAt === undefined) return bySubject;
  const { createdAt } = origin;
  return leastWoken(trail.workedSince(spawner.metadata.name!, new Date(createdAt.getTime() - ROUNDED_MS)).filter((task) => isRecent(task, now) && wasAtWork(task, createdAt)));
}

const TASK_MARK = /<!-- taskwright\.dev\/task: ([a-z0-9.-]{1,253})\/([a-z0-9.-]{1,253}) -->/g;
const STICKY_MARK = /kelos\.dev\/github-status-comment:([a-z0-9.-]{1,253})\/([a-z0-9.-]{1,253})/g;

/** The last mark counts: what is quoted comes before. One of another namespace is nobody we know. */
function markedTask(text: string, namespace: string): { readonly task: string } | { readonly task?: undefined; readonly spawner: string } | undefined {
  const task = [...text.matchAll(TASK_MARK)].findLast(([, of]) => of === namespace)?.[2];
  if (task !== undefined) return { task };
  const spawner = [...text.matchAll(STICKY_MARK)].findLast(([, of]) => of === namespace)?.[2];
  return spawner === undefined ? undefined : { spawner };
}

function subjectOf({ metadata: { annotations } }: Pick<Task, 'metadata'>): string | undefined {
  return annotations?.[SPAWNED_ANNOTATIONS.subject];
}

/** It is at work, or was within the hour. */
function isRecent({ status }: Task, now: Date): boolean {
  const ended = status?.completionTime;
  return ended === undefined || now.getTime() - parseKubeTime(ended).getTime() <= WINDOW_MS;
}

/** Longer ago than an event needs to come here. */
function endedBefore({ status }: Task, time: Date): boolean {
  return status?.completionTime !== undefined && parseKubeTime(status.completionTime).getTime() + DELAY_MS < time.getTime();
}

/** An agent writes nothing before it runs. */
function startedBefore({ status }: Task, time: Date): boolean {
  return status?.startTime !== undefined && parseKubeTime(status.startTime).getTime() <= time.getTime() + ROUNDED_MS;
}

/** To the second: what an agent makes it makes before it ends. */
function wasAtWork(task: Task, time: Date): boolean {
  const ended = task.status?.completionTime;
  return startedBefore(task, time) && (ended === undefined || parseKubeTime(ended).getTime() + ROUNDED_MS >= time.getTime());
}

/** Any of several may have made it, and people may share the account: the one with the fewest before it lets the chain grow only where it surely does. */
function leastWoken(tasks: readonly Task[]): Task | undefined {
  return tasks.reduce<Task | undefined>((found, task) => (found && chainOf(found).length <= chainOf(task).length ? found : task), undefined);
}

function newest(tasks: readonly Task[]): Task | undefined {
  const age = ({ metadata: { creationTimestamp = '', name } }: Task) => `${creationTimestamp} ${name}`;
  return tasks.reduce<Task | undefined>((found, task) => (found && age(found) >= age(task) ? found : task), undefined);
}

function limitOf({ metadata: { annotations } }: TaskSpawner): number {
  const asked = annotations?.['taskwright.dev/loop-limit'] ?? '';
  return LOOP_LIMIT.test(asked) ? Number(asked) : MOST_IN_A_ROW;
}

function resumedAt({ metadata: { annotations } }: TaskSpawner): Date | undefined {
  const time = Date.parse(annotations?.['taskwright.dev/resumed-at'] ?? '');
  return Number.isNaN(time) ? undefined : new Date(time);
}

function told(chain: readonly Link[], last: string): string {
  const links = chain.map(({ task, event }) => `${event === '' ? 'an event' : event} → Task ${task}`);
  const half = MOST_TOLD / 2;
  const shown = links.length <= MOST_TOLD ? links : [...links.slice(0, half), '…', ...links.slice(-half)];
  return [...shown, last].join(' → ');
}

function isLink(read: unknown): read is Link {
  const { task, at, event } = (read ?? {}) as Partial<Link>;
  return [task, at, event].every((value) => typeof value === 'string') && !Number.isNaN(Date.parse(at!));
}
