import type { LookupFunction } from 'node:net';
import { Readable } from 'node:stream';
import type { Agent, Dispatcher } from 'undici';
import { type OutboundGuard, RefusedTarget } from './outbound-guard.ts';

export interface OutboundRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

export type OutboundResponse = Pick<Dispatcher.ResponseData, 'statusCode' | 'headers' | 'body'>;

/** No host is sent more than this at a time, however many Tasks ask for it. */
const MOST_CONNECTIONS_PER_HOST = 8;
/** Others wait, and may fail by their time: who names ever new hosts costs no more sockets than this. */
const MOST_HOSTS = 500;
const CONNECT_MS = 10_000;

/**
 * One request and its answer, as far as {@link OutboundGuard} lets it. Redirects are answers.
 *
 * **Assumes** The URL was checked by the guard, and the body is read or destroyed.
 */
export class OutboundClient {
  readonly #guard: OutboundGuard;
  #agent: Promise<Agent> | undefined;

  constructor(guard: OutboundGuard) {
    this.#guard = guard;
  }

  async request({ url, method, headers, body, signal }: OutboundRequest): Promise<OutboundResponse> {
    signal.throwIfAborted();
    const agent = await (this.#agent ??= this.#open());
    const dispatched = { origin: url.origin, path: `${url.pathname}${url.search}`, method: method as Dispatcher.HttpMethod, headers, body: body ?? null, signal };
    const response = await agent.request(dispatched);
    response.body.on('error', () => {}); // an answer that is not wanted is destroyed, and says so
    return response;
  }

  /** For libraries that ask for `fetch`. It follows no redirect, and knows no plain http. */
  readonly fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const { url, method, headers, signal } = new Request(input, { ...init, body: null });
    const target = new URL(url);
    this.#guard.checkUrl(target, false);
    const { statusCode, headers: answered, body } = await this.request({ url: target, method, headers: Object.fromEntries(headers), signal, ...(typeof init.body === 'string' && { body: init.body }) });
    const fields = Object.entries(answered).flatMap(([name, values]) => [values ?? []].flat().map((value): [string, string] => [name, value]));
    const hasBody = statusCode !== 204 && statusCode !== 205 && statusCode !== 304;
    if (!hasBody) body.destroy();
    return new Response(hasBody ? (Readable.toWeb(body) as ReadableStream) : null, { status: statusCode, headers: fields });
  };

  async close(): Promise<void> {
    await (await this.#agent)?.destroy();
  }

  /** Undici is loaded by the first request: who has no context sources makes none. */
  async #open(): Promise<Agent> {
    const { Agent } = await import('undici');
    const lookup: LookupFunction = (host, options, callback) => {
      this.#guard.addressesOf(host).then((addresses) => {
        const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
        if (options.all) callback(null, found);
        else callback(null, found[0]!.address, found[0]!.family);
      }, (error: Error) => callback(error, []));
    };
    return new Agent({ connections: MOST_CONNECTIONS_PER_HOST, maxOrigins: MOST_HOSTS, pipelining: 1, allowH2: false, connect: { timeout: CONNECT_MS, lookup } });
  }
}

/** What the guard had against the address, if that is why there is no connection. */
export function refusalIn(error: unknown): RefusedTarget | undefined {
  return causesOf(error).find((cause) => cause instanceof RefusedTarget);
}

/** The code of the socket, of TLS or of DNS; the words beside it may be anybody's. */
export function codeIn(error: unknown): string {
  const codes = causesOf(error).map((cause) => (cause as NodeJS.ErrnoException).code);
  return codes.find((code) => typeof code === 'string' && /^[A-Z_0-9]{3,60}$/.test(code)) ?? 'no connection';
}

const MOST_CAUSES = 5;

function causesOf(error: unknown): Error[] {
  const causes: Error[] = [];
  for (let at = error; at instanceof Error && causes.length < MOST_CAUSES; at = at instanceof AggregateError ? at.errors[0] : at.cause) causes.push(at);
  return causes;
}
