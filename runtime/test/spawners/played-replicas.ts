import type { Task, TaskSpawner } from '@taskwright/schema';
import type { ConfigMap } from '@taskwright/schema/kubernetes';
import { ApiError } from '../../src/kube/api-error.ts';
import type { KubeObject, Resource } from '../../src/kube/object.ts';
import { isFinished } from '../../src/tasks/phase.ts';
import { Places } from '../../src/spawners/places.ts';
import { ManualClock } from '../kube/manual-clock.ts';
import { aTask } from '../tasks/task-fixtures.ts';
import { aSpawner } from './spawner-fixtures.ts';

/** What becomes of a request or an event when it is its turn. */
export type Schedule = <T>(what: string, act: () => T) => Promise<T>;

/** What the spawner of a played server may make. */
export type Limit = { readonly total: number } | { readonly atATime: number };

/** When a replica dies: before its n-th write, or after it and before it hears of that. */
export interface Death {
  readonly atWrite: number;
  readonly when: 'before' | 'after';
}

const ownerReferences = [{ apiVersion: 'kelos.dev/v1alpha2', kind: 'TaskSpawner', name: 'bugs', uid: 'uid-of-bugs', controller: true }];

/** A server with Tasks and one ConfigMap, and replicas that hear of Tasks later. Throws for a Task beyond the limit. */
export class PlayedServer {
  readonly clock = new ManualClock();
  readonly spawner: TaskSpawner = aSpawner();
  readonly limit: Limit;
  readonly tasks = new Map<string, Task>();
  /** Every Task as it came and changed. */
  readonly history: Task[] = [];
  readonly broken: string[] = [];
  /** Tasks that are refused as often as it says. */
  readonly refusals = new Map<string, number>();
  version = 0;
  ledger: (ConfigMap & KubeObject) | undefined;
  readonly #hearers = new Set<() => void>();

  constructor(limit: Limit) {
    this.limit = limit;
  }

  createTask(name: string): Task {
    if (this.tasks.has(name)) throw refused(409, 'AlreadyExists');
    const refusals = this.refusals.get(name) ?? 0;
    this.refusals.set(name, refusals - 1);
    if (refusals > 0) throw refused(403, 'Forbidden');
    const task = this.#put(aTask({ name, uid: `uid-of-${name}`, ownerReferences }));
    const [most, there] = 'total' in this.limit ? [this.limit.total, this.tasks.size] : [this.limit.atATime, this.unfinished().length];
    if (there > most) this.broken.push(`${name} is the ${there}th of ${most}`);
    return task;
  }

  finish(name: string): void {
    const task = this.tasks.get(name);
    if (task && !isFinished(task)) this.#put({ ...task, status: { phase: 'Succeeded' } });
  }

  unfinished(): Task[] {
    return [...this.tasks.values()].filter((task) => !isFinished(task));
  }

  write(data: ConfigMap['data'], metadata: KubeObject['metadata'], expected: string | undefined): KubeObject {
    if (expected === undefined && this.ledger) throw refused(409, 'AlreadyExists');
    if (expected !== undefined && this.ledger?.metadata?.resourceVersion !== expected) throw refused(409, 'Conflict');
    this.version += 1;
    this.ledger = { data, metadata: { ...this.ledger?.metadata, ...metadata, uid: 'uid-of-places', resourceVersion: String(this.version) } } as ConfigMap & KubeObject;
    return this.ledger;
  }

  onTask(hear: () => void): void {
    this.#hearers.add(hear);
  }

  #put(task: Task): Task {
    this.version += 1;
    const stored = { ...task, metadata: { ...task.metadata, resourceVersion: String(this.version) } };
    this.tasks.set(task.metadata.name!, stored);
    this.history.push(stored);
    for (const hear of this.#hearers) hear();
    return stored;
  }
}

