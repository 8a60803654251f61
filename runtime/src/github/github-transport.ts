import type { Octokit } from '@octokit/core';
import { refusalIn } from '../context-sources/outbound-client.ts';
import { type Clock, sleep } from '../kube/clock.ts';
import { within } from '../kube/within.ts';
import { boundedAnswer } from './bounded-answer.ts';
import type { GitHubCredential } from './github-credential.ts';
import { GitHubError, messageOf, refused } from './github-error.ts';
import type { GitHubMetrics } from './github-metrics.ts';
import type { RateBudget, RateResource } from './rate-budget.ts';

export interface GitHubRequest {
  readonly method: string;
  /** With its host and its query. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

export interface GitHubResponse {
  /** A 304 is one, too: `text` is empty. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
  readonly text: string;
}

interface Refused {
  readonly refusal: GitHubError;
  /** It asks too often, and is to stay away for so long. */
  readonly limitedMs?: number;
  /** The same may be answered a moment later. */
  readonly mayPass: boolean;
}

export interface TransportParts {
  /** The root of the REST API. */
  readonly apiUrl: string;
  readonly credential: GitHubCredential;
  readonly budget: RateBudget;
  readonly clock: Clock;
  readonly fetch: typeof globalThis.fetch;
  readonly metrics?: GitHubMetrics;
}

const TIMEOUT_MS = 10_000;
/** A hundred issues with texts as long as GitHub allows come to 25 MB; what is longer than this is not an answer. */
const LONGEST_ANSWER_BYTES = 32 * 1024 * 1024;
/** A worker waits this long at most; for longer waits it is told to come back. */
const LONGEST_WAIT_MS = 5_000;
/** Somebody has to change the URL first. */
const CHANGE_NEEDED_MS = 60_000;
/** Before what failed on the way is asked again. */
const REPEAT_MS = 1_000;

/** Nobody waits for the answer any more. */
class NoAnswer extends Error {
  override readonly name = 'AbortError';
}

/**
 * One request to GitHub and its answer.
 *
 * **Guarantee** It ends within seconds. Limits are obeyed: a wait of up to five seconds is waited, of a longer one the caller is told. A token that
 * GitHub no longer takes is replaced once.
 *
 * **Errors** {@link GitHubError}, which names the path, what GitHub said and what to do.
 */
export class GitHubTransport {
  readonly #parts: TransportParts;
  #octokit?: Promise<Octokit>;

  constructor(parts: TransportParts) {
    this.#parts = parts;
  }

  async send(request: GitHubRequest, signal: AbortSignal): Promise<GitHubResponse> {
    const { clock, credential } = this.#parts;
    for (let isAgain = false; ; isAgain = true) {
      await this.#takePlace(request, signal);
      const token = await credential.token();
      const answer = await this.#ask(request, token && `Bearer ${token}`, signal);
      if (!('refusal' in answer)) return answer;
      const { refusal, limitedMs } = answer;
      if (limitedMs !== undefined) {
        if (isAgain || limitedMs > LONGEST_WAIT_MS) throw this.#limited(request, limitedMs);
        await sleep(clock, limitedMs, signal);
      } else if (isAgain || refusal.status !== 401 || token === undefined || !credential.forget(token)) throw refusal;
    }
  }

  /** As the App itself, for what is about it. */
  async sendAsApp(request: GitHubRequest, signal: AbortSignal): Promise<GitHubResponse> {
    const proof = this.#parts.credential.appToken();
    const answer = await this.#ask(request, proof && `Bearer ${proof}`, signal);
    if ('refusal' in answer) throw answer.refusal;
    return answer;
  }

