import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers one request. A handler that writes and does not end leaves the connection open, as a watch does. */
export type Handler = (request: Seen, response: ServerResponse) => void;

/** An HTTP server on loopback that answers as a test says, and counts what it sees. */
export class ScriptedServer {
  readonly requests: Seen[] = [];
  sockets = 0;
  readonly #open = new Set<Socket>();
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  /** Answers what no scripted answer is left for. */
  handler: Handler;
  readonly #script: Handler[] = [];

  constructor(handler: Handler = (_, response) => json(response, {})) {
    this.handler = handler;
    this.#server.on('connection', (socket) => {
      this.sockets += 1;
      this.#open.add(socket);
      socket.on('close', () => this.#open.delete(socket));
    });
  }

  static async start(handler?: Handler): Promise<ScriptedServer> {
    const server = new ScriptedServer(handler);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get openSockets(): number {
    return this.#open.size;
  }

  /** The next requests are answered by these, in order. */
  script(...handlers: Handler[]): void {
    this.#script.push(...handlers);
  }

  /** Cuts every connection, as a crashing peer does. */
  reset(): void {
    for (const socket of this.#open) socket.resetAndDestroy();
  }

  async stop(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { pathname, searchParams } = new URL(request.url!, 'http://server');
    const seen = { method: request.method!, path: pathname, query: searchParams, headers: request.headers, body: Buffer.concat(chunks).toString() };
    this.requests.push(seen);
    (this.#script.shift() ?? this.handler)(seen, response);
  }
}

export function json(response: ServerResponse, body: unknown, code = 200, headers: Record<string, string> = {}): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

export function failure(response: ServerResponse, code: number, reason: string, headers: Record<string, string> = {}): void {
  json(response, { kind: 'Status', apiVersion: 'v1', status: 'Failure', message: `no: ${reason}`, reason, code }, code, headers);
}

/** Resolves once `condition` holds: for what happens on the other side of a socket, which no fake clock moves. */
export async function until(condition: () => boolean, what = 'condition'): Promise<void> {
  for (let turn = 0; turn < 20_000; turn += 1) {
    if (condition()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`still not true: ${what}`);
}
