import type { TaskSpawner } from '@taskwright/schema';
import { Counter, Histogram, type Registry } from 'prom-client';
import type { ReconcileOutcome } from '../kube/controller.ts';
import type { Outcome } from './decision.ts';

/**
 * The metrics of the reference, under its names, so that its dashboards keep working. There each spawner is a process of its own, which its Pod tells from others; here one process has
 * all of them, so that counters have the labels `namespace` and `spawner`, and the duration `namespace`. What was decided, and which loops were stopped, the reference does not count.
 */
export class SpawnerMetrics {
  readonly #looks: Counter<Label>;
  readonly #failures: Counter<Label>;
  readonly #items: Counter<Label>;
  readonly #tasks: Counter<Label>;
  readonly #decisions: Counter<Label | 'outcome'>;
  readonly #loops: Counter<Label>;
  readonly #duration: Histogram<'namespace'>;
  readonly #reconcileErrors: Counter<'controller'>;

  constructor(registry: Registry) {
    const labelNames: Label[] = ['namespace', 'spawner'];
    const registers = [registry];
    this.#looks = new Counter({ name: 'kelos_spawner_discovery_total', help: 'Looks that succeeded', labelNames, registers });
    this.#failures = new Counter({ name: 'kelos_spawner_discovery_errors_total', help: 'Looks that failed', labelNames, registers });
    this.#items = new Counter({ name: 'kelos_spawner_items_discovered_total', help: 'Items that looks found', labelNames, registers });
    this.#tasks = new Counter({ name: 'kelos_spawner_tasks_created_total', help: 'Tasks made', labelNames, registers });
    this.#decisions = new Counter({ name: 'taskwright_spawner_decisions_total', help: 'What became of events, as explain shows it', labelNames: [...labelNames, 'outcome'], registers });
    this.#loops = new Counter({ name: 'taskwright_spawner_loops_stopped_total', help: 'Times that Tasks woke each other too often, and the TaskSpawner was stopped', labelNames, registers });
    // Not of each spawner: a thousand histograms would be most of what is scraped.
    this.#duration = new Histogram({ name: 'kelos_spawner_discovery_duration_seconds', help: 'How long looks take', labelNames: ['namespace'], buckets: [0.5, 1, 2, 5, 10, 30, 60], registers });
    this.#reconcileErrors = registry.getSingleMetric('kelos_reconcile_errors_total') as Counter<'controller'>;
  }

  looked(spawner: TaskSpawner, found: number, tookMs: number): void {
    this.#looks.inc(labelsOf(spawner));
    this.#items.inc(labelsOf(spawner), found);
    this.#duration.observe({ namespace: spawner.metadata.namespace ?? '' }, tookMs / 1_000);
  }

  failed(spawner: TaskSpawner, tookMs: number): void {
    this.#failures.inc(labelsOf(spawner));
    this.#duration.observe({ namespace: spawner.metadata.namespace ?? '' }, tookMs / 1_000);
  }

  created(spawner: TaskSpawner): void {
    this.#tasks.inc(labelsOf(spawner));
  }

  decided(spawner: TaskSpawner, outcome: Outcome): void {
    this.#decisions.inc({ ...labelsOf(spawner), outcome });
  }

  loopStopped(spawner: TaskSpawner): void {
    this.#loops.inc(labelsOf(spawner));
  }

  reconciled(outcome: ReconcileOutcome): void {
    if (FAILURES.has(outcome)) this.#reconcileErrors.inc({ controller: 'taskspawner' });
  }
}

type Label = 'namespace' | 'spawner';

const FAILURES: ReadonlySet<ReconcileOutcome> = new Set(['error', 'terminal_error', 'panic', 'timeout']);

function labelsOf({ metadata: { namespace = '', name = '' } }: TaskSpawner): Record<Label, string> {
  return { namespace, spawner: name };
}
