import type { GitHubAccess } from '../workspaces/installation-token.ts';
import { GitHubClient } from './github-client.ts';
import { credentialOf } from './github-credential.ts';
import type { GitHubMetrics } from './github-metrics.ts';
import { RateBudget } from './rate-budget.ts';
import { ResponseCache } from './response-cache.ts';

export interface GitHubClientsOptions extends GitHubAccess {
  /** Left out: nothing is counted. */
  readonly metrics?: GitHubMetrics;
}

interface Account {
  readonly budget: RateBudget;
  readonly name: string;
}

/** One for each credential and set of repositories in use. The one that was not used for longest goes first. */
const MOST_CLIENTS = 2_000;

/**
 * The clients of GitHub, one for each credential in the whole process: what one TaskSpawner has read, another need not, and what GitHub limits
 * is counted where GitHub counts it.
 */
export class GitHubClients {
  readonly #options: GitHubClientsOptions;
  readonly #clients = new Map<string, GitHubClient>();
  readonly #accounts = new Map<string, Account>();
  readonly #cache = new ResponseCache();
  #named = 0;

  constructor(options: GitHubClientsOptions) {
    this.#options = options;
  }

  /**
   * @param data The keys of a Secret: `GITHUB_TOKEN`, or those of a GitHub App. Left out: GitHub is asked as nobody.
   * @param apiUrl The root of the REST API, without a slash at its end.
   * @param repositories Names that tokens of an App are made for. Left out: all that it is installed for.
   */
  of(data: Readonly<Record<string, string>> | undefined, apiUrl: string, repositories: readonly string[] = []): GitHubClient {
    const { clock, fetch, metrics } = this.#options;
    const credential = credentialOf(data, { apiUrl, repositories: [...new Set(repositories)].sort() }, this.#options);
    const client = this.#clients.get(credential.key)
      ?? new GitHubClient({ apiUrl, credential, budget: this.#account(credential.account).budget, clock, fetch, metrics }, this.#cache);
    this.#clients.delete(credential.key);
    this.#clients.set(credential.key, client);
    if (this.#clients.size > MOST_CLIENTS) this.#clients.delete(this.#clients.keys().next().value!);
    return client;
  }

  #account(key: string): Account {
    const { clock, metrics } = this.#options;
    const account = this.#accounts.get(key) ?? { budget: new RateBudget(clock), name: String(this.#named += 1) };
    this.#accounts.delete(key);
    this.#accounts.set(key, account);
    metrics?.watch(account.name, account.budget);
    if (this.#accounts.size > MOST_CLIENTS) {
      const [oldest, { name }] = this.#accounts.entries().next().value!;
      this.#accounts.delete(oldest);
      metrics?.watch(name, undefined);
    }
    return account;
  }
}
