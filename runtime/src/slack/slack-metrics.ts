import { Counter, Gauge, type Registry } from 'prom-client';

/** What is counted about Slack. */
export class SlackMetrics {
  readonly #received: Counter<'outcome'>;

  constructor(registry: Registry, isConnected: () => boolean) {
    this.#received = new Counter({ name: 'taskwright_slack_received_total', help: 'Events and slash commands of Slack by what was answered', labelNames: ['outcome'], registers: [registry] });
    new Gauge({
      name: 'taskwright_slack_connected', help: '1 while this process hears Slack by Socket Mode', registers: [registry],
      collect() {
        this.set(isConnected() ? 1 : 0);
      },
    });
  }

  received(outcome: 'taken' | 'refused'): void {
    this.#received.inc({ outcome });
  }
}
