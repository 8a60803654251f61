import { Counter, type Registry } from 'prom-client';
import type { ReportStep } from './report-plan.ts';

/** What the reporter counts: `taskwright_reports_total`, by what was to be told and what became of it. */
export class ReportMetrics {
  readonly #reports: Counter<'report' | 'outcome'>;

  constructor(registry: Registry) {
    this.#reports = new Counter({ name: 'taskwright_reports_total', help: 'Comments, checks, labels and reactions: told, refused or failed', labelNames: ['report', 'outcome'], registers: [registry] });
  }

  told(report: ReportStep['is'], outcome: 'told' | 'refused' | 'failed'): void {
    this.#reports.inc({ report, outcome });
  }
}
