import { taskResource } from '@taskwright/schema';
import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest';
import { atMostOneJob } from '../checkers/at-most-one-job.ts';
import { noOrphan } from '../checkers/no-orphan.ts';
import { nothingRunsOn } from '../checkers/nothing-runs-on.ts';
import type { Run } from '../checkers/run.ts';
import { sameOutcome } from '../checkers/same-outcome.ts';
import { terminalPhasesStay } from '../checkers/terminal-phases-stay.ts';
import type { RealConnection } from '../cluster/real-connection.ts';
import { sleep, systemClock } from '../../src/kube/clock.ts';
import { type Lease, LEASES } from '../../src/kube/lease.ts';
import type { FaultProxyOptions } from './fault-proxy.ts';
import { History } from './history.ts';
import { behindTasks } from './live.ts';
import { OperatorChild } from './operator-child.ts';
import { PodPlayer } from './pod-player.ts';
import { badWeather } from './weather.ts';
import { taskOf } from './shape.ts';

/** A Task with an object beside its Job that goes as soon as another has started because of it. */
const WORKLOAD = {
  first: { prompt: 'x'.repeat(100_000), ttlSecondsAfterFinished: 0 },
  second: { dependsOn: ['first'] },
};
/** Everything waits for states. Who waits this long waits for something that does not come. */
const LONGEST_WAIT_MS = 180_000;
const LOOK_EVERY_MS = 20;
/** Of one scene with replicas: one that cannot even start is not started for ever. */
const MOST_PROCESSES = 6;
/** What a fault may cost in writes beyond those of an undisturbed run. */
const WRITES_PER_FAULT = 4;

/** Faults between an API server and operators that are processes of their own, over TCP: what a virtual clock and a transport in memory cannot show. */
export function realProcessFaults(connect: () => Promise<RealConnection>): void {
  let connection: RealConnection;
  let undisturbed: Scene;
  let points = 0;

  beforeAll(async () => {
    connection = await connect();
    undisturbed = await Scene.open(connection);
    await undisturbed.start('undisturbed');
    await undisturbed.createTasks();
    undisturbed.pods.letEnd();
    const phases = () => Object.keys(WORKLOAD).map((name) => undisturbed.history.task(name)).map((life) => (life?.goneAt === undefined ? life?.statuses.at(-1)?.status.phase : 'gone'));
    await eventually(() => phases().join() === 'gone,Succeeded', () => phases().join());
    await undisturbed.close();
  }, 2 * LONGEST_WAIT_MS);
  afterAll(async () => {
    process.stdout.write(`faults, on real processes: ${points} points\n`);
    await connection.close();
  });

  async function open({ onTestFinished }: Pick<TestContext, 'onTestFinished'>): Promise<Scene> {
    const scene = await Scene.open(connection);
    onTestFinished(async () => {
      points += scene.points;
      await scene.close();
    }, LONGEST_WAIT_MS);
    return scene;
  }

  /** The Tasks are where they are without faults, and nothing happened on the way that must not. */
  async function endsAsUndisturbed(scene: Scene): Promise<void> {
    const run = { history: scene.history, workload: [{ tasks: WORKLOAD }], expected: [{ history: undisturbed.history }] } as unknown as Run;
    await eventually(() => behindTasks(run).length === 0 && noOrphan(run).length === 0, () => [...behindTasks(run), ...noOrphan(run), scene.told].join('\n'));
    const complaints = [atMostOneJob, noOrphan, nothingRunsOn, terminalPhasesStay, sameOutcome].flatMap((check) => check(run));
    expect(complaints, scene.told).toEqual([]);
    expect(scene.writes).toBeLessThanOrEqual(undisturbed.writes + WRITES_PER_FAULT * scene.points);
  }

  // Side by side: most of them wait for a lease to end. Not after every single write: a start begins with one that changes nothing when it is repeated, and asks whether the Task is still as it was seen.
  describe.concurrent.each([2, 3])('after every write number %i', (every) => {
    test('an operator that is killed ends where it would have', { timeout: 4 * LONGEST_WAIT_MS }, async (context) => {
      const scene = await open(context);
      scene.pods.letEnd();
      await scene.createTasks();
      const isOver = () => behindTasks({ history: scene.history, expected: [undisturbed] }).length === 0;
      for (let lives = 1; !isOver(); lives += 1) {
        let isDead = false;
        const kill = () => {
          isDead = true;
          scene.points += 1;
          child.signal('SIGKILL');
        };
        let asked = 0;
        // In turn: before the server sees the write, and before the operator hears that it was done.
        const isBefore = lives % 2 === 0 && every > 1;
        const child: OperatorChild = await scene.start(`life-${lives}`, {
          faultOf: ({ isWrite }) => {
            if (!isWrite || !isBefore || (asked += 1) !== every) return undefined;
            kill();
            return { is: 'reset', at: 'request' };
          },
          onWritten: () => {
            if (!isBefore && child.proxy.writes.length === every) kill();
          },
        });
        await eventually(() => isDead || child.hasExited || isOver(), () => scene.told);
        expect(isDead || !child.hasExited, scene.told).toBe(true);
        await child.close();
      }
      await endsAsUndisturbed(scene);
    });
  });

  test.concurrent('a leader that stood still while another took over writes nothing more', { timeout: 4 * LONGEST_WAIT_MS }, async (context) => {
    const scene = await open(context);
    const leader = await scene.struckLeader((child) => {
      scene.points += 1;
      child.signal('SIGSTOP');
    });
    await scene.isLedByAnother(leader);
    const writesBefore = leader.proxy.writes.length;
    leader.signal('SIGCONT');
    expect(await leader.exited, leader.output).toEqual([1, null]);
    expect(leader.proxy.writes).toHaveLength(writesBefore);
    scene.pods.letEnd();
    await endsAsUndisturbed(scene);
  });

  test.concurrent.for(['both', 'answers', 'requests'] as const)('a leader whose connections are half-open (%s) ends by itself, and what was under way does no harm', { timeout: 4 * LONGEST_WAIT_MS }, async (direction, context) => {
    const scene = await open(context);
    const leader = await scene.struckLeader((child) => child.proxy.freeze(direction));
    await scene.isLedByAnother(leader);
    expect(await leader.exited, leader.output).toEqual([1, null]);
    scene.pods.letEnd();
    leader.proxy.thaw();
    await endsAsUndisturbed(scene);
  });

  test.concurrent('resets, cut and senseless lines, trickles, 410, 429, 503 and 504 are got over', { timeout: 4 * LONGEST_WAIT_MS }, async (context) => {
    const scene = await open(context);
    await scene.start('in-bad-weather', { faultOf: badWeather() });
    await scene.createTasks();
    scene.pods.letEnd();
    await endsAsUndisturbed(scene);
    expect(scene.points).toBeGreaterThan(20);
  });
}

