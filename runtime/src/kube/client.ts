import { type ApiError, apiErrorFrom } from './api-error.ts';
import { type Clock, sleep, systemClock } from './clock.ts';
import { InFlightLimit } from './in-flight-limit.ts';
import { apiVersionOf, type KubeObject, pathOf, type Resource } from './object.ts';
import type { KubeRequest, KubeResponse, KubeStream, Transport } from './transport.ts';
import { openWatch, readWatch, type Selection, type WatchEvent, type WatchOptions } from './watch.ts';

export interface ClientOptions {
  /** `<program>/<version>`: audit logs and Priority & Fairness tell callers apart by it. */
  readonly userAgent: string;
  readonly clock?: Clock;
  readonly metrics?: RequestMetrics;
  /** Requests under way at a time, streams not counted. Default: 32. */
  readonly maxInFlight?: number;
}

/** Hears of each answer. */
export interface RequestMetrics {
  /** `code` is the HTTP status, or `<error>` when there was no answer. */
  requestEnded(method: KubeRequest['method'], code: string, durationMs: number): void;
}

export interface Address {
  readonly namespace?: string;
  readonly name: string;
  readonly subresource?: string;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface ListOptions extends Selection, CallOptions {
  readonly limit?: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: 'NotOlderThan' | 'Exact';
}

export interface KubeList<T> {
  readonly metadata: { readonly resourceVersion?: string; readonly continue?: string; readonly remainingItemCount?: number };
  readonly items: T[];
}

export interface WriteOptions extends CallOptions {
  readonly fieldManager?: string;
  /** Checks and answers as if it were done, and does nothing. */
  readonly dryRun?: boolean;
  /** What to do about fields that the schema does not know. The server's default: Warn. */
  readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
}

export interface CreateOptions extends WriteOptions {
  readonly subresource?: string;
  /** Answer with the metadata alone. Of a Job that is a quarter less work for the server. Default: false. */
  readonly metadataOnly?: boolean;
}

export interface ReplaceOptions extends WriteOptions {
  readonly subresource?: string;
}

export interface ApplyOptions extends ReplaceOptions {
  readonly fieldManager: string;
  /** Takes fields over from other managers: right for a controller, wrong for a person. Default: false. */
  readonly force?: boolean;
}

export interface DeleteOptions extends CallOptions {
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly gracePeriodSeconds?: number;
  readonly dryRun?: boolean;
}

export interface LogOptions {
  readonly namespace: string;
  readonly name: string;
  readonly container?: string;
  readonly follow?: boolean;
  readonly previous?: boolean;
  readonly tailLines?: number;
  readonly limitBytes?: number;
  /** RFC 3339. */
  readonly sinceTime?: string;
  readonly timestamps?: boolean;
}

/**
 * A Kubernetes API as methods: plain JSON in, plain JSON out. Nothing is converted, and no field is dropped on the way.
 *
 * **Guarantee** Every call can be aborted, at most `maxInFlight` are under way, and each carries the user agent. A request that
 * the server refused unseen (429, or 503 with Retry-After) is sent again when the server said, at most {@link MOST_RETRIES} times.
 *
 * **Assumes** Nothing of the transport but its interface: a socket and the embedded engine answer alike.
 *
 * **Errors** {@link ApiError} for every status from 400; the signal's reason when it aborts; else what the transport throws.
 */
export class KubeClient {
  readonly transport: Transport;
  readonly #clock: Clock;
  readonly #userAgent: string;
  readonly #metrics: RequestMetrics | undefined;
  readonly #inFlight: InFlightLimit;

  constructor(transport: Transport, { userAgent, clock = systemClock, metrics, maxInFlight = 32 }: ClientOptions) {
    this.transport = transport;
    this.#clock = clock;
    this.#userAgent = userAgent;
    this.#metrics = metrics;
    this.#inFlight = new InFlightLimit(maxInFlight);
  }

  get<T = KubeObject>(resource: Resource, address: Address, { signal }: CallOptions = {}): Promise<T> {
    return this.#json({ method: 'GET', path: pathOf(resource, address), signal });
  }

  list<T = KubeObject>(resource: Resource, options: ListOptions = {}): Promise<KubeList<T>> {
    return this.#json(listRequest(resource, options));
  }

  /** So many requests are under way that what can wait should: what is told to people leaves the server to the work. */
  get isBusy(): boolean {
    return this.#inFlight.isBusy;
  }

