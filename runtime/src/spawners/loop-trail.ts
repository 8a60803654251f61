import { SPAWNED_ANNOTATIONS, SPAWNER_LABEL, type Task } from '@taskwright/schema';
import type { Change } from '../kube/change-feed.ts';
import type { Clock } from '../kube/clock.ts';
import type { Informer } from '../kube/informer.ts';
import { spawnerOf } from '../tasks/slot.ts';
import { type Trail, WINDOW_MS } from './loop-breaker.ts';

/** Remembered at a time, of Tasks that are gone. Of more, the oldest are forgotten, and a loop of theirs is found a round later. */
const MOST_GONE = 10_000;
const MINUTE_MS = 60_000;

/** By what the Task is found that an event may come from. */
export function trailKeysOf(task: Task): string[] {
  if (!spawnerOf(task)) return [];
  const { metadata: { namespace, annotations, labels }, spec, status } = task;
  const subject = annotations?.[SPAWNED_ANNOTATIONS.subject];
  const spawner = labels?.[SPAWNER_LABEL];
  return [
    ...(spec.branch ? [`${namespace} branch ${spec.branch}`] : []),
    ...(subject === undefined ? [] : [`${namespace} subject ${subject}`]),
    ...(spawner === undefined ? [] : [`${namespace} spawner ${spawner}`]),
    ...(spawner === undefined || status?.startTime === undefined ? [] : [status.completionTime === undefined ? `${namespace} working ${spawner}` : `${namespace} ended ${spawner} ${minuteOf(status.completionTime)}`]),
  ];
}

/** Of a time as text. Who looks for what ended lately asks for each minute since, and walks through nothing older. */
function minuteOf(time: string): string {
  return time.slice(0, 'yyyy-mm-ddThh:mm'.length);
}

/**
 * The Tasks that may be behind an event: those that there are, from the caches, and those that went within the hour. A Task that is done again takes the place of the one
 * before it, which is deleted for it, and would take the chain along.
 *
 * **Guarantee** A look-up costs what it finds. What is gone is kept in memory alone: a restart forgets no Task that there is.
 */
export class LoopTrail {
  readonly #tasks: Pick<Informer<Task, 'trail'>, 'get' | 'byIndex'>;
  readonly #clock: Clock;
  /** By name and by each of its keys, the last Task that went, and when; the one that went first comes first. */
  readonly #gone = new Map<string, { readonly task: Task; readonly at: number }>();

  constructor(tasks: Pick<Informer<Task, 'trail'>, 'get' | 'byIndex' | 'onChange'>, clock: Clock) {
    this.#tasks = tasks;
    this.#clock = clock;
    tasks.onChange((change) => this.#follow(change));
  }

  of(namespace: string): Trail {
    const find = (kind: string, value: string) => {
      const key = `${namespace} ${kind} ${value}`;
      const gone = this.#goneBy(key);
      return [...this.#tasks.byIndex('trail', key), ...(gone ? [gone] : [])];
    };
    return {
      named: (name) => this.#tasks.get(`${namespace}/${name}`) ?? this.#goneBy(`${namespace} name ${name}`),
      onBranch: (branch) => find('branch', branch),
      about: (subject) => find('subject', subject),
      ofSpawner: (name) => find('spawner', name),
      workedSince: (name, time) => [...this.#tasks.byIndex('trail', `${namespace} working ${name}`), ...this.#minutesSince(time).flatMap((minute) => find('ended', `${name} ${minute}`))],
    };
  }

  #minutesSince(time: Date): string[] {
    const now = this.#clock.now().getTime();
    const first = Math.floor(Math.max(time.getTime(), now - WINDOW_MS) / MINUTE_MS);
    return Array.from({ length: Math.max(0, Math.floor(now / MINUTE_MS) - first + 1) }, (_, index) => minuteOf(new Date((first + index) * MINUTE_MS).toISOString()));
  }

  #goneBy(key: string): Task | undefined {
    const gone = this.#gone.get(key);
    return gone && this.#clock.elapsed() - gone.at <= WINDOW_MS ? gone.task : undefined;
  }

  #follow(change: Change<Task>): void {
    const keys = change.type === 'deleted' ? trailKeysOf(change.object) : [];
    if (keys.length === 0) return;
    const { metadata, spec: { branch }, status } = change.object;
    const at = this.#clock.elapsed();
    // A prompt may be long, and is no part of a trail.
    const task: Task = { metadata, spec: { prompt: '', ...(branch === undefined ? {} : { branch }) }, ...(status?.startTime === undefined ? {} : { status: { startTime: status.startTime, completionTime: status.completionTime } }) };
    for (const key of [`${metadata.namespace} name ${metadata.name}`, ...keys]) {
      this.#gone.delete(key);
      this.#gone.set(key, { task, at });
    }
    for (const [key, gone] of this.#gone) {
      if (this.#gone.size <= MOST_GONE && at - gone.at <= WINDOW_MS) break;
      this.#gone.delete(key);
    }
  }
}
