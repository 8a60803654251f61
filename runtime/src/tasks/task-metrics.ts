import type { Task, TaskStatus } from '@taskwright/schema';
import { Counter, Histogram, type Registry } from 'prom-client';
import type { ReconcileOutcome } from '../kube/controller.ts';
import { hasStarted, isFinished } from './phase.ts';
import { parseQuantity } from './outcome/quantity.ts';
import { workerOf } from './worker.ts';

const NANO = 1_000_000_000;

/**
 * The metrics of the reference, under its names, so that its dashboards keep working.
 *
 * Unlike there, a Task that fails before it has a Job counts as completed too, and each Task counts once: by the write
 * that changed its phase.
 */
export class TaskMetrics {
  readonly #reconcileErrors: Counter<'controller'>;
  readonly #created: Counter<'namespace' | 'type'>;
  readonly #completed: Counter<'namespace' | 'type' | 'phase'>;
  readonly #duration: Histogram<'namespace' | 'type' | 'phase'>;
  readonly #cost: Counter<UsageLabel>;
  readonly #inputTokens: Counter<UsageLabel>;
  readonly #outputTokens: Counter<UsageLabel>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#reconcileErrors = new Counter({ name: 'kelos_reconcile_errors_total', help: 'Runs that threw', labelNames: ['controller'], registers });
    this.#created = new Counter({ name: 'kelos_task_created_total', help: 'Jobs created for Tasks', labelNames: ['namespace', 'type'], registers });
    this.#completed = new Counter({ name: 'kelos_task_completed_total', help: 'Tasks that ended', labelNames: ['namespace', 'type', 'phase'], registers });
    this.#duration = new Histogram({
      name: 'kelos_task_duration_seconds',
      help: 'From the first start of a container to the end of the Job',
      labelNames: ['namespace', 'type', 'phase'],
      buckets: [30, 60, 120, 300, 600, 1200, 1800, 3600],
      registers,
    });
    this.#cost = new Counter({ name: 'kelos_task_cost_usd_total', help: 'US dollars that agents reported', labelNames: USAGE_LABELS, registers });
    this.#inputTokens = new Counter({ name: 'kelos_task_input_tokens_total', help: 'Input tokens that agents reported', labelNames: USAGE_LABELS, registers });
    this.#outputTokens = new Counter({ name: 'kelos_task_output_tokens_total', help: 'Output tokens that agents reported', labelNames: USAGE_LABELS, registers });
  }

  reconciled(outcome: ReconcileOutcome): void {
    if (FAILURES.has(outcome)) this.#reconcileErrors.inc({ controller: 'task' });
  }

  /** Counts what the write of this status changed. */
  observe(before: Task, after: TaskStatus): void {
    const { type, model = '' } = workerOf(before);
    const namespace = before.metadata.namespace ?? '';
    const phase = after.phase ?? '';
    if (!hasStarted(before) && after.jobName) this.#created.inc({ namespace, type });
    if (isFinished(before) || !isFinished({ ...before, status: after })) return;

    this.#completed.inc({ namespace, type, phase });
    if (after.startTime && after.completionTime) {
      const seconds = (Date.parse(after.completionTime) - Date.parse(after.startTime)) / 1000;
      this.#duration.observe({ namespace, type, phase }, Math.max(seconds, 0));
    }
    const { costUSD = '0', inputTokens = 0, outputTokens = 0 } = after.usage ?? {};
    const labels = { namespace, type, spawner: before.metadata.labels?.['kelos.dev/taskspawner'] ?? '', model };
    const cost = Number(parseQuantity(costUSD) ?? 0n) / NANO;
    if (cost > 0) this.#cost.inc(labels, cost);
    if (inputTokens > 0) this.#inputTokens.inc(labels, inputTokens);
    if (outputTokens > 0) this.#outputTokens.inc(labels, outputTokens);
  }
}

const FAILURES: ReadonlySet<ReconcileOutcome> = new Set(['error', 'terminal_error', 'panic', 'timeout']);

const USAGE_LABELS = ['namespace', 'type', 'spawner', 'model'] as const;
type UsageLabel = (typeof USAGE_LABELS)[number];
