import { type Task, taskBudgetResource, taskRecordResource, taskResource, taskSpawnerResource } from '@taskwright/schema';
import { configMapResource, secretResource } from '@taskwright/schema/kubernetes';
import { jobResource } from '../../src/embedded/job-controller/job.ts';
import { podResource } from '../../src/embedded/pod.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import type { Clock } from '../../src/kube/clock.ts';
import { EVENTS } from '../../src/kube/events.ts';
import { Informer } from '../../src/kube/informer.ts';
import { controllerOf, type KubeObject, type Resource } from '../../src/kube/object.ts';

/** One object that there was, from its creation to its deletion. */
export interface Life {
  readonly kind: string;
  readonly uid: string;
  readonly name: string;
  readonly ownerUid: string | undefined;
  /** One counter for all objects of the server: what is smaller came first. */
  readonly bornAt: number;
  goneAt: number | undefined;
  /** When the containers of a Pod had ended. */
  endedAt: number | undefined;
  /** Every status that was written, in order, and when. */
  readonly statuses: { readonly status: NonNullable<Task['status']>; readonly at: number }[];
  last: KubeObject;
  /** Every version of a TaskBudget, a TaskSpawner or a Secret, in order, since when, and the time of the cluster then. */
  readonly versions: { readonly object: KubeObject; readonly at: number; readonly time: Date }[];
  /** The time of the cluster when it was last heard of, or when the containers of a Pod had ended. */
  lastTime: Date;
}

/** All that ever was, as the server saw it. No fault comes between the two. */
export class History {
  readonly lives = new Map<string, Life>();
  readonly events: KubeObject[] = [];
  readonly ready: Promise<unknown>;
  readonly #stop = new AbortController();
  readonly #clock: Clock;

  /** `namespace`: of this one alone. Left out: of all. */
  constructor(client: KubeClient, clock: Clock, namespace?: string) {
    this.#clock = clock;
    const informers = [taskResource, taskSpawnerResource, taskBudgetResource, taskRecordResource, jobResource, podResource, configMapResource, secretResource].map((resource) => {
      const informer = new Informer(client, { resource, clock, namespace });
      informer.onChange(({ type, object }) => this.#observe(resource, object, type === 'deleted'));
      return informer;
    });
    const events = new Informer(client, { resource: EVENTS, clock, namespace });
    events.onChange(({ type, object }) => {
      if (type !== 'deleted') this.events.push(object);
    });
    for (const informer of [...informers, events]) informer.start(this.#stop.signal).catch(() => {});
    this.ready = Promise.all([...informers, events].map(({ synced }) => synced));
  }

  of(kind: string): Life[] {
    return [...this.lives.values()].filter((life) => life.kind === kind);
  }

  /** The last Task of that name. */
  task(name: string): Life | undefined {
    return this.of('Task').filter((life) => life.name === name).at(-1);
  }

  stop(): void {
    this.#stop.abort();
  }

  #observe({ kind }: Resource, object: KubeObject, isGone: boolean): void {
    const { uid, name, resourceVersion } = object.metadata;
    const at = Number(resourceVersion);
    let life = this.lives.get(uid!);
    if (!life) {
      life = { kind, uid: uid!, name: name!, ownerUid: controllerOf(object)?.uid, bornAt: at, goneAt: undefined, endedAt: undefined, statuses: [], last: object, versions: [], lastTime: this.#clock.now() };
      this.lives.set(uid!, life);
    }
    life.last = object;
    if (life.endedAt === undefined) life.lastTime = this.#clock.now();
    if (isGone) life.goneAt = at;
    const { status } = object as Task;
    if (kind === 'Pod' && (status?.phase === 'Succeeded' || status?.phase === 'Failed')) life.endedAt ??= at;
    if ((kind === 'TaskBudget' || kind === 'TaskSpawner' || kind === 'Secret') && !isGone) life.versions.push({ object, at, time: this.#clock.now() });
    if (kind === 'Task' && status && !isGone) life.statuses.push({ status, at });
  }
}
