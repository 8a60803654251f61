import type { GitHubClient } from '../github/github-client.ts';
import type { Clock } from '../kube/clock.ts';
import { within } from '../kube/within.ts';
import type { OwnAccount } from '../sources/source-event.ts';
import type { SourceContext } from '../sources/source.ts';
import { tokenScopeOf } from '../workspaces/token-scope.ts';
import { triggersOf } from './trigger.ts';

/** Whoever tells of an event waits for it, and for more than this. */
const TIMEOUT_MS = 3_000;
/** A token that may not ask who it is may not in a second either. */
const RETRY_MS = 5 * 60_000;
/** Accounts that are remembered; of more, the one that was asked for first is asked for again. */
const MOST_KNOWN = 1_000;
/** Their events name their actors as GitHub does, and the token of the Workspace is one of GitHub. */
const OF_GITHUB: ReadonlySet<string> = new Set(['githubIssues', 'githubPullRequests', 'githubWebhook']);

type Given = Pick<SourceContext, 'spawner' | 'workspace' | 'readSecret' | 'github' | 'fetch' | 'signal'>;

/**
 * Whom the Tasks of a TaskSpawner write as: on GitHub the account of the token of their Workspace, elsewhere that of the token with which the source looked, or was told.
 *
 * **Guarantee** What a service said of a token is not asked for again, and for five minutes not when it did not say. A failure is no error: then nobody is known.
 */
export class OwnLogins {
  readonly #clock: Clock;
  /** By the key of an account, or by the client of GitHub. */
  readonly #failedAt = new Map<string | GitHubClient, number>();
  readonly #known = new Map<string, string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `own` is what the event says of it. */
  async of(given: Given, own: OwnAccount | undefined): Promise<string | undefined> {
    let asked: string | GitHubClient | undefined;
    try {
      asked = own ? own.key : await this.#gitHubOf(given);
      if (asked === undefined || this.#wasRefused(asked)) return undefined;
      const tooLate = () => new Error(`no answer within ${TIMEOUT_MS / 1_000} s`);
      return await within({ clock: this.#clock, ms: TIMEOUT_MS, tooLate, signal: given.signal }, (signal) => (own ? this.#accountOf(own, { ...given, signal }) : (asked as GitHubClient).identity(signal).then(({ login }) => login)));
    } catch {
      given.signal.throwIfAborted();
      if (asked !== undefined) this.#refused(asked);
      return undefined;
    }
  }

  async #accountOf({ key, ask }: OwnAccount, { fetch, signal }: Given): Promise<string> {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const account = await ask({ fetch, clock: this.#clock, signal });
    makeRoom(this.#known);
    this.#known.set(key, account);
    return account;
  }

  async #gitHubOf({ spawner, workspace, readSecret, github }: Given): Promise<GitHubClient | undefined> {
    const secret = workspace?.spec.secretRef?.name;
    const scope = workspace && tokenScopeOf(workspace);
    if (secret === undefined || scope === undefined || !triggersOf(spawner).some((name) => OF_GITHUB.has(name))) return undefined;
    const data = await readSecret(secret);
    return data && github.of(data, scope.apiUrl, scope.repositories);
  }

  #wasRefused(who: string | GitHubClient): boolean {
    const failedAt = this.#failedAt.get(who);
    return failedAt !== undefined && this.#clock.elapsed() - failedAt < RETRY_MS;
  }

  #refused(who: string | GitHubClient): void {
    this.#failedAt.delete(who);
    makeRoom(this.#failedAt);
    this.#failedAt.set(who, this.#clock.elapsed());
  }
}

function makeRoom(known: Map<string | GitHubClient, unknown> | Map<string, unknown>): void {
  if (known.size >= MOST_KNOWN) (known as Map<unknown, unknown>).delete(known.keys().next().value);
}
