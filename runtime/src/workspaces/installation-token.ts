import { request } from '@octokit/request';
import { z } from 'zod';
import { refusalIn } from '../context-sources/outbound-client.ts';
import { boundedAnswer } from '../github/bounded-answer.ts';
import { limitedForMs } from '../github/rate-limit.ts';
import type { Clock } from '../kube/clock.ts';
import { appJwt, type GitHubApp } from './github-app.ts';
import type { TokenScope } from './token-scope.ts';

/** A token that lives an hour. */
export interface InstallationToken {
  readonly token: string;
  /** By our clock, so that one that is wrong by the same amount tomorrow renews it in time. */
  readonly expiresAtMs: number;
  readonly lifetimeMs: number;
}

/** Why there is no token, and what to do about it: never a word of what GitHub, or whoever answered in its place, said. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
  /** It makes no sense to ask sooner. */
  readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs = 0, options?: ErrorOptions) {
    super(message, options);
    this.retryAfterMs = retryAfterMs;
  }
}

export interface GitHubAccess {
  readonly clock: Clock;
  /** How GitHub is reached. */
  readonly fetch: typeof globalThis.fetch;
}

const TIMEOUT_MS = 10_000;
/** A token and what it may do; a host that sends more is not GitHub. */
const LONGEST_ANSWER_BYTES = 256 * 1024;
/** Clocks that differ by less agree. */
const CLOCK_TOLERANCE_MS = 30_000;
/** Somebody has to change something. It may not be the Secret, which is watched. */
const CHANGE_NEEDED_MS = 60_000;

const answer = z.object({ token: z.string().min(1), expires_at: z.iso.datetime({ offset: true }) });

/**
 * Asks GitHub for a token of an App's installation that reaches these repositories and nothing else (all of the installation where none is named), with the permissions that the App has.
 *
 * A clock that is wrong is corrected by the time in GitHub's answer, once.
 *
 * **Errors:** {@link TokenError}.
 */
export async function requestInstallationToken(app: GitHubApp, scope: TokenScope, access: GitHubAccess): Promise<InstallationToken> {
  const nowMs = access.clock.now().getTime();
  try {
    return await ask(app, scope, access, nowMs);
  } catch (error) {
    const theirsMs = isRequestError(error) && error.status === 401 ? Date.parse(error.response?.headers.date ?? '') : Number.NaN;
    if (!(Math.abs(theirsMs - nowMs) > CLOCK_TOLERANCE_MS)) throw explain(error, scope, nowMs);
    return await ask(app, scope, access, theirsMs).catch((second: unknown) => {
      throw explain(second, scope, nowMs);
    });
  }
}

async function ask(app: GitHubApp, { apiUrl, repositories }: TokenScope, { clock, fetch }: GitHubAccess, jwtTimeMs: number): Promise<InstallationToken> {
  const timeout = new AbortController();
  const timer = clock.after(TIMEOUT_MS, () => timeout.abort());
  try {
    const { headers, data } = await request('POST /app/installations/{installation_id}/access_tokens', {
      baseUrl: apiUrl,
      installation_id: Number(app.installationId),
      ...(repositories.length > 0 && { repositories: [...repositories] }),
      headers: { authorization: `Bearer ${appJwt(app, jwtTimeMs)}`, 'user-agent': 'taskwright-operator' },
      // Not followed: whoever answers by leading elsewhere is not given a proof of who we are twice.
      request: { fetch: async (url: string, init: RequestInit) => boundedAnswer(await fetch(url, init), LONGEST_ANSWER_BYTES), signal: timeout.signal, redirect: 'manual', log: { warn() {} } },
    });
    const parsed = answer.safeParse(data);
    if (!parsed.success) throw new TokenError(`${apiUrl} did not answer as GitHub does; check the host in spec.repo`, CHANGE_NEEDED_MS);
    const theirNowMs = Date.parse(headers.date ?? '');
    const expiresAtMs = Date.parse(parsed.data.expires_at);
    const receivedMs = clock.now().getTime();
    const lifetimeMs = expiresAtMs - (Number.isNaN(theirNowMs) ? receivedMs : theirNowMs);
    return { token: parsed.data.token, expiresAtMs: receivedMs + lifetimeMs, lifetimeMs };
  } finally {
    timer.cancel();
  }
}

function explain(error: unknown, { apiUrl, repositories }: TokenScope, nowMs: number): TokenError {
  if (error instanceof TokenError) return error;
  const change = (message: string) => new TokenError(message, CHANGE_NEEDED_MS, { cause: error });
  const refusal = refusalIn(error);
  if (refusal) return change(`${apiUrl}: ${refusal.message}`);
  if (!isRequestError(error) || !error.response) return new TokenError(`${apiUrl} cannot be reached${codeOf(error)}`, 0, { cause: error });
  const { status, response } = error;
  const limitedMs = limitedForMs(response.headers, status, nowMs);
  if (limitedMs !== undefined) return new TokenError(`${apiUrl} limits how often the App may ask; it is asked again when that ends`, limitedMs, { cause: error });
  const said = JSON.stringify(response.data ?? '');
  const clockIsOff = Math.abs(Date.parse(response.headers.date ?? '') - nowMs) > CLOCK_TOLERANCE_MS;
  switch (status) {
    case 401:
      if (clockIsOff) return change('the clock of the operator and that of GitHub differ; set the clock of the node, and check appID and privateKey');
      return change('GitHub does not accept the key; make a new private key in the settings of the App, and check that appID is of the same App');
    case 403:
      if (/suspended/i.test(said)) return change('the installation of the App is suspended; its owner can lift that in the settings of the installation');
      return change('GitHub refuses the App; check that it may be used by this organization');
    case 404:
      if (/integration/i.test(said)) return change('GitHub does not know the App; check appID');
      return change('the App has no installation of this installationID; install it for the owner of the repository, or correct the number');
    case 422:
      return change(`the installation of the App does not reach ${repositories.join(', ')}, or its App lacks what is asked for; add the repository in the settings of the installation`);
    default:
      return new TokenError(`${apiUrl} answered with status ${status}`, 0, { cause: error });
  }
}

/** What `@octokit/request` throws: without a response when there was none. */
interface HttpError extends Error {
  readonly status: number;
  readonly response?: { readonly headers: Readonly<Record<string, string | undefined>>; readonly data: unknown };
}

function isRequestError(error: unknown): error is HttpError {
  return error instanceof Error && error.name === 'HttpError';
}

/** The code of the socket or of TLS, such as ECONNREFUSED: the words beside it may be anybody's. */
function codeOf(error: unknown): string {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if (at.name === 'AbortError') return ` within ${TIMEOUT_MS / 1000} s`;
    const { code } = at as NodeJS.ErrnoException;
    if (typeof code === 'string' && /^[A-Z_0-9]{3,60}$/.test(code)) return ` (${code})`;
  }
  return '';
}
