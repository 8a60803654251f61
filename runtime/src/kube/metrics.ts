import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { RequestMetrics } from './client.ts';
import type { Controller, ControllerMetrics, ReconcileOutcome } from './controller.ts';
import type { Informer, InformerMetrics } from './informer.ts';
import type { LeaderElector } from './lease.ts';

/**
 * What the kernel counts, under the names of controller-runtime and client-go, so that dashboards made for them work.
 *
 * **Guarantee** A registry of its own: two operators in one process do not meet. No label grows with the number of objects.
 */
export class KubeMetrics {
  readonly registry = new Registry();
  readonly #reconciles = this.#counter('controller_runtime_reconcile_total', 'Runs by their outcome', ['controller', 'result']);
  readonly #errors = this.#counter('controller_runtime_reconcile_errors_total', 'Runs that threw', ['controller']);
  readonly #terminalErrors = this.#counter('controller_runtime_terminal_reconcile_errors_total', 'Runs that no retry could mend', ['controller']);
  readonly #panics = this.#counter('controller_runtime_reconcile_panics_total', 'Runs that met a mistake of ours', ['controller']);
  readonly #timeouts = this.#counter('controller_runtime_reconcile_timeouts_total', 'Runs that took too long', ['controller']);
  readonly #reconcileSeconds = this.#histogram('controller_runtime_reconcile_time_seconds', 'How long runs take', ['controller'], RECONCILE_SECONDS);
  readonly #workers = this.#gauge('controller_runtime_max_concurrent_reconciles', 'Keys worked on at a time, at most', ['controller']);
  readonly #activeWorkers = this.#gauge('controller_runtime_active_workers', 'Keys worked on now', ['controller']);
  readonly #adds = this.#counter('workqueue_adds_total', 'Keys added', ['name', 'controller']);
  readonly #retries = this.#counter('workqueue_retries_total', 'Keys added again after a failure', ['name', 'controller']);
  readonly #waitSeconds = this.#histogram('workqueue_queue_duration_seconds', 'How long keys wait for a worker', ['name', 'controller'], QUEUE_SECONDS);
  readonly #workSeconds = this.#histogram('workqueue_work_duration_seconds', 'How long keys are worked on', ['name', 'controller'], QUEUE_SECONDS);
  readonly #depth = this.#gauge('workqueue_depth', 'Keys that wait for a worker', ['name', 'controller', 'priority']);
  readonly #unfinished = this.#gauge('workqueue_unfinished_work_seconds', 'Time spent on keys that are still worked on', ['name', 'controller']);
  readonly #longest = this.#gauge('workqueue_longest_running_processor_seconds', 'The longest of them', ['name', 'controller']);
  readonly #requests = this.#counter('rest_client_requests_total', 'Requests by their answer', ['code', 'method', 'host']);
  readonly #requestSeconds = this.#histogram('rest_client_request_duration_seconds', 'How long answers take', ['verb', 'host'], RECONCILE_SECONDS);
  readonly #master = this.#gauge('leader_election_master_status', '1 while this process leads', ['name']);
  readonly #relists = this.#counter('informer_relists_total', 'Times everything was asked for again', ['kind', 'reason']);
  readonly #reconnects = this.#counter('watch_reconnects_total', 'Times a watch was opened again', ['kind']);
  readonly #objects = this.#gauge('informer_objects', 'Objects in the cache', ['kind']);
  readonly #silence = this.#gauge('informer_last_event_age_seconds', 'Time since the server last sent anything', ['kind']);
  readonly #putOff = this.#counter('stale_sync_skips_total', 'Runs put off because the cache did not show our own writes', ['controller']);
  /** Gauges are read when they are asked for. */
  readonly #onCollect: (() => void)[] = [];

  /** For the client of one API server. */
  requests(host: string): RequestMetrics {
    return {
      requestEnded: (method, code, durationMs) => {
        this.#requests.inc({ code, method, host });
        this.#requestSeconds.observe({ verb: method, host }, durationMs / 1_000);
      },
    };
  }

  /** For the controller of this name. */
  controller(name: string): ControllerMetrics {
    const controller = { controller: name };
    const queue = { name, controller: name };
    return {
      added: () => this.#adds.inc(queue),
      retried: () => this.#retries.inc(queue),
      started: (waitedMs) => this.#waitSeconds.observe(queue, waitedMs / 1_000),
      finished: (tookMs) => this.#workSeconds.observe(queue, tookMs / 1_000),
      putOff: () => this.#putOff.inc(controller),
      reconciled: (outcome, tookMs) => {
        this.#reconcileSeconds.observe(controller, tookMs / 1_000);
        this.#reconciles.inc({ ...controller, result: RESULTS[outcome] });
        if (RESULTS[outcome] === 'error') this.#errors.inc(controller);
        if (outcome === 'terminal_error') this.#terminalErrors.inc(controller);
        if (outcome === 'panic') this.#panics.inc(controller);
        if (outcome === 'timeout') this.#timeouts.inc(controller);
      },
    };
  }

  informers(): InformerMetrics {
    return {
      relisted: ({ kind }, reason) => this.#relists.inc({ kind, reason }),
      reconnected: ({ kind }) => this.#reconnects.inc({ kind }),
    };
  }

  watchController({ name, workers, queue }: Pick<Controller, 'name' | 'workers' | 'queue'>): void {
    this.#workers.set({ controller: name }, workers);
    this.#onCollect.push(() => {
      const running = queue.workingForMs();
      this.#activeWorkers.set({ controller: name }, running.length);
      this.#unfinished.set({ name, controller: name }, running.reduce((sum, ms) => sum + ms, 0) / 1_000);
      this.#longest.set({ name, controller: name }, running.reduce((most, ms) => Math.max(most, ms), 0) / 1_000);
      const depths = new Map([[0, 0], ...queue.depths()]);
      for (const [priority, depth] of depths) this.#depth.set({ name, controller: name, priority }, depth);
    });
  }

  watchInformer(informer: Pick<Informer, 'resource' | 'size' | 'silentForMs'>): void {
    const { kind } = informer.resource;
    this.#onCollect.push(() => {
      this.#objects.set({ kind }, informer.size);
      this.#silence.set({ kind }, informer.silentForMs / 1_000);
    });
  }

  watchLeader(name: string, elector: Pick<LeaderElector, 'isLeading'>): void {
    this.#onCollect.push(() => this.#master.set({ name }, elector.isLeading ? 1 : 0));
  }

  /** In the text format of Prometheus. */
  async text(): Promise<string> {
    this.#depth.reset(); // A priority that nothing waits in any more is gone, not stuck at its last depth.
    for (const collect of this.#onCollect) collect();
    return this.registry.metrics();
  }

  #counter<L extends string>(name: string, help: string, labelNames: L[]): Counter<L> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  #gauge<L extends string>(name: string, help: string, labelNames: L[]): Gauge<L> {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }

  #histogram<L extends string>(name: string, help: string, labelNames: L[], buckets: number[]): Histogram<L> {
    return new Histogram({ name, help, labelNames, buckets, registers: [this.registry] });
  }
}

/** controller-runtime knows four results; what it counts besides has counters of its own. */
const RESULTS: Record<ReconcileOutcome, 'success' | 'requeue_after' | 'requeue' | 'error'> = {
  success: 'success',
  requeue_after: 'requeue_after',
  requeue: 'requeue',
  error: 'error',
  terminal_error: 'error',
  panic: 'error',
  timeout: 'error',
};

const RECONCILE_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60];
/** 10 ns to 1000 s. */
const QUEUE_SECONDS = Array.from({ length: 12 }, (_, exponent) => 1e-8 * 10 ** exponent);
