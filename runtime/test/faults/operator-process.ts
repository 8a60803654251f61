import type { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import type { Controller } from '../../src/kube/controller.ts';
import type { Informer } from '../../src/kube/informer.ts';
import type { Log } from '../../src/kube/log.ts';
import { KubeMetrics } from '../../src/kube/metrics.ts';
import { seededRandom } from '../../src/kube/random.ts';
import type { KubeRequest, Transport } from '../../src/kube/transport.ts';
import { type Operator, startOperator } from '../../src/operator/operator.ts';
import type { DeliverySettings } from '../../src/webhooks/take-deliveries.ts';
import type { WebhookApp } from '../../src/webhooks/webhook-app.ts';
import { images } from '../tasks/task-fixtures.ts';
import { FaultyService, type FaultyServiceOptions } from './faulty-service.ts';
import { FaultyTransport, type FaultyTransportOptions } from './faulty-transport.ts';
import { type Mistake, MistakenTransport } from './mistake.ts';
import { ProcessClock } from './process-clock.ts';
import type { Replica } from './outside.ts';
import { NAMESPACE } from './shape.ts';

export interface ProcessOptions extends Pick<FaultyTransportOptions, 'faults' | 'traffic' | 'storm' | 'meanwhile'>, Pick<FaultyServiceOptions, 'outage'> {
  readonly network: VirtualClock;
  readonly api: Transport;
  readonly replica: string;
  readonly elects: boolean;
  /** A write of the process with this identity is about to be carried out. */
  readonly onWrite: (identity: string, request: KubeRequest) => Promise<void>;
  readonly onLine: (line: string) => void;
  /** Services for which nothing is disturbed on the way. */
  readonly fetch: typeof globalThis.fetch;
  /** How the others are reached, by the beginning of their addresses. */
  readonly service: { readonly root: string; readonly fetch: typeof globalThis.fetch };
  /** How long nobody is there after it died, in milliseconds. Left out: a few seconds. */
  readonly awayMs?: number | undefined;
  readonly mistake?: Mistake | undefined;
}

/** How long a process has to end by itself, in milliseconds: the grace of its runs, its last events, and a request. */
const LONGEST_END_MS = 180_000;

/** A place where an operator runs: when its process ends, in whatever way, another is started a little later. */
export class OperatorProcess implements Replica {
  /** Processes that were asked to end and did not. */
  hung = 0;
  starts = 0;
  readonly #options: ProcessOptions;
  #operator: Operator | undefined;
  #isRetired = false;
  #transport: FaultyTransport | undefined;
  #service: FaultyService | undefined;
  #app: WebhookApp | undefined;
  #metrics: WatchedMetrics | undefined;
  clock: ProcessClock | undefined;

  constructor(options: ProcessOptions) {
    this.#options = options;
    this.#start();
  }

  get isLeading(): boolean {
    return this.#operator?.isLeading ?? false;
  }

  get informers(): readonly Informer[] {
    return this.#metrics?.watchedInformers ?? [];
  }

  get controllers(): readonly Pick<Controller, 'name' | 'queue'>[] {
    return this.#metrics?.watchedControllers ?? [];
  }

  knows(spawner: string): boolean {
    return this.informers.some((informer) => informer.resource.kind === 'TaskSpawner' && informer.list().some(({ metadata }) => metadata.name === spawner));
  }

  /** As over a socket: refused while there is nobody, and not answered by who is gone. */
  async deliver(request: Request): Promise<Response> {
    const [app, operator, clock] = [this.#app, this.#operator, this.clock];
    if (!app || !operator || !clock) throw new TypeError('connect ECONNREFUSED');
    await clock.running();
    const answer = await app.fetch(request);
    await clock.running();
    return this.#operator === operator ? answer : new Promise(() => {});
  }

  /** SIGKILL. */
  die(): void {
    if (!this.#operator) return;
    this.#transport!.end();
    this.#service!.end();
    this.clock!.end();
    this.#operator = undefined;
    this.#app = undefined;
    const { network, faults, awayMs = 0 } = this.#options;
    network.after(awayMs + (faults.isOn ? faults.between(500, 10_000) : 1_000), () => this.#start());
  }

  /** SIGTERM, or the end of a process that failed. */
  async end(): Promise<void> {
    const operator = this.#operator;
    if (!operator) return;
    let isOver = false;
    const timer = this.#options.network.after(LONGEST_END_MS, () => {
      if (isOver || this.#operator !== operator) return;
      this.hung += 1;
      this.die();
    });
    await operator.stop().catch((error: unknown) => this.#options.onLine(`stop: ${String(error)}`));
    isOver = true;
    timer.cancel();
    if (this.#operator === operator) this.die();
  }

  /** The run is over: nothing is started any more. */
  retire(): void {
    this.#isRetired = true;
    this.die();
  }

  #start(): void {
    if (this.#isRetired) return;
    const { network, api, replica, elects, onWrite, faults, traffic, storm, meanwhile, fetch, service, outage, mistake = {} } = this.#options;
    this.starts += 1;
    const identity = `${replica}-${this.starts}`;
    const clock = new ProcessClock(network, { losesTime: mistake.losesTime });
    const write = (request: KubeRequest) => onWrite(identity, request);
    const transport = new FaultyTransport(new MistakenTransport(api, mistake), { network, process: clock, faults, traffic, storm, die: () => this.die(), onWrite: write, meanwhile });
    const way = new FaultyService(service.fetch, { network, process: clock, faults, outage, die: () => this.die() });
    const metrics = new WatchedMetrics();
    this.#service = way;
    this.clock = clock;
    this.#transport = transport;
    this.#metrics = metrics;
    const random = seededRandom(faults.between(0, 2 ** 31));
    const deliveries: DeliverySettings = {
      address: { port: 0 },
      files: { signing: {} },
      allowsUnsigned: false,
      serve: async ({ app, deliveries: underWay }) => {
        this.#app = app;
        return { port: 0, close: (graceMs) => underWay.stop(graceMs) };
      },
    };
    const operator = startOperator({ transport, clock, random, deliveries, fetch: (input, init) => (String(input instanceof Request ? input.url : input).startsWith(service.root) ? way : { fetch }).fetch(input, init), images, identity, metrics, log: this.#log(), ...(elects ? { leaderElection: { namespace: NAMESPACE } } : {}) });
    this.#operator = operator;
    operator.ready.catch(() => {});
    void operator.failed.then(() => (this.#operator === operator ? this.end() : undefined));
  }

  #log(): Log {
    const write = (fields: object, message: string) => this.#options.onLine(`${message} ${describe(fields)}`);
    return { debug: write, info: write, warn: write, error: write };
  }
}

/** The informers and controllers of one operator, for who compares them with the server. */
class WatchedMetrics extends KubeMetrics {
  readonly watchedInformers: Informer[] = [];
  readonly watchedControllers: Pick<Controller, 'name' | 'queue'>[] = [];

  override watchInformer(informer: Parameters<KubeMetrics['watchInformer']>[0]): void {
    this.watchedInformers.push(informer as Informer);
    super.watchInformer(informer);
  }

  override watchController(controller: Parameters<KubeMetrics['watchController']>[0]): void {
    this.watchedControllers.push(controller);
    super.watchController(controller);
  }
}

function describe(fields: object): string {
  return JSON.stringify(fields, (_key, value: unknown) => (value instanceof Error ? `${value.stack ?? value.message}` : value));
}
