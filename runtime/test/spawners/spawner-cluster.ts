import { type Task, type TaskSpawner, taskResource, taskSpawnerResource } from '@taskwright/schema';
import type { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import type { Clock } from '../../src/kube/clock.ts';
import type { KubeMetrics } from '../../src/kube/metrics.ts';
import { type Operator, startOperator } from '../../src/operator/operator.ts';
import { type Discovery, type PolledSource } from '../../src/sources/source.ts';
import type { SourceEvent } from '../../src/sources/source-event.ts';
import { polled, polledSources } from '../../src/sources/sources.ts';
import { type Crash, CountedTransport } from '../tasks/counted-transport.ts';
import type { Script } from '../tasks/fake-kubelet.ts';
import { images, result } from '../tasks/task-fixtures.ts';
import { startCluster, type TestCluster } from '../tasks/test-cluster.ts';
import { manifestOf } from './spawner-fixtures.ts';

/** What is there to be found, in place of Jira; and how often somebody looked. */
export class FakeSource {
  events: SourceEvent[] = [];
  skipped: Discovery['skipped'] = [];
  failed: Discovery['failed'] = [];
  looks = 0;
  /** Instead of an answer. */
  answer: PolledSource<'jira'>['discover'] | undefined;

  readonly source = polled({
    trigger: 'jira',
    nextLookMs: ({ pollInterval }) => Number.parseInt(pollInterval ?? '5', 10) * 60_000,
    discover: async (config, context, since) => {
      this.looks += 1;
      return (await this.answer?.(config, context, since)) ?? { events: this.events, skipped: this.skipped, failed: this.failed };
    },
  } satisfies PolledSource<'jira'>);
}

export interface SpawnerCluster extends TestCluster {
  readonly jira: FakeSource;
  /** `fetch` is how services are reached, left out: that of the machine; `clock` what it goes by, left out: that of the cluster; `metrics` counts. */
  operator(crash?: Crash, fetch?: typeof globalThis.fetch, clock?: Clock, metrics?: KubeMetrics): Operator & { transport: CountedTransport };
  spawn(spawner: TaskSpawner): Promise<void>;
  spawner(name?: string): Promise<TaskSpawner>;
  /** The names of all Tasks, sorted. */
  taskNames(): string[];
  edit(patch: object, name?: string): Promise<void>;
  tasksOf(): Promise<Task[]>;
}

const ADDRESS = { namespace: 'dev', name: 'bugs' };

/** A cluster in which Jira is what the test says, and agents are what the script plays. */
export async function spawnerCluster(script: Script = { runsForMs: 60_000, message: result(['commit: abc']) }): Promise<SpawnerCluster> {
  const cluster = await startCluster(script, { seed: 1 });
  const jira = new FakeSource();
  const operators: Operator[] = [];
  return {
    ...cluster,
    jira,
    operator(crash, fetch, clock = cluster.clock, metrics) {
      const transport = new CountedTransport(cluster.api.transport, crash);
      const sources = [jira.source, ...polledSources.filter(({ trigger }) => trigger !== 'jira').map((source) => inRealTime(source, cluster.clock))];
      const operator = startOperator({ transport, clock, images, sources, ...(fetch && { fetch }), ...(metrics && { metrics }) });
      const running = Object.assign(operator, { transport, stop: stopping(operator, cluster.clock) });
      operators.push(running);
      return running;
    },
    async spawn(spawner) {
      await cluster.create(manifestOf(spawner), taskSpawnerResource);
      await cluster.clock.settle();
    },
    spawner: (name = ADDRESS.name) => cluster.client.get<TaskSpawner>(taskSpawnerResource, { ...ADDRESS, name }),
    taskNames: () => cluster.tasks.list('dev').map(({ metadata }) => metadata.name!).sort(),
    async edit(patch, name = ADDRESS.name) {
      await cluster.client.patchMerge(taskSpawnerResource, { ...ADDRESS, name }, patch);
      await cluster.clock.settle();
    },
    tasksOf: async () => (await cluster.client.list<Task>(taskResource, { namespace: 'dev' })).items,
    async stop() {
      for (const operator of operators) await operator.stop();
      await cluster.stop();
    },
  };
}

/** What a client library does with timers of its own takes time that the clock knows nothing of: it stands still meanwhile. */
function inRealTime(source: PolledSource, clock: VirtualClock): PolledSource {
  return { ...source, discover: (...given) => clock.hold(source.discover(...given)) };
}

/** What an operator has still to say when it is cut off it tries to say for some seconds. */
function stopping(operator: Operator, clock: VirtualClock): () => Promise<void> {
  const stop = operator.stop.bind(operator);
  return async () => {
    let isDone = false;
    const stopped = stop().finally(() => (isDone = true));
    await clock.runUntil(() => isDone, { limitMs: 60_000 });
    await stopped;
  };
}
