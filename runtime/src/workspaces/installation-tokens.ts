import { createHash } from 'node:crypto';
import { readGitHubApp } from './github-app.ts';
import { type GitHubAccess, type InstallationToken, requestInstallationToken, TokenError } from './installation-token.ts';
import type { TokenScope } from './token-scope.ts';

/** What is known about a token at the moment. Whoever asked is woken when that changes. */
export type TokenState =
  | { readonly is: 'ready'; readonly token: string; readonly expiresAt: Date }
  | { readonly is: 'pending' }
  /** Asking again before `retryAfterMs` answers the same. */
  | { readonly is: 'refused'; readonly problem: string; readonly retryAfterMs: number };

export interface TokenRequest extends TokenScope {
  /** The keys of the Secret that holds the App. */
  readonly app: Readonly<Record<string, string>>;
}

export interface TokenAccess extends GitHubAccess {
  /** Told of what only a mistake of ours throws. */
  readonly onDefect?: (error: unknown) => void;
}

interface Entry {
  token?: InstallationToken;
  failure?: { readonly problem: string; readonly count: number; readonly retryAtMs: number };
  isAsking: boolean;
  readonly waiting: Map<string, () => void>;
}

/** Who starts with a token has it for this long at least: variables of its container are not renewed. */
const FRESH_MS = 30 * 60_000;
const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 5 * 60_000;
/** One for each App and set of repositories in use. The oldest goes first, and is asked for anew. */
const MOST_ENTRIES = 5_000;

/**
 * Tokens of GitHub Apps, one request for all that need the same: it is made in the background, so that a host that does not answer holds up no worker.
 *
 * **Guarantee** Two callers share a token only when they have the same key of the same App, ask the same host and name the same repositories. A
 * host that refuses is asked again with a back-off, however many wait. Nothing is kept outside this process: a new one asks anew.
 */
export class InstallationTokens {
  readonly #access: TokenAccess;
  readonly #entries = new Map<string, Entry>();

  constructor(access: TokenAccess) {
    this.#access = access;
  }

  /** Answers at once. Unless it is `ready`, `wake` is called when there is news, once for each `who`. */
  get(request: TokenRequest, who: string, wake: () => void): TokenState {
    const nowMs = this.#access.clock.now().getTime();
    const entry = this.#entry(request);
    const { token, failure } = entry;
    // Half of its life is enough of one that was made to be short.
    if (token && token.expiresAtMs - nowMs >= Math.min(FRESH_MS, token.lifetimeMs / 2)) {
      return { is: 'ready', token: token.token, expiresAt: new Date(token.expiresAtMs) };
    }
    const leftMs = (failure?.retryAtMs ?? 0) - this.#access.clock.elapsed();
    if (failure && leftMs > 0) return { is: 'refused', problem: failure.problem, retryAfterMs: leftMs };
    entry.waiting.set(who, wake);
    if (!entry.isAsking) void this.#ask(entry, request);
    return failure ? { is: 'refused', problem: failure.problem, retryAfterMs: LONGEST_RETRY_MS } : { is: 'pending' };
  }

  #entry(request: TokenRequest): Entry {
    const key = keyOf(request);
    const entry = this.#entries.get(key) ?? { isAsking: false, waiting: new Map() };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (this.#entries.size > MOST_ENTRIES) this.#entries.delete(this.#entries.keys().next().value!);
    return entry;
  }

  /** Never rejects. */
  async #ask(entry: Entry, request: TokenRequest): Promise<void> {
    entry.isAsking = true;
    try {
      const app = readGitHubApp(request.app);
      if ('problem' in app) throw new TokenError(app.problem, LONGEST_RETRY_MS);
      entry.token = await requestInstallationToken(app, request, this.#access);
      delete entry.failure;
    } catch (error) {
      if (!(error instanceof TokenError)) this.#access.onDefect?.(error);
      const { message: problem, retryAfterMs } = error instanceof TokenError ? error : new TokenError('the operator made a mistake; its log has it');
      const count = (entry.failure?.count ?? 0) + 1;
      const backoffMs = Math.min(FIRST_RETRY_MS * 2 ** (count - 1), LONGEST_RETRY_MS);
      entry.failure = { problem, count, retryAtMs: this.#access.clock.elapsed() + Math.max(backoffMs, retryAfterMs) };
    }
    entry.isAsking = false;
    const waiting = [...entry.waiting.values()];
    entry.waiting.clear();
    for (const wake of waiting) wake();
  }
}

/** A digest, since the key of an App is a part of it. */
function keyOf({ app, apiUrl, repositories }: TokenRequest): string {
  const { appID, installationID, privateKey } = app;
  return createHash('sha256').update(JSON.stringify([apiUrl, repositories, appID, installationID, privateKey])).digest('base64');
}
