import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Clock } from '../kube/clock.ts';
import { selfSignedCertificate } from '../kube/self-signed-certificate.ts';
import { GitHub } from './github.ts';
import { addGitHubReads } from './github-reads.ts';
import { addGitHubWrites } from './github-writes.ts';
import { GitHubRepository } from './github-repository.ts';
import { type GitHubCaller, type GitHubRoutes, type GitHubState, NOT_FOUND, routesBelow } from './github-routes.ts';

export interface GitHubServerOptions {
  readonly clock: Clock;
  /** The root of its REST API, as its answers say it. @default https://api.github.com */
  readonly apiUrl?: string;
  /** Requests that an account may send in an hour. @default 5000, as of a person */
  readonly limit?: number;
}

export interface ListeningGitHub {
  /** The root of the API. */
  readonly url: string;
  /** By which a client knows it, PEM, where it speaks HTTPS. */
  readonly ca?: string;
  close(): Promise<void>;
}

/** One that was answered. */
export interface AnsweredRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly status: number;
}

interface Window {
  used: number;
  readonly resetsAtMs: number;
}

interface Limits {
  /** Below 0: there was one too many. */
  readonly remaining: number;
  readonly headers: Record<string, string>;
  /** Takes back that this one was counted. */
  giveBack(): Record<string, string>;
}

const HOUR_MS = 3_600_000;
/** Of who does not say who they are. */
const LIMIT_OF_NOBODY = 60;

/**
 * GitHub's REST API (version 2022-11-28) in this process: what its documentation says of issues, pull requests, comments, reviews, files,
 * permissions and teams, of comments, check runs, labels and reactions that are made, with pages, conditional requests and limits. Call it in place of `fetch`, or let it listen on loopback.
 */
export class GitHubServer implements GitHubState {
  readonly apiUrl: string;
  /** Gives tokens to Apps. */
  readonly apps: GitHub;
  /** The oldest first. */
  readonly requests: AnsweredRequest[] = [];
  readonly repositories = new Map<string, GitHubRepository>();
  /** Answers in its place while it returns an answer; `refuse` breaks the connection. */
  fault?: (request: Request) => Response | 'refuse' | undefined;
  readonly #options: GitHubServerOptions;
  readonly #app: GitHubRoutes;
  readonly #logins = new Map<string, string>();
  /** `org/slug/login`, in lower case. */
  readonly #members = new Map<string, 'active' | 'pending'>();
  readonly #windows = new Map<string, Window>();

