import type { Clock } from '../kube/clock.ts';
import type { GitHubCredential } from './github-credential.ts';
import { GitHubError } from './github-error.ts';
import { type GitHubRequest, type GitHubResponse, GitHubTransport, type TransportParts } from './github-transport.ts';
import type { CachedResponse, ResponseCache } from './response-cache.ts';

export interface RequestOptions {
  /** Whoever gives up stops waiting; the request goes on while others wait for it. */
  readonly signal: AbortSignal;
}

export interface ReadOptions extends RequestOptions {
  /** What is `undefined` or empty is left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Something that changes whenever the answer would. While it is the same as of the answer that is known, GitHub is not asked. */
  readonly version?: string;
}

export interface ListOptions<T> extends ReadOptions {
  /** What is kept of each item: GitHub sends ten times what most callers read. Lists of one path keep the same. Left out: all of it. */
  readonly keep?: (item: T) => unknown;
  /** Of a hundred items each. @default 100 */
  readonly mostPages?: number;
  /** Tells a `version` of all pages at the cost of a request. It is asked before them, where the list is known to have more than one. */
  readonly versionOfPages?: () => Promise<string | undefined>;
}

export interface Listing<T> {
  readonly items: T[];
  /** Whether there was no page beyond `mostPages`. */
  readonly isComplete: boolean;
}

export interface GitHubIdentity {
  readonly login?: string;
  readonly appId?: number;
}

type Keep = (item: unknown) => unknown;

interface Shared {
  readonly answer: Promise<CachedResponse>;
  readonly abort: AbortController;
  waiting: number;
}

const PAGE_SIZE = 100;
/** Ten thousand items. */
const MOST_PAGES = 100;
const LOOK_UP_MS = 5 * 60_000;
/** The oldest is given up first. */
const MOST_FOUND = 5_000;

/**
 * GitHub, as one account sees it. Paths begin at the root of the API: `/repos/acme/shop/issues`.
 *
 * **Guarantee** What was read before is asked for on the condition that it changed, which is answered without a body and, on github.com, without
 * a dent in the hour's requests. Reads of the same at the same time are one request. A list is never cut without saying so.
 *
 * **Errors** {@link GitHubError}.
 */
export class GitHubClient {
  readonly apiUrl: string;
  readonly #transport: GitHubTransport;
  readonly #credential: GitHubCredential;
  readonly #cache: ResponseCache;
  readonly #reads = new Map<string, Shared>();
  readonly #clock: Clock;
  readonly #found = new Map<string, { readonly value: unknown; readonly untilMs: number }>();
  #identity?: GitHubIdentity;

  constructor(parts: TransportParts, cache: ResponseCache) {
    this.apiUrl = parts.apiUrl;
    this.#transport = new GitHubTransport(parts);
    this.#credential = parts.credential;
    this.#cache = cache;
    this.#clock = parts.clock;
  }

