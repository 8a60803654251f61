import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { AnswerName } from './answer.ts';
import type { WebhookSourceName } from './endpoint.ts';

/** What became of a delivery: the answer, or `known` for one that was taken before. */
export type DeliveryOutcome = AnswerName | 'known';

/** Where a delivery came in, as far as it is known. Never what a stranger wrote into a path. */
export interface DeliveryPlace {
  /** Left out: nobody knows whose it is. */
  readonly source?: WebhookSourceName | 'slack';
  /** One that exists. Left out: what all namespaces share, or none that exists. */
  readonly gateway?: { readonly namespace: string; readonly name: string };
}

export interface AnsweredDelivery extends DeliveryPlace {
  readonly outcome: DeliveryOutcome;
  readonly status: number;
  /** From its arrival, in milliseconds. */
  readonly tookMs: number;
  /** What was read of its body. */
  readonly bytes: number;
}

/** With these nothing that was read was read in vain. */
const TAKEN: ReadonlySet<DeliveryOutcome> = new Set(['taken', 'known', 'late']);
/** The promise is two seconds; beyond are bodies that come slowly. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 5, 10, 30];

/**
 * What is counted of deliveries. The reference counts none.
 *
 * **Guarantee** No label holds what a stranger sent: there are as many series as sources, gateways and answers, whatever is posted to whatever path.
 */
export class WebhookMetrics {
  readonly #deliveries: Counter<'source' | 'namespace' | 'gateway' | 'outcome' | 'status_code'>;
  readonly #seconds: Histogram<'source'>;
  readonly #refusedBytes: Counter<'source'>;

  constructor(registry: Registry, underWay: () => number) {
    const registers = [registry];
    this.#deliveries = new Counter({ name: 'taskwright_webhook_deliveries_total', help: 'Deliveries by what they were answered', labelNames: ['source', 'namespace', 'gateway', 'outcome', 'status_code'], registers });
    // Not of each gateway: histograms would be most of what is scraped.
    this.#seconds = new Histogram({ name: 'taskwright_webhook_delivery_duration_seconds', help: 'From the arrival of a delivery to its answer', labelNames: ['source'], buckets: SECONDS, registers });
    this.#refusedBytes = new Counter({ name: 'taskwright_webhook_refused_bytes_total', help: 'What was read of bodies of which nothing came', labelNames: ['source'], registers });
    new Gauge({
      name: 'taskwright_webhook_deliveries_under_way', help: 'Deliveries that are worked on, answered or not', registers,
      collect() {
        this.set(underWay());
      },
    });
  }

  answered({ source: from, gateway, outcome, status, tookMs, bytes }: AnsweredDelivery): void {
    const source = from ?? '';
    this.#deliveries.inc({ source, namespace: gateway?.namespace ?? '', gateway: gateway?.name ?? '', outcome, status_code: String(status) });
    this.#seconds.observe({ source }, tookMs / 1_000);
    if (!TAKEN.has(outcome)) this.#refusedBytes.inc({ source }, bytes);
  }
}
