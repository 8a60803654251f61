import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { RateBudget } from './rate-budget.ts';

const RESOURCES: Readonly<Record<string, string>> = {
  issues: 'issues', pulls: 'pulls', comments: 'comments', reviews: 'reviews', collaborators: 'collaborators', permission: 'collaborators',
};

/** What a path is about, as the reference tells it: the last segment that is one of the words above. */
export function resourceOf(path: string): string {
  const known = path.split('/').reverse().find((segment) => Object.hasOwn(RESOURCES, segment));
  return known === undefined ? 'other' : RESOURCES[known]!;
}

/** The metrics of the reference, under its names; and what is left of the limits, which it does not know. */
export class GitHubMetrics {
  readonly #requests: Counter<'method' | 'status_code' | 'resource'>;
  readonly #seconds: Histogram<'method' | 'resource'>;
  readonly #budgets = new Map<string, RateBudget>();

  constructor(registry: Registry) {
    const registers = [registry];
    this.#requests = new Counter({ name: 'kelos_github_api_requests_total', help: 'Requests to the API of GitHub', labelNames: ['method', 'status_code', 'resource'], registers });
    this.#seconds = new Histogram({ name: 'kelos_github_api_request_duration_seconds', help: 'How long GitHub takes to answer', labelNames: ['method', 'resource'], registers });
    const budgets = this.#budgets;
    new Gauge({
      name: 'taskwright_github_rate_limit_remaining', help: 'Requests that GitHub still takes until its count begins anew', labelNames: ['account', 'resource'], registers,
      collect() {
        this.reset();
        for (const [account, budget] of budgets) for (const { resource, remaining } of budget.remaining()) this.set({ account, resource }, remaining);
      },
    });
  }

  /** `status` is `error` when nobody answered. */
  requestEnded(method: string, path: string, status: number | 'error', tookMs: number): void {
    const resource = resourceOf(path);
    this.#requests.inc({ method, status_code: String(status), resource });
    this.#seconds.observe({ method, resource }, tookMs / 1_000);
  }

  /** `account` names who asks, and no secret. */
  watch(account: string, budget: RateBudget | undefined): void {
    if (budget) this.#budgets.set(account, budget);
    else this.#budgets.delete(account);
  }
}