  async #takePlace(request: GitHubRequest, signal: AbortSignal): Promise<void> {
    const { budget, clock } = this.#parts;
    const isWrite = request.method !== 'GET';
    let waitMs = budget.waitMs(rateResource(request.url), isWrite);
    if (waitMs > 0 && waitMs <= LONGEST_WAIT_MS) {
      await sleep(clock, waitMs, signal);
      waitMs = budget.waitMs(rateResource(request.url), isWrite);
    }
    if (waitMs > 0) throw this.#limited(request, waitMs);
  }

  #limited({ url }: GitHubRequest, retryAfterMs: number): GitHubError {
    return new GitHubError(`${new URL(url).host} limits how often these credentials may ask; it is asked again in ${Math.ceil(retryAfterMs / 1000)} s`, { status: 429, retryAfterMs });
  }

  /**
   * A read that failed on the way is repeated once. A write is not: it may have arrived.
   *
   * The plugin of octokit for this makes a queue for each request: a third of what a look at an unchanged list took.
   */
  async #ask(request: GitHubRequest, authorization: string | undefined, signal: AbortSignal): Promise<GitHubResponse | Refused> {
    const answer = await this.#askOnce(request, authorization, signal);
    if (request.method !== 'GET' || !('refusal' in answer) || !answer.mayPass) return answer;
    await sleep(this.#parts.clock, REPEAT_MS, signal);
    return this.#askOnce(request, authorization, signal);
  }

  async #askOnce({ method, url, headers, body }: GitHubRequest, authorization: string | undefined, signal: AbortSignal): Promise<GitHubResponse | Refused> {
    const { budget, credential } = this.#parts;
    this.#octokit ??= loadOctokit(this.#parts);
    const octokit = await this.#octokit;
    try {
      const answer = await octokit.request({
        method: method as 'GET', url, ...body && { data: body },
        headers: { ...headers, accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28', ...authorization && { authorization } },
        request: {
          fetch: (to: string, init: RequestInit) => this.#bounded(to, init, signal),
          parseSuccessResponseBody: false, // as text it is kept, and parsed once
        },
      });
      const text = answer.data ? await new Response(answer.data as ReadableStream).text() : '';
      return { status: answer.status, headers: answer.headers, text };
    } catch (error) {
      signal.throwIfAborted();
      const status = (error as { response?: { status: number } }).response?.status;
      const refusal = refusalIn(error);
      if (refusal) throw new GitHubError(`${method} ${url.split('?')[0]}: ${refusal.message}`, { retryAfterMs: CHANGE_NEEDED_MS, cause: error });
      if (status === undefined) return { refusal: new GitHubError(`${method} ${url.split('?')[0]}: no answer${codeOf(error)}`, { cause: error }), mayPass: !(error instanceof NoAnswer) };
      const response = (error as { response: { headers: GitHubResponse['headers']; data: unknown } }).response;
      if (status === 304) return { status, headers: response.headers, text: '' };
      const limitedMs = budget.observe(rateResource(url), status, response.headers, messageOf(response.data));
      return { refusal: refused({ method, url, status, headers: response.headers, data: response.data }, credential.is !== 'nobody'), limitedMs, mayPass: status >= 500 && limitedMs === undefined };
    }
  }

  async #bounded(url: string, init: RequestInit, signal: AbortSignal): Promise<Response> {
    const { clock, fetch, metrics, budget } = this.#parts;
    const startedMs = clock.elapsed();
    const ended = (status: number | 'error') => metrics?.requestEnded(init.method ?? 'GET', new URL(url).pathname, status, clock.elapsed() - startedMs);
    try {
      const tooLate = () => new NoAnswer(`no answer within ${TIMEOUT_MS / 1000} s`);
      const answer = await within({ clock, ms: TIMEOUT_MS, tooLate, signal }, async (bounded) => boundedAnswer(await fetch(url, { ...init, signal: bounded }), LONGEST_ANSWER_BYTES));
      budget.observe(rateResource(url), 200, Object.fromEntries([...answer.headers].filter(([name]) => name.startsWith('x-ratelimit') || name === 'date')));
      ended(answer.status);
      return answer;
    } catch (error) {
      ended('error');
      throw signal.aborted ? new NoAnswer('aborted') : error;
    }
  }
}

function rateResource(url: string): RateResource {
  if (url.endsWith('/graphql')) return 'graphql';
  return new URL(url).pathname.includes('/search/') ? 'search' : 'core';
}

/** Loaded when GitHub is asked for the first time: an operator that never does carries none of it. */
async function loadOctokit({ apiUrl, credential }: TransportParts): Promise<Octokit> {
  const [{ Octokit }, { throttling }] = await Promise.all([import('@octokit/core'), import('@octokit/plugin-throttling')]);
  const ours = Octokit.plugin(throttling);
  return new ours({
    baseUrl: apiUrl,
    userAgent: 'taskwright-operator',
    log: { debug() {}, info() {}, warn() {}, error() {} },
    // The distances between writes that GitHub asks for. An Enterprise Server has no such limits unless its administrators set them, and then says so.
    throttle: { enabled: isCloud(apiUrl), id: credential.account, onRateLimit: () => false, onSecondaryRateLimit: () => false },
  });
}

function isCloud(apiUrl: string): boolean {
  const { hostname } = new URL(apiUrl);
  return hostname === 'api.github.com' || hostname.endsWith('.ghe.com');
}

/** The code of the socket or of TLS, such as ECONNREFUSED: the words beside it may be anybody's. */
function codeOf(error: unknown): string {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if (at instanceof NoAnswer) return ` within ${TIMEOUT_MS / 1000} s`;
    const { code } = at as NodeJS.ErrnoException;
    if (typeof code === 'string' && /^[A-Z_0-9]{3,60}$/.test(code)) return ` (${code})`;
  }
  return '';
}
