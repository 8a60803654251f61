import { type CachedResponse, ResponseCache } from '../github/response-cache.ts';
import { type Query, ServiceClient, type ServiceAnswer } from '../sources/service-client.ts';
import { SourceError, type SourceContext } from '../sources/source.ts';
import type { Dialect } from './dialect.ts';
import type { ForgeSite } from './forge-site.ts';

/** A refusal that may be about one item alone. */
export class ForgeError extends Error {
  override readonly name = 'ForgeError';
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

export interface Listed {
  readonly items: readonly unknown[];
  /** Whether there are no more. */
  readonly isComplete: boolean;
}

export interface ListOptions {
  /** @default 10,000 */
  readonly mostItems?: number;
  /** Something that changes whenever the answer would. While it is the same as of the answer that is known, the forge is not asked. */
  readonly version?: string;
}

/** Of one look, whatever a page holds. */
const MOST_ITEMS = 10_000;
/** A forge that always names a next page is left, whatever is on them. */
const MOST_PAGES = 400;
/** Of one look, as they come. */
const MOST_BYTES = 64 * 1024 * 1024;
const MOST_CACHED_BYTES = 16 * 1024 * 1024;

/** What was answered, for all that are reached in one way: an operator has one. */
const caches = new WeakMap<typeof globalThis.fetch, ResponseCache>();

/**
 * The REST API of a forge, for one look or one report. What was read is kept, and asked for on the condition that it changed, where the forge says by what: GitLab does, Gitea does not. What was read for a
 * version is not asked for again while that is the same.
 *
 * **Errors** {@link ForgeError} for a refusal, {@link SourceError} for a token that is not taken and for limits; what is tried again otherwise.
 */
export class ForgeClient {
  readonly dialect: Dialect;
  readonly site: ForgeSite;
  readonly #service: ServiceClient;
  readonly #cache: ResponseCache;

  constructor(dialect: Dialect, site: ForgeSite, { fetch, clock, signal }: Pick<SourceContext, 'fetch' | 'clock' | 'signal'>) {
    this.dialect = dialect;
    this.site = site;
    const headers: Record<string, string> = site.authorization === undefined ? {} : { authorization: site.authorization };
    this.#service = new ServiceClient({ called: dialect.called, place: 'baseUrl', root: `${site.root}${dialect.apiPath}`, headers, fetch, clock, signal });
    this.#cache = caches.get(fetch) ?? new ResponseCache(MOST_CACHED_BYTES);
    caches.set(fetch, this.#cache);
  }

  async get(path: string, query: Query = {}): Promise<unknown> {
    return this.#accepted(path, await this.#read(path, query)).body;
  }

  /** Nothing where there is none. */
  async lookUp(path: string): Promise<unknown> {
    const answer = await this.#read(path, {});
    return answer.status === 404 ? undefined : this.#accepted(path, answer).body;
  }

  /** All pages, up to a bound. */
  async list(path: string, query: Query = {}, { mostItems = MOST_ITEMS, version }: ListOptions = {}): Promise<Listed> {
    const items: unknown[] = [];
    let page: Query | undefined = { ...query, ...this.dialect.pageSize };
    for (let pages = 1; page; pages++) {
      const { headers, body } = this.#accepted(path, await this.#read(path, page, version));
      if (!Array.isArray(body)) throw new ForgeError(`${this.dialect.called} did not answer with a list, at ${path}`, 200);
      items.push(...body);
      page = nextOf(headers, page);
      if (page && (items.length >= mostItems || pages >= MOST_PAGES || this.#service.bytesRead >= MOST_BYTES)) return { items, isComplete: false };
    }
    return { items, isComplete: true };
  }

  async send(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<unknown> {
    return this.#accepted(path, await this.#service.send(method, path, body)).body;
  }

  async #read(path: string, query: Query, version?: string): Promise<ServiceAnswer> {
    const key = JSON.stringify([this.site.key, this.site.root, path, query]);
    const kept = this.#cache.get(key);
    if (kept && version !== undefined && kept.version === version) return answerOf(kept);
    const answer = await this.#service.get(path, query, kept?.etag);
    if (answer.status === 304 && kept) {
      this.#cache.setVersion(key, version);
      return answerOf(kept);
    }
    const etag = answer.headers.get('etag') ?? undefined;
    if (answer.status === 200 && (etag ?? version) !== undefined) this.#cache.set(key, { etag, version, link: answer.headers.get('link') ?? undefined, body: JSON.stringify(answer.body) });
    return answer;
  }

  #accepted(path: string, answer: ServiceAnswer): ServiceAnswer {
    const { status, body } = answer;
    if (status >= 200 && status < 300) return answer;
    const host = new URL(this.site.root).host;
    if (status === 401) throw new SourceError(`${this.dialect.called} at ${host} does not take ${this.site.account}${saidBy(body)}; give the Workspace a Secret with a token that has ${this.dialect.scopes}`);
    throw new ForgeError(`${this.dialect.called} at ${host} answered with status ${status} at ${path}${saidBy(body)}`, status);
  }
}

function answerOf({ link, body }: CachedResponse): ServiceAnswer {
  return { status: 200, headers: new Headers(link === undefined ? {} : { link }), body: JSON.parse(body) };
}

/** What the next page is asked with. The address that a forge names for it may be one that only the forge itself can reach: its query is all that is taken. */
function nextOf(headers: Headers, page: Query): Query | undefined {
  const [, next] = /<([^>]*)>\s*;\s*rel="?next"?/.exec(headers.get('link') ?? '') ?? [];
  const url = next === undefined ? null : URL.parse(next, 'https://forge.invalid');
  return url ? { ...page, ...Object.fromEntries(url.searchParams) } : undefined;
}

const LONGEST_QUOTE = 300;

function saidBy(body: unknown): string {
  const { message, error_description: description, error } = (typeof body === 'object' && body !== null ? body : {}) as Readonly<Record<string, unknown>>;
  const said = [message, description, error].find((text) => text !== undefined);
  return said === undefined ? '' : `, ${JSON.stringify(said).slice(0, LONGEST_QUOTE)}`;
}