  /** Resolves when it is no longer busy, or the signal aborts. */
  calm(signal: AbortSignal): Promise<void> {
    return this.#inFlight.calm(signal);
  }

  /** The bytes of a list, for who decodes them himself. */
  async listBytes(resource: Resource, options: ListOptions = {}): Promise<Buffer> {
    return (await this.send(listRequest(resource, options))).body;
  }

  create<T = KubeObject>(resource: Resource, object: KubeObject, { signal, subresource, metadataOnly = false, ...query }: CreateOptions = {}): Promise<T> {
    const { namespace, name } = object.metadata;
    const path = pathOf(resource, subresource === undefined ? { namespace } : { namespace, name, subresource });
    const { headers, body } = jsonBody(typed(resource, object));
    return this.#json({ method: 'POST', path: withQuery(path, writeQuery(query)), headers: metadataOnly ? { ...headers, accept: METADATA_ONLY } : headers, body, signal });
  }

  /** Refused with 409 Conflict unless the object carries the current resourceVersion, or none. */
  replace<T = KubeObject>(resource: Resource, object: KubeObject, { signal, subresource, ...query }: ReplaceOptions = {}): Promise<T> {
    const path = pathOf(resource, { ...addressOf(object), subresource });
    return this.#json({ method: 'PUT', path: withQuery(path, writeQuery(query)), ...jsonBody(typed(resource, object)), signal });
  }

  /** RFC 6902: a list of operations. */
  patchJson<T = KubeObject>(resource: Resource, address: Address, patch: readonly object[], options?: WriteOptions): Promise<T> {
    return this.#patch('application/json-patch+json', resource, address, patch, options);
  }

  /** RFC 7386: null removes, lists are replaced whole. */
  patchMerge<T = KubeObject>(resource: Resource, address: Address, patch: object, options?: WriteOptions): Promise<T> {
    return this.#patch('application/merge-patch+json', resource, address, patch, options);
  }

  /** Lists are merged by their key. Built-in kinds only: custom resources answer 415. */
  patchStrategic<T = KubeObject>(resource: Resource, address: Address, patch: object, options?: WriteOptions): Promise<T> {
    return this.#patch('application/strategic-merge-patch+json', resource, address, patch, options);
  }

  /** Server-side apply: the fields sent are ours from now on. Without a uid it creates what is missing. */
  apply<T = KubeObject>(resource: Resource, object: KubeObject, { subresource, force, ...options }: ApplyOptions): Promise<T> {
    const address = { ...addressOf(object), subresource };
    return this.#patch('application/apply-patch+yaml', resource, address, typed(resource, object), { ...options, force });
  }

  /** Answers the object, when it lives on until its finalizers are gone, or a Status. */
  delete<T = KubeObject>(resource: Resource, address: Address, { signal, dryRun, ...options }: DeleteOptions = {}): Promise<T> {
    // With a body the server does not look at the query: a dry run that stood there would be a real deletion.
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', ...options, ...(dryRun && { dryRun: ['All'] }) };
    return this.#json({ method: 'DELETE', path: pathOf(resource, address), ...jsonBody(body), signal });
  }

  /** Events as they come, bookmarks and ERROR events included, until the server ends the stream (normal) or the signal aborts (throws its reason). */
  watch<T = KubeObject>(resource: Resource, options: WatchOptions, signal?: AbortSignal): AsyncIterable<WatchEvent<T>> {
    return readWatch<T>(() => this.openWatch(resource, options, signal));
  }

