import { createHash } from 'node:crypto';
import { SourceError } from '../sources/source.ts';
import { gitAccessOf } from '../workspaces/git-access.ts';
import { appJwt, isGitHubApp, readGitHubApp } from '../workspaces/github-app.ts';
import { type GitHubAccess, type InstallationToken, requestInstallationToken, TokenError } from '../workspaces/installation-token.ts';
import type { TokenScope } from '../workspaces/token-scope.ts';

type SecretData = Readonly<Record<string, string>>;

/** Whom GitHub takes us for. */
export interface GitHubCredential {
  /** Tells it from all others, without telling what it is. */
  readonly key: string;
  /** Whose requests GitHub counts together: one account, or one installation of an App. */
  readonly account: string;
  readonly is: 'nobody' | 'token' | 'app';
  /** **Errors** {@link SourceError} when there is none to be had for now. */
  token(): Promise<string | undefined>;
  /** GitHub did not take it. Whether there may be another. */
  forget(token: string): boolean;
  /** What an App proves itself with, where its installation is not meant. */
  appToken(): string | undefined;
}

/** What is in the Secret, for one host and these repositories. */
export function credentialOf(data: SecretData | undefined, scope: TokenScope, access: GitHubAccess): GitHubCredential {
  if (data && isGitHubApp(data)) return new AppCredential(data, scope, access);
  const { tokenKey } = gitAccessOf(data ?? {});
  const token = tokenKey && data?.[tokenKey]?.trim();
  const account = digest(scope.apiUrl, token ?? '');
  return { key: account, account, is: token ? 'token' : 'nobody', token: () => Promise.resolve(token || undefined), forget: () => false, appToken: () => undefined };
}

/** Before its token ends by this, another is asked for; until then the old one serves. */
const RENEW_BEFORE_MS = 5 * 60_000;
/** A token that ends sooner may end on its way. */
const USABLE_MS = 10_000;
/** A host that did not answer is asked again after this, however many wait. */
const RETRY_MS = 2_000;

/** Tokens of an App's installation: one is asked for at a time, however many wait for it. */
class AppCredential implements GitHubCredential {
  readonly is = 'app';
  readonly key: string;
  readonly account: string;
  readonly #data: SecretData;
  readonly #scope: TokenScope;
  readonly #access: GitHubAccess;
  #token?: InstallationToken;
  #asking?: Promise<InstallationToken>;
  #failure?: { readonly problem: SourceError; readonly untilMs: number };

  constructor(data: SecretData, scope: TokenScope, access: GitHubAccess) {
    const { appID = '', installationID = '', privateKey = '' } = data;
    this.key = digest(scope.apiUrl, appID, installationID, privateKey, ...scope.repositories);
    this.account = digest(scope.apiUrl, appID, installationID);
    this.#data = data;
    this.#scope = scope;
    this.#access = access;
  }

  async token(): Promise<string> {
    const leftMs = (this.#token?.expiresAtMs ?? 0) - this.#access.clock.now().getTime();
    if (this.#token && leftMs > Math.min(RENEW_BEFORE_MS, this.#token.lifetimeMs / 2)) return this.#token.token;
    const asked = this.#ask();
    if (!this.#token || leftMs < USABLE_MS) return (await asked).token;
    asked.catch(() => {}); // who comes when the old one has ended is told
    return this.#token.token;
  }

  forget(token: string): boolean {
    if (this.#token?.token === token) this.#token = undefined;
    return true;
  }

  appToken(): string | undefined {
    const app = readGitHubApp(this.#data);
    return 'problem' in app ? undefined : appJwt(app, this.#access.clock.now().getTime());
  }

  #ask(): Promise<InstallationToken> {
    if (this.#failure && this.#failure.untilMs > this.#access.clock.elapsed()) return Promise.reject(this.#failure.problem);
    this.#asking ??= this.#request().finally(() => { this.#asking = undefined; });
    return this.#asking;
  }

  async #request(): Promise<InstallationToken> {
    try {
      const app = readGitHubApp(this.#data);
      if ('problem' in app) throw new TokenError(app.problem, RENEW_BEFORE_MS);
      this.#token = await requestInstallationToken(app, this.#scope, this.#access);
      this.#failure = undefined;
      return this.#token;
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      const problem = new SourceError(`GitHub App: ${error.message}`, error.retryAfterMs || undefined);
      this.#failure = { problem, untilMs: this.#access.clock.elapsed() + Math.max(error.retryAfterMs, RETRY_MS) };
      throw problem;
    }
  }
}

function digest(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
