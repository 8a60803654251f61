import type { Client, Pool } from 'undici';
import type { ClusterConfig } from './cluster-config.ts';
import type { KubeRequest, KubeResponse, KubeStream, Transport } from './transport.ts';

/**
 * HTTP/1.1 to a real API server: one pool for what is answered at once, one connection of its own for each stream.
 *
 * **Guarantee** Every request can be aborted. One that is answered at once ends within {@link ANSWER_MS} between any two of its
 * bytes; a stream may be silent for ever. Requests reuse at most `connections` sockets; a stream never waits for one of them.
 *
 * **Assumes** Whoever opens a stream reads it or aborts its signal: only then is its connection closed.
 *
 * **Errors** An answer is never an error. Without one: `Error` naming the server, with the socket's own error as `cause`; the
 * signal's reason when it aborted.
 */
export class HttpTransport implements Transport {
  readonly #config: ClusterConfig;
  readonly #origin: string;
  readonly #basePath: string;
  readonly #connections: number;
  #pool: Promise<Pool> | undefined;
  readonly #streams = new Set<Client>();

  constructor(config: ClusterConfig, { connections = 32 }: { connections?: number } = {}) {
    const { origin, pathname } = new URL(config.server);
    this.#config = config;
    this.#origin = origin;
    this.#basePath = pathname.replace(/\/$/, '');
    this.#connections = connections;
  }

  async request(request: KubeRequest): Promise<KubeResponse> {
    this.#pool ??= this.#openPool();
    const { statusCode, headers, body } = await this.#dispatch(await this.#pool, request);
    try {
      return { status: statusCode, headers: flatten(headers), body: Buffer.from(await body.arrayBuffer()) };
    } catch (cause) {
      throw this.#failure(request, cause);
    }
  }

  async stream(request: KubeRequest): Promise<KubeStream> {
    const { Client } = await import('undici');
    const client = new Client(this.#origin, { ...this.#socketOptions(), headersTimeout: 0, bodyTimeout: 0 });
    this.#streams.add(client);
    const end = () => {
      this.#streams.delete(client);
      void client.destroy();
    };
    try {
      const { statusCode, headers, body } = await this.#dispatch(client, request);
      body.once('close', end);
      return { status: statusCode, headers: flatten(headers), body: this.#chunks(request, body) };
    } catch (error) {
      end();
      throw error;
    }
  }

  async close(): Promise<void> {
    const closed = new Error(`${this.#origin}: the transport was closed`);
    const pool = await this.#pool;
    const streams = [...this.#streams];
    this.#streams.clear();
    await Promise.all([pool?.destroy(closed), ...streams.map((stream) => stream.destroy(closed))]);
  }

  /** Undici is loaded by the first request: it takes 0.1 s, and who runs on the embedded engine makes none. */
  async #openPool(): Promise<Pool> {
    const { Pool } = await import('undici');
    const timeouts = { headersTimeout: ANSWER_MS, bodyTimeout: ANSWER_MS };
    return new Pool(this.#origin, { connections: this.#connections, ...this.#socketOptions(), ...timeouts });
  }

  async #dispatch(dispatcher: Client | Pool, request: KubeRequest) {
    const { method, path, headers, body, signal } = request;
    try {
      signal?.throwIfAborted();
      const send = (token: string | undefined) => dispatcher.request({
        method,
        path: this.#basePath + path,
        headers: token === undefined ? headers : { ...headers, authorization: `Bearer ${token}` },
        body,
        signal,
      });
      const token = await this.#config.token?.();
      const answer = await send(token);
      if (answer.statusCode !== 401 || token === undefined) return answer;
      // It may have been renewed since it was read; a request that was not believed has done nothing.
      const renewed = await this.#config.token?.(token);
      if (renewed === token) return answer;
      await answer.body.dump();
      return await send(renewed);
    } catch (cause) {
      throw this.#failure(request, cause);
    }
  }

  async *#chunks(request: KubeRequest, body: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
    try {
      yield* body;
    } catch (cause) {
      throw this.#failure(request, cause);
    }
  }

  #failure({ method, path, signal }: KubeRequest, cause: unknown): unknown {
    if (signal?.aborted) return signal.reason;
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new Error(`${method} ${path.split('?', 1)[0]}: no answer from ${this.#origin}, ${reason}`, { cause });
  }

  #socketOptions() {
    const { ca, cert, key, insecureSkipTlsVerify, tlsServerName } = this.#config;
    return {
      pipelining: 1,
      allowH2: false,
      connect: {
        timeout: CONNECT_MS,
        keepAlive: true,
        keepAliveInitialDelay: TCP_KEEP_ALIVE_MS,
        ca,
        cert,
        key,
        servername: tlsServerName,
        rejectUnauthorized: !insecureSkipTlsVerify,
      },
    };
  }
}

/** Longest silence inside a request that is no stream. The API server gives up after 60 s itself. */
export const ANSWER_MS = 70_000;
const CONNECT_MS = 10_000;
const TCP_KEEP_ALIVE_MS = 30_000;

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  return flat;
}