  /** The bytes of a watch, for who decodes them himself. It ends with an error after 3 minutes of silence. */
  openWatch(resource: Resource, { namespace, ...options }: WatchOptions, signal?: AbortSignal): Promise<KubeStream> {
    const query = { watch: true, allowWatchBookmarks: true, ...options };
    return openWatch((request) => this.#stream(request), withQuery(pathOf(resource, { namespace }), query), this.#clock, signal);
  }

  /** A container's log. Followed, it may be silent for as long as the container is: only the end of the container or the signal ends it. */
  async *logs({ namespace, name, ...query }: LogOptions, signal?: AbortSignal): AsyncIterable<Buffer> {
    const path = withQuery(pathOf(PODS, { namespace, name, subresource: 'log' }), query);
    const { body } = await this.#stream({ method: 'GET', path, headers: { accept: '*/*' }, signal });
    yield* body;
  }

  /** Sends any request with the client's cap, retries and errors: for what no method covers. */
  async send(request: KubeRequest): Promise<KubeResponse> {
    for (let attempt = 0; ; attempt += 1) {
      const response = await this.#inFlight.run(() => this.#attempt(request), request.signal);
      if (response.status < 400) return response;
      const error = apiErrorFrom(whereOf(request), response.status, response.headers, response.body);
      const waitMs = refusedUnseen(error) ? (error.retryAfterMs ?? 1_000) : undefined;
      if (waitMs === undefined || waitMs > LONGEST_RETRY_AFTER_MS || attempt === MOST_RETRIES) throw error;
      await sleep(this.#clock, waitMs, request.signal);
    }
  }

  async #json<T>(request: KubeRequest): Promise<T> {
    const { body } = await this.send(request);
    try {
      return JSON.parse(body.toString()) as T;
    } catch (cause) {
      throw new SyntaxError(`${whereOf(request)}: the answer is not JSON`, { cause });
    }
  }

  #patch<T>(contentType: string, resource: Resource, address: Address, patch: object, { signal, ...query }: WriteOptions & { force?: boolean } = {}): Promise<T> {
    const path = withQuery(pathOf(resource, address), writeQuery(query));
    return this.#json({ method: 'PATCH', path, headers: { 'content-type': contentType }, body: JSON.stringify(patch), signal });
  }

  #attempt(request: KubeRequest): Promise<KubeResponse> {
    return this.#measured(request, () => this.transport.request(this.#dressed(request)));
  }

  async #stream(request: KubeRequest): Promise<KubeStream> {
    const stream = await this.#measured(request, () => this.transport.stream(this.#dressed(request)));
    if (stream.status < 400) return stream;
    throw apiErrorFrom(whereOf(request), stream.status, stream.headers, await readAtMost(stream.body, 1_048_576));
  }

  async #measured<T extends { status: number }>({ method }: KubeRequest, call: () => Promise<T>): Promise<T> {
    const startedAt = this.#clock.elapsed();
    let code = '<error>';
    try {
      const answer = await call();
      code = String(answer.status);
      return answer;
    } finally {
      this.#metrics?.requestEnded(method, code, this.#clock.elapsed() - startedAt);
    }
  }

  #dressed(request: KubeRequest): KubeRequest {
    return { ...request, headers: { accept: 'application/json', 'user-agent': this.#userAgent, ...request.headers } };
  }
}

/** How often a request that was refused unseen is sent again before its error is the caller's. */
export const MOST_RETRIES = 5;

/** A longer wait than this is the caller's to plan, in milliseconds. */
const LONGEST_RETRY_AFTER_MS = 30_000;

const METADATA_ONLY = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

const PODS: Resource = { group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true };

/** Both mean that the server did nothing, so even a write may be repeated. A 503 without Retry-After may come from a proxy that did forward it. */
function refusedUnseen({ code, retryAfterMs }: ApiError): boolean {
  return code === 429 || (code === 503 && retryAfterMs !== undefined);
}

function listRequest(resource: Resource, { namespace, signal, ...query }: ListOptions): KubeRequest {
  return { method: 'GET', path: withQuery(pathOf(resource, { namespace }), query), signal };
}

function addressOf({ metadata: { namespace, name } }: KubeObject): Address {
  if (name === undefined) throw new TypeError('metadata.name: is missing; a write to an existing object needs its name');
  return { namespace, name };
}

function typed(resource: Resource, object: KubeObject): KubeObject {
  return { apiVersion: apiVersionOf(resource), kind: resource.kind, ...object };
}

function jsonBody(value: unknown): { headers: Record<string, string>; body: string } {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

function writeQuery({ dryRun, ...query }: Omit<WriteOptions, 'signal'> & { force?: boolean }): Query {
  return { ...query, dryRun: dryRun ? 'All' : undefined };
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

function withQuery(path: string, query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, String(value));
  return parameters.size === 0 ? path : `${path}?${parameters}`;
}

/** Method and path, without the query: a continue token is long and says nothing. */
function whereOf({ method, path }: KubeRequest): string {
  return `${method} ${path.split('?', 1)[0]}`;
}

async function readAtMost(body: AsyncIterable<Buffer>, bytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= bytes) break;
  }
  return Buffer.concat(chunks);
}