/** A namespace of its own, what happens in it, and the operators that care for it. */
class Scene {
  readonly history: History;
  readonly pods: PodPlayer;
  /** Faults beside those of the proxies. */
  #points = 0;
  readonly #connection: RealConnection;
  readonly #namespace: string;
  readonly #children: OperatorChild[] = [];
  #isClosing = false;

  private constructor(connection: RealConnection, namespace: string) {
    this.#connection = connection;
    this.#namespace = namespace;
    this.history = new History(connection.client, systemClock, namespace);
    this.pods = new PodPlayer(connection.client, namespace);
  }

  static async open(connection: RealConnection): Promise<Scene> {
    const scene = new Scene(connection, await connection.namespace());
    await scene.history.ready;
    return scene;
  }

  get points(): number {
    return this.#children.reduce((sum, { proxy }) => sum + proxy.points, this.#points);
  }

  set points(count: number) {
    this.#points += count - this.points;
  }

  get writes(): number {
    return this.#children.reduce((sum, { proxy }) => sum + proxy.writes.length, 0);
  }

  /** The last words of each process. */
  get told(): string {
    return this.#children.map(({ replica, output }) => `${replica}: ${output.slice(-2_000)}`).join('\n');
  }

  async createTasks(): Promise<void> {
    for (const [name, spec] of Object.entries(WORKLOAD)) {
      const { metadata, ...task } = taskOf(name, spec);
      await this.#connection.client.create(taskResource, { ...task, metadata: { ...metadata, namespace: this.#namespace } });
    }
  }

  async start(replica: string, options: Omit<FaultProxyOptions, 'upstream'> = {}, elects = false): Promise<OperatorChild> {
    const child = await OperatorChild.start({ upstream: this.#connection.transport, namespace: this.#namespace, replica, elects, ...options });
    this.#children.push(child);
    return child;
  }

  /** Two replicas with Tasks to start: `strike` hits whichever leads, once, before it hears that its first Job was made. Others that end are started again, as a Deployment does. */
  async struckLeader(strike: (child: OperatorChild) => void): Promise<OperatorChild> {
    let struck: OperatorChild | undefined;
    const start = async (replica: string): Promise<void> => {
      const child: OperatorChild = await this.start(replica, {
        onWritten: ({ method, path }) => {
          if (struck || method !== 'POST' || !path.includes('/jobs')) return;
          struck = child;
          strike(child);
        },
      }, true);
      void child.exited.then(() => (this.#isClosing || child === struck || this.#children.length >= MOST_PROCESSES ? undefined : start(replica)));
    };
    await Promise.all(['one', 'two'].map(start));
    await eventually(async () => (await this.#holder()) !== '', () => this.told);
    await this.createTasks();
    await eventually(() => struck !== undefined, () => this.told);
    return struck!;
  }

  async isLedByAnother({ replica }: OperatorChild): Promise<void> {
    await eventually(async () => {
      const holder = await this.#holder();
      return holder !== '' && !holder.startsWith(`${replica}_`);
    }, () => this.told);
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    for (const child of this.#children) await child.close();
    await this.pods.stop();
    this.history.stop();
  }

  async #holder(): Promise<string> {
    const { items } = await this.#connection.client.list<Lease>(LEASES, { namespace: this.#namespace });
    return items[0]?.spec?.holderIdentity ?? '';
  }
}

async function eventually(isSo: () => boolean | Promise<boolean>, instead: () => string): Promise<void> {
  const giveUpAt = systemClock.elapsed() + LONGEST_WAIT_MS;
  while (!await isSo()) {
    if (systemClock.elapsed() > giveUpAt) throw new Error(`it did not come to that: ${instead()}`);
    await sleep(systemClock, LOOK_EVERY_MS);
  }
}
