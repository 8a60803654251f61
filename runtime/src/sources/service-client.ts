import { refusalIn } from '../context-sources/outbound-client.ts';
import type { Clock } from '../kube/clock.ts';
import { SourceError } from './source.ts';

export interface ServiceClientOptions {
  /** What it is called, for messages: Jira. */
  readonly called: string;
  /** Where the root was told, for messages: `when.jira.baseUrl`. */
  readonly place: string;
  /** Without a slash at its end. */
  readonly root: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export type Query = Readonly<Record<string, string | number | undefined>>;

interface Sent {
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What a service said, where it is worth reading. */
export interface ServiceAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON. Of a refusal whose text is not JSON, nothing. */
  readonly body: unknown;
}

const TIMEOUT_MS = 10_000;
const LONGEST_ANSWER_BYTES = 16 * 1024 * 1024;
/** A service that was moved says so once, perhaps twice. */
const MOST_REDIRECTS = 3;
/** Services without a header say how long by hand, if at all. */
const LIMITED_MS = 60_000;
/** Somebody has to change the URL, or the name that is in it. */
const REFUSED_MS = 60_000;

/**
 * Asks one service for JSON, and tells it, for one look or one report.
 *
 * **Guarantee** Every request ends within ten seconds and in bounded memory. What it is sent, the token above all, goes to the root's own origin and to no other.
 *
 * **Errors** {@link SourceError} where the service limits how often it is asked, or is not what it should be; an error that is tried again where it cannot be
 * reached or fails. Refusals are answers.
 */
export class ServiceClient {
  readonly #options: ServiceClientOptions;
  #bytesRead = 0;

  constructor(options: ServiceClientOptions) {
    this.#options = options;
  }

  /** Of all answers together. */
  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** `path` begins with a slash; what the query leaves undefined is not asked. An answer that still holds, by `etag`, has status 304. */
  async get(path: string, query: Query = {}, etag?: string): Promise<ServiceAnswer> {
    const url = new URL(`${this.#options.root}${path}`);
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, String(value));
    return this.#answer(url, { headers: etag === undefined ? {} : { 'if-none-match': etag } });
  }

  /** A change. It is not sent again where the service leads elsewhere. */
  async send(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<ServiceAnswer> {
    return this.#answer(new URL(`${this.#options.root}${path}`), { method, headers: { 'content-type': 'application/json' }, ...body && { body: JSON.stringify(body) } });
  }

  async #answer(url: URL, request: Sent): Promise<ServiceAnswer> {
    const { called, place, clock } = this.#options;
    const { status, headers, text } = await this.#request(url, request, request.method === undefined ? MOST_REDIRECTS : 0);
    const limitedMs = limitOf(status, headers, clock.now().getTime());
    if (limitedMs !== undefined) throw new SourceError(`${called} at ${url.host} limits how often it may be asked; it is asked again when that ends`, limitedMs);
    if (status >= 500) throw new Error(`${called} at ${url.host} answered with status ${status}`);
    const body = parsed(text);
    if (status === 200 && body === undefined && request.method !== 'DELETE') {
      throw new SourceError(`${place}: ${url.host} did not answer as ${called} does, got ${headers.get('content-type') ?? 'nothing that says what it is'}; correct the URL, or have the operator pass what is before it`);
    }
    return { status, headers, body };
  }

  async #request(url: URL, sent: Sent, redirectsLeft: number): Promise<{ status: number; headers: Headers; text: string }> {
    const { called, place, fetch, clock, signal, headers } = this.#options;
    const timeout = new AbortController();
    const timer = clock.after(TIMEOUT_MS, () => timeout.abort(new Error(`${called} at ${url.host} did not answer within ${TIMEOUT_MS / 1000} s`)));
    try {
      const response = await fetch(url.href, {
        ...sent,
        headers: { accept: 'application/json', 'user-agent': 'taskwright-operator', ...headers, ...sent.headers },
        redirect: 'manual',
        signal: AbortSignal.any([signal, timeout.signal]),
      });
      const text = await this.#textOf(response, url);
      const target = response.status >= 300 && response.status < 400 && response.status !== 304 ? URL.parse(response.headers.get('location') ?? '', url.href) : null;
      if (!target) return { status: response.status, headers: response.headers, text };
      if (target.origin !== url.origin || redirectsLeft === 0) {
        throw new SourceError(`${place}: ${url.host} leads to ${target.origin}, where no token is sent; name the URL that it leads to`);
      }
      return await this.#request(target, sent, redirectsLeft - 1);
    } catch (error) {
      signal.throwIfAborted();
      if (timeout.signal.aborted) throw timeout.signal.reason;
      const refusal = refusalIn(error);
      if (refusal) throw new SourceError(`${place}: ${refusal.message}`, REFUSED_MS);
      if (error instanceof TypeError) throw new Error(`${called} at ${url.host} cannot be reached${causeOf(error)}`, { cause: error });
      throw error;
    } finally {
      timer.cancel();
    }
  }

  async #textOf(response: Response, url: URL): Promise<string> {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length;
      this.#bytesRead += chunk.length;
      if (bytes > LONGEST_ANSWER_BYTES) throw new Error(`${this.#options.called} at ${url.host} answered with more than ${LONGEST_ANSWER_BYTES / 1024 / 1024} MiB`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString();
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** 503 with a Retry-After is what a service says that is being repaired: asking earlier does not help there either. */
function limitOf(status: number, headers: Headers, nowMs: number): number | undefined {
  const isExhausted = headers.get('ratelimit-remaining') === '0' || headers.get('x-ratelimit-remaining') === '0';
  const after = headers.get('retry-after');
  if (status !== 429 && !((status === 403 && isExhausted) || (status === 503 && after !== null))) return undefined;
  if (after !== null) return untilMs(/^\d+$/.test(after) ? Number(after) * 1_000 : Date.parse(after) - nowMs);
  const reset = headers.get('ratelimit-reset') ?? headers.get('x-ratelimit-reset');
  if (reset === null) return LIMITED_MS;
  // Seconds since 1970 with GitLab and Gitea's proxies, a date with Jira.
  return untilMs((/^\d+$/.test(reset) ? Number(reset) * 1_000 : Date.parse(reset)) - nowMs);
}

/** Between a second and an hour: what a header says is somebody else's clock. */
function untilMs(ms: number): number {
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 1_000), 3_600_000) : LIMITED_MS;
}

function causeOf({ cause }: TypeError): string {
  const code = (cause as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? `, ${code}` : '';
}
