import type { GitHubClient } from '../github/github-client.ts';
import type { Clock } from '../kube/clock.ts';
import type { SourceContext } from '../sources/source.ts';
import { isGitHubApp } from '../workspaces/github-app.ts';
import { tokenScopeOf } from '../workspaces/token-scope.ts';
import { triggersOf } from './trigger.ts';

/** Whoever tells of an event waits for it, and for more than this. */
const TIMEOUT_MS = 3_000;
/** A token that may not ask who it is may not in a second either. */
const RETRY_MS = 5 * 60_000;
/** Their events name their actors as GitHub does. */
const TRIGGERS: ReadonlySet<string> = new Set(['githubIssues', 'githubPullRequests', 'githubWebhook']);

/**
 * Whom the Tasks of a TaskSpawner write as on GitHub: the account of the token of their Workspace. An App is known by its name, which ends with `[bot]`.
 *
 * **Guarantee** GitHub is asked once for each token, and for five minutes not again when it did not say. A failure is no error: then nobody is known.
 */
export class OwnLogins {
  readonly #clock: Clock;
  readonly #failedAt = new WeakMap<GitHubClient, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async of({ spawner, workspace, readSecret, github, signal }: Pick<SourceContext, 'spawner' | 'workspace' | 'readSecret' | 'github' | 'signal'>): Promise<string | undefined> {
    const secret = workspace?.spec.secretRef?.name;
    const scope = workspace && tokenScopeOf(workspace);
    if (secret === undefined || scope === undefined || !triggersOf(spawner).some((name) => TRIGGERS.has(name))) return undefined;
    let client: GitHubClient | undefined;
    const tooLate = new AbortController();
    const timer = this.#clock.after(TIMEOUT_MS, () => tooLate.abort());
    try {
      const data = await readSecret(secret);
      if (data === undefined || isGitHubApp(data)) return undefined;
      client = github.of(data, scope.apiUrl, scope.repositories);
      const failedAt = this.#failedAt.get(client);
      if (failedAt !== undefined && this.#clock.elapsed() - failedAt < RETRY_MS) return undefined;
      return (await client.identity(AbortSignal.any([signal, tooLate.signal]))).login;
    } catch {
      signal.throwIfAborted();
      if (client) this.#failedAt.set(client, this.#clock.elapsed());
      return undefined;
    } finally {
      timer.cancel();
    }
  }
}