  constructor(options: GitHubServerOptions) {
    this.#options = options;
    this.apiUrl = options.apiUrl ?? 'https://api.github.com';
    this.apps = new GitHub({ clock: options.clock, apiUrl: this.apiUrl });
    this.#app = routesBelow(new URL(this.apiUrl).pathname);
    addGitHubReads(this.#app, this);
    addGitHubWrites(this.#app, this);
    this.#app.notFound((context) => context.json(NOT_FOUND, 404));
  }

  /** What a user's browser shows, `https://github.com` or that of an Enterprise Server. */
  get htmlUrl(): string {
    return this.apiUrl === 'https://api.github.com' ? 'https://github.com' : this.apiUrl.replace(/\/api\/v3$/, '');
  }

  get now(): Date {
    return this.#options.clock.now();
  }

  /** `owner/name`, made when it is asked for the first time. */
  repository(name: string, { isPrivate = false }: { readonly isPrivate?: boolean } = {}): GitHubRepository {
    const key = name.toLowerCase();
    const repository = this.repositories.get(key) ?? new GitHubRepository({ api: this.apiUrl, html: this.htmlUrl, repository: name }, this.#options.clock, isPrivate);
    this.repositories.set(key, repository);
    return repository;
  }

  /** Makes a token of a person's account; from then on it is taken. */
  addToken(token: string, login: string): void {
    this.#logins.set(token, login);
  }

  removeToken(token: string): void {
    this.#logins.delete(token);
  }

  /** `team` is `org/slug`. */
  addMember(team: string, login: string, state: 'active' | 'pending' = 'active'): void {
    this.#members.set(`${team}/${login}`.toLowerCase(), state);
  }

  membershipOf(team: string, login: string): 'active' | 'pending' | undefined {
    return this.#members.get(`${team}/${login}`.toLowerCase());
  }

  readonly fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const request = new Request(input, init);
    request.signal.throwIfAborted();
    const answer = await this.#answer(request);
    this.requests.push({ method: request.method, path: request.url.slice(request.url.startsWith(this.apiUrl) ? this.apiUrl.length : new URL(request.url).origin.length), status: answer.status });
    return answer;
  };

  /** Serves it on loopback; an answer's addresses are those of `apiUrl` all the same. */
  async listen({ port = 0, isSecure = false }: { readonly port?: number; readonly isSecure?: boolean } = {}): Promise<ListeningGitHub> {
    const path = new URL(this.apiUrl).pathname.replace(/\/$/, '');
    const root = new URL(this.apiUrl).origin;
    const listener = getRequestListener((request) => this.fetch(new Request(`${root}${request.url.slice(new URL(request.url).origin.length)}`, request)));
    const identity = isSecure ? selfSignedCertificate('github', ['127.0.0.1']) : undefined;
    const server = identity ? createTlsServer(identity, listener) : createServer(listener);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return {
      ...identity && { ca: identity.cert },
      url: `${identity ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
      close: () => new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    };
  }

  async #answer(request: Request): Promise<Response> {
    const fault = this.fault?.(request);
    if (fault === 'refuse') throw new TypeError('fetch failed', { cause: Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }) });
    if (fault) return fault;
    const { pathname } = new URL(request.url);
    const root = new URL(this.apiUrl).pathname.replace(/\/$/, '');
    if (!request.url.startsWith(this.apiUrl)) return json(404, NOT_FOUND);
    const path = pathname.slice(root.length);
    if (/^\/app(\/|$)/.test(path)) return this.apps.fetch(request);

    const token = /^(?:bearer|token) (.+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
    const caller = this.#callerOf(token);
    if (!caller) return json(401, { message: 'Bad credentials', documentation_url: 'https://docs.github.com/rest', status: '401' });
    const limits = this.#limits(token);
    if (limits.remaining < 0) {
      return json(403, { message: 'API rate limit exceeded for user ID 1.', documentation_url: 'https://docs.github.com/rest/overview/rate-limits-for-the-rest-api' }, limits.headers);
    }
    return this.#conditional(request, token, await this.#app.fetch(request, { caller }), limits);
  }

  /** With an ETag, which is another for another token; without a body where that is known already, and then it does not count. */
  async #conditional(request: Request, token: string | undefined, answer: Response, limits: Limits): Promise<Response> {
    const text = await answer.text();
    const headers: Record<string, string> = { ...Object.fromEntries(answer.headers), ...limits.headers, 'x-github-media-type': 'github.v3; format=json', date: this.now.toUTCString() };
    if (request.method !== 'GET' || answer.status !== 200) return new Response(text || null, { status: answer.status, headers });
    const etag = `W/"${createHash('sha256').update(`${token ?? ''} ${headers.link ?? ''} ${text}`).digest('hex')}"`;
    if (request.headers.get('if-none-match') !== etag) return new Response(text, { status: 200, headers: { ...headers, etag } });
    return new Response(null, { status: 304, headers: { ...headers, ...limits.giveBack(), etag } });
  }

  #callerOf(token: string | undefined): GitHubCaller | undefined {
    if (token === undefined) return {};
    const login = this.#logins.get(token);
    if (login !== undefined) return { login };
    const issued = this.apps.issued.find((one) => one.token === token);
    return issued && this.apps.isValid(token) ? { app: issued.app, repositories: issued.repositories } : undefined;
  }

  #limits(token: string | undefined): Limits {
    const nowMs = this.now.getTime();
    const key = token ?? '';
    const known = this.#windows.get(key);
    const window = known && known.resetsAtMs > nowMs ? known : { used: 0, resetsAtMs: nowMs + HOUR_MS };
    this.#windows.set(key, window);
    window.used += 1;
    const limit = token === undefined ? LIMIT_OF_NOBODY : this.#options.limit ?? 5_000;
    const headers = () => ({
      'x-ratelimit-limit': String(limit), 'x-ratelimit-remaining': String(Math.max(limit - window.used, 0)), 'x-ratelimit-used': String(Math.min(window.used, limit)),
      'x-ratelimit-reset': String(Math.ceil(window.resetsAtMs / 1000)), 'x-ratelimit-resource': 'core',
    });
    return {
      remaining: limit - window.used,
      headers: headers(),
      giveBack: () => {
        window.used -= 1;
        return headers();
      },
    };
  }
}

/** What GitHub answers to who asks too much at once, whatever is left of the hour. */
export function secondaryLimit(retryAfterSeconds?: number): Response {
  const message = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';
  return json(403, { message, documentation_url: 'https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits' }, retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) });
}

function json(status: number, body: object, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status: status as ContentfulStatusCode, headers: { 'content-type': 'application/json; charset=utf-8', ...headers } });
}