/** One that judges as `TaskSpawning` does, and hears of Tasks when it is scheduled. */
export class PlayedReplica {
  isDead = false;
  readonly #server: PlayedServer;
  readonly #schedule: Schedule;
  #death: Death | undefined;
  readonly #cache = new Map<string, Task>();
  readonly #places: Places;
  #heard: number;
  #writes = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(server: PlayedServer, schedule: Schedule, death?: Death) {
    this.#server = server;
    this.#schedule = schedule;
    this.#death = death;
    this.#heard = server.history.length;
    for (const [name, task] of server.tasks) this.#cache.set(name, task);
    server.onTask(() => void schedule('hears of a Task', () => this.#hear()));
    this.#places = new Places({
      client: {
        get: async (resource: Resource, { name }: { name: string }) => this.#asked('reads', () => (resource.kind === 'Task' ? server.tasks.get(name) : server.ledger) ?? notFound()) as never,
        create: async (_resource: unknown, { data, metadata }: ConfigMap & KubeObject) => this.#written('creates the ledger', () => server.write(data, metadata, undefined)) as never,
        patchMerge: async (_resource: unknown, _address: unknown, { data, metadata }: ConfigMap & KubeObject) => this.#written('writes the ledger', () => server.write(data, {}, metadata.resourceVersion)) as never,
      } as never,
      tasks: Object.defineProperty({ get: (key: string) => this.#cache.get(key.split('/')[1]!), resourceVersion: '' }, 'resourceVersion', {
        get: () => server.history[this.#heard - 1]?.metadata.resourceVersion ?? '',
      }),
      clock: server.clock,
    });
  }

  /** What became of an event; rejects when its sender has to come again. */
  deliver(task: string): Promise<'made' | 'known' | 'full'> {
    const turn = this.#turn.then(() => this.#places.inTurn(this.#server.spawner, task, new AbortController().signal, async (place) => {
      if (this.isDead) throw new Error('it is dead');
      if (this.#cache.has(task)) return 'known';
      const { limit } = this.#server;
      const all = [...this.#cache.values()];
      const isFull = 'total' in limit ? Math.max(all.length, place.made) >= limit.total : all.filter((one) => !isFinished(one)).length >= limit.atATime;
      if (isFull) return 'full';
      try {
        const made = await place.make(() => this.#written(`makes ${task}`, () => this.#server.createTask(task)));
        if (made === 'lost') return 'lost';
        this.#remember(made);
        return 'made';
      } catch (error) {
        if (!(error instanceof ApiError) || error.reason !== 'AlreadyExists') throw error;
        this.#remember(await this.#asked('looks who it is', () => this.#server.tasks.get(task)!));
        return 'known';
      }
    }));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** From now on it lives. */
  spare(): void {
    this.#death = undefined;
  }

  #hear(): void {
    const task = this.#server.history[this.#heard]!;
    this.#heard += 1;
    this.#remember(task);
  }

  #remember(task: Task): void {
    const known = this.#cache.get(task.metadata.name!);
    if (!known || Number(known.metadata.resourceVersion) < Number(task.metadata.resourceVersion)) this.#cache.set(task.metadata.name!, task);
  }

  async #asked<T>(what: string, act: () => T): Promise<T> {
    const answer = await this.#schedule(what, () => this.#alive(act));
    return this.#schedule('is answered', () => this.#alive(() => answer));
  }

  #written<T>(what: string, act: () => T): Promise<T> {
    return this.#asked(what, () => {
      this.#writes += 1;
      const dies = this.#writes === this.#death?.atWrite;
      if (dies && this.#death?.when === 'before') this.isDead = true;
      const answer = this.#alive(act);
      if (dies) this.isDead = true;
      return answer;
    });
  }

  #alive<T>(act: () => T): T {
    if (this.isDead) throw new Error('it is dead');
    return act();
  }
}

function notFound(): never {
  throw refused(404, 'NotFound');
}

function refused(code: number, reason: string): ApiError {
  return new ApiError('played', { code, reason });
}
