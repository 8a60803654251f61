import { SPAWNED_ANNOTATIONS, type Task, type TaskSpawner } from '@taskwright/schema';
import { parseKubeTime } from '../kube/time.ts';
import type { SourceEvent } from '../sources/source-event.ts';
import { isFinished } from '../tasks/phase.ts';
import { belongs } from './belonging.ts';
import type { Decision } from './decision.ts';

/** What is known when an event is judged. */
export interface EventFacts {
  readonly spawner: TaskSpawner;
  readonly event: SourceEvent;
  /** Told to us once, so that what is not done now is never done; else a later look finds it again. */
  readonly isPushed: boolean;
  /** The name of its Task. */
  readonly name: string;
  /** The Task that has this name. */
  readonly existing: Task | undefined;
  /** How many Tasks of the spawner have not ended. */
  readonly active: number;
  /** These Tasks, for a policy that asks which. */
  readonly unfinished: () => readonly Task[];
  /** The Tasks that the spawner ever made. */
  readonly created: number;
}

export type Verdict =
  /** A Task of the name is made; those in `replaces` are deleted before. */
  | { readonly do: 'make'; readonly outcome: 'Fired' | 'Queued'; readonly replaces: readonly Task[] }
  /** The Task of the event goes, so that the event can be done again. */
  | { readonly do: 'make-way'; readonly for: Task }
  /** Something has to change first: nothing is decided. */
  | { readonly do: 'wait'; readonly why: string }
  | { readonly do: 'nothing'; readonly decision: Pick<Decision, 'outcome' | 'task' | 'filter' | 'seen' | 'reason'> };

/**
 * Judges what becomes of one event. The order of the rules is that of their cause: who has the name, then what the spawner may still make.
 *
 * An event whose Task has ended is done again when somebody asked for it since, and not before there is room for that: nothing is deleted for a Task that may not be made.
 */
export function judge(facts: EventFacts): Verdict {
  const { spawner, event, name, existing } = facts;
  if (existing && !belongs(existing, spawner)) {
    const reason = `Task "${name}" is there and not of this TaskSpawner; delete it, or give the Tasks another name with taskTemplate.nameTemplate`;
    return { do: 'nothing', decision: { outcome: 'Refused', filter: 'taskTemplate.nameTemplate', seen: name, reason } };
  }
  if (existing) {
    const isOfEvent = existing.metadata.annotations?.[SPAWNED_ANNOTATIONS.eventId] === event.id;
    if (existing.metadata.deletionTimestamp && !(facts.isPushed && isOfEvent)) return { do: 'wait', why: `Task "${name}" is being deleted` };
    if (!isAskedForAgain(existing, event)) return { do: 'nothing', decision: { outcome: 'Known', task: name } };
  }
  return limitOf(facts) ?? (existing ? { do: 'make-way', for: existing } : make(facts));
}

/** What keeps the spawner from making one more Task. */
function limitOf({ spawner, isPushed, active, unfinished, created }: EventFacts): Verdict | undefined {
  const { maxTotalTasks = 0, maxConcurrency = 0 } = spawner.spec;
  if (maxTotalTasks > 0 && created >= maxTotalTasks) {
    return skip('maxTotalTasks', String(maxTotalTasks), `The TaskSpawner has made ${created} Tasks; raise maxTotalTasks to let it make more`);
  }
  if (policyOf(spawner) === 'Forbid' && active > 0) return skip(`metadata.annotations[${POLICY}]`, 'Forbid', `Task "${unfinished()[0]!.metadata.name}" has not ended`);
  if (isQueued(spawner) || maxConcurrency === 0 || active < maxConcurrency) return undefined;
  const reason = `${active} Tasks have not ended, and maxConcurrency is ${maxConcurrency}`;
  return isPushed ? skip('maxConcurrency', String(maxConcurrency), `${reason}; without the annotation ${OVER_LIMIT}: leave they would wait as Tasks`) : { do: 'wait', why: reason };
}

function make({ spawner, active, unfinished }: EventFacts): Verdict {
  const { maxConcurrency = 0 } = spawner.spec;
  const replaces = policyOf(spawner) === 'Replace' ? unfinished().filter(({ metadata }) => !metadata.deletionTimestamp) : [];
  return { do: 'make', outcome: maxConcurrency > 0 && active >= maxConcurrency ? 'Queued' : 'Fired', replaces };
}

/** Whether what is decided next depends on what is being made: then events of the spawner are judged one after the other. */
export function isLimited(spawner: TaskSpawner): boolean {
  const { maxTotalTasks = 0, maxConcurrency = 0 } = spawner.spec;
  return maxTotalTasks > 0 || (maxConcurrency > 0 && !isQueued(spawner)) || policyOf(spawner) !== undefined;
}

const POLICY = 'taskwright.dev/concurrency-policy';
const OVER_LIMIT = 'taskwright.dev/over-limit';

/** For schedules alone: of other events none comes instead of another. */
function policyOf({ metadata, spec }: TaskSpawner): string | undefined {
  return spec.when.cron === undefined ? undefined : metadata.annotations?.[POLICY];
}

/** Whether what exceeds maxConcurrency becomes Tasks that wait. */
function isQueued({ metadata }: TaskSpawner): boolean {
  return metadata.annotations?.[OVER_LIMIT] !== 'leave';
}

function skip(filter: string, seen: string, reason: string): Verdict {
  return { do: 'nothing', decision: { outcome: 'Skipped', filter, seen, reason } };
}

/**
 * Whether somebody asked after the Task had ended. The API keeps whole seconds, so that of two things in one second nobody can say which was first; the Task says which asking it was
 * made of, so in that second a newer one counts, and the same one never does. Of a Task that does not say, made by the reference, only a later second is certain.
 */
export function isAskedForAgain(task: Task, { triggerTime }: Pick<SourceEvent, 'triggerTime'>): boolean {
  const { completionTime } = task.status ?? {};
  if (triggerTime === undefined || completionTime === undefined || !isFinished(task)) return false;
  const asked = wholeSeconds(triggerTime);
  const ended = wholeSeconds(parseKubeTime(completionTime));
  const madeOf = Date.parse(task.metadata.annotations?.[SPAWNED_ANNOTATIONS.triggerTime] ?? '');
  return Number.isNaN(madeOf) ? asked > ended : asked >= ended && triggerTime.getTime() > madeOf;
}

function wholeSeconds(time: Date): number {
  return Math.floor(time.getTime() / 1_000);
}