  async get<T>(path: string, { signal, query, version }: ReadOptions): Promise<T> {
    const url = this.#url(path, query);
    return parsed<T>(url, (await this.#read(url, signal, version)).body);
  }

  /** All pages, one after the other. An item that moved between two requests may be there twice. */
  async list<T>(path: string, { signal, query, version: given, keep, mostPages = MOST_PAGES, versionOfPages }: ListOptions<T>): Promise<Listing<T>> {
    const items: T[] = [];
    let url: string | undefined = this.#url(path, { per_page: PAGE_SIZE, ...query });
    const version = given ?? (this.#next(this.#cache.get(this.#keyOf(url))?.link) === undefined ? undefined : await versionOfPages?.());
    for (let page = 0; url !== undefined; page += 1) {
      if (page === mostPages) return { items, isComplete: false };
      const { body, link } = await this.#read(url, signal, version, keep as Keep);
      items.push(...parsed<T[]>(url, body));
      url = this.#next(link);
    }
    return { items, isComplete: true };
  }

  /** What is there, or nothing where GitHub says 404. It is good for five minutes: for what seldom changes and many ask about. */
  async lookUp<T>(path: string, options: RequestOptions): Promise<T | undefined> {
    const nowMs = this.#clock.elapsed();
    const known = this.#found.get(path);
    if (known && known.untilMs > nowMs) return known.value as T | undefined;
    const value = await this.get<T>(path, options).catch((error: unknown) => {
      if (error instanceof GitHubError && error.status === 404) return undefined;
      throw error;
    });
    this.#found.delete(path);
    this.#found.set(path, { value, untilMs: nowMs + LOOK_UP_MS });
    if (this.#found.size > MOST_FOUND) this.#found.delete(this.#found.keys().next().value!);
    return value;
  }

  /** Changes something. It is not repeated when nobody answers: it may have arrived. */
  async send<T>(method: 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, body: object | undefined, { signal }: RequestOptions): Promise<T> {
    const url = this.#url(path);
    const { text } = await this.#transport.send({ method, url, body }, signal);
    return (text === '' ? undefined : parsed(url, text)) as T;
  }

  async graphql<T>(query: string, variables: Readonly<Record<string, unknown>>, { signal }: RequestOptions): Promise<T> {
    const url = `${this.apiUrl.replace(/\/v3$/, '')}/graphql`;
    const { text } = await this.#transport.send({ method: 'POST', url, body: { query, variables } }, signal);
    const { data, errors } = parsed<{ data?: T; errors?: readonly { type?: string; message?: string }[] }>(url, text);
    if (errors?.length || data === undefined) {
      const isLimited = errors?.some(({ type }) => type === 'RATE_LIMITED');
      throw new GitHubError(`GraphQL: ${errors?.map(({ message }) => message).join('; ').slice(0, 300) || 'the answer has no data'}`, isLimited ? { status: 429, retryAfterMs: 60_000 } : { status: 200 });
    }
    return data;
  }

  /** Who writes what this client writes. Asked for once. */
  async identity(signal: AbortSignal): Promise<GitHubIdentity> {
    this.#identity ??= await this.#whoAmI(signal);
    return this.#identity;
  }

  async #whoAmI(signal: AbortSignal): Promise<GitHubIdentity> {
    if (this.#credential.is === 'nobody') return {};
    if (this.#credential.is === 'token') return { login: (await this.get<{ login: string }>('/user', { signal })).login };
    const url = this.#url('/app');
    const { id, slug } = parsed<{ id: number; slug: string }>(url, (await this.#transport.sendAsApp({ method: 'GET', url }, signal)).text);
    return { appId: id, login: `${slug}[bot]` };
  }

  #url(path: string, query: ReadOptions['query'] = {}): string {
    const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
    const search = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]));
    return `${this.apiUrl}${path}${search.size > 0 ? `?${search}` : ''}`;
  }

  /** Where the next page is: never on another host, whatever an answer says. */
  #next(link: string | undefined): string | undefined {
    const next = /<([^>]+)>\s*;\s*rel="next"/.exec(link ?? '')?.[1];
    if (next === undefined) return undefined;
    if (new URL(next).origin !== new URL(this.apiUrl).origin) throw new GitHubError(`${this.apiUrl}: the next page is said to be on ${new URL(next).host}; check the address that the server has of itself`);
    return next;
  }

  async #read(url: string, signal: AbortSignal, version?: string, keep?: Keep): Promise<CachedResponse> {
    signal.throwIfAborted();
    const known = this.#cache.get(this.#keyOf(url));
    if (version !== undefined && known?.version === version) return known;
    const shared = this.#reads.get(url) ?? this.#begin(url, version, keep);
    shared.waiting += 1;
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        shared.waiting -= 1;
        if (shared.waiting === 0) {
          if (this.#reads.get(url) === shared) this.#reads.delete(url);
          shared.abort.abort(signal.reason);
        }
        reject(signal.reason);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      shared.answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
    });
  }

  #begin(url: string, version: string | undefined, keep: Keep | undefined): Shared {
    const abort = new AbortController();
    const shared: Shared = { answer: this.#ask(url, version, keep, abort.signal), abort, waiting: 0 };
    this.#reads.set(url, shared);
    const ended = () => {
      if (this.#reads.get(url) === shared) this.#reads.delete(url);
    };
    shared.answer.then(ended, ended);
    return shared;
  }

  #keyOf(url: string): string {
    return `${this.#credential.key} ${url}`;
  }

  async #ask(url: string, version: string | undefined, keep: Keep | undefined, signal: AbortSignal): Promise<CachedResponse> {
    const key = this.#keyOf(url);
    const known = this.#cache.get(key);
    const { status, headers, text } = await this.#transport.send({ method: 'GET', url, ...known && { headers: conditionOf(known) } }, signal);
    if (status === 304 && known) {
      this.#cache.setVersion(key, version);
      return known;
    }
    const body = keep ? JSON.stringify(parsed<unknown[]>(url, text).map(keep)) : text;
    const answer: CachedResponse = { version, body, etag: textOf(headers.etag), lastModified: textOf(headers['last-modified']), link: textOf(headers.link) };
    if (answer.etag ?? answer.lastModified) this.#cache.set(key, answer);
    else this.#cache.delete(key);
    return answer;
  }
}

function conditionOf({ etag, lastModified }: CachedResponse): NonNullable<GitHubRequest['headers']> {
  return etag ? { 'if-none-match': etag } : { 'if-modified-since': lastModified! };
}

function textOf(header: GitHubResponse['headers'][string]): string | undefined {
  return header === undefined || header === '' ? undefined : String(header);
}

function parsed<T>(url: string, text: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new GitHubError(`${url.split('?')[0]} did not answer as GitHub does; check the host in spec.repo`, { retryAfterMs: 60_000, cause });
  }
}
