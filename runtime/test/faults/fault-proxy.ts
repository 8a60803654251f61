import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { selfSignedCertificate } from '../../src/kube/self-signed-certificate.ts';
import { sleep, systemClock } from '../../src/kube/clock.ts';
import type { KubeRequest, Transport } from '../../src/kube/transport.ts';

/** What becomes of one request, in place of an answer as the server gave it. */
export type ProxyFault =
  /** The proxy answers by itself, and the server hears of nothing. */
  | { readonly is: 'answered'; readonly status: number; readonly headers?: Record<string, string>; readonly body: string }
  /** The server answers, and something else is passed on: a proxy that lost its patience. */
  | { readonly is: 'disowned'; readonly status: number }
  /** A reset: before the server sees the request, after it did, or with half of the answer passed on. */
  | { readonly is: 'reset'; readonly at: 'request' | 'answer' | 'half' }
  /** A few bytes at a time. */
  | { readonly is: 'trickled' }
  /** A line that is none in the middle of a watch, or a watch that ends in the middle of one. */
  | { readonly is: 'garbled'; readonly line: string }
  | { readonly is: 'cut' };

export interface ProxiedRequest {
  readonly method: string;
  readonly path: string;
  readonly isWatch: boolean;
  /** Neither a read, nor an event, nor the lease, nor a question about rights: what a user would see. */
  readonly isWrite: boolean;
}

export interface FaultProxyOptions {
  /** Who passes the requests on, with rights of its own. */
  readonly upstream: Transport;
  readonly faultOf?: (request: ProxiedRequest) => ProxyFault | undefined;
  /** A write was carried out, and the answer is on its way. */
  readonly onWritten?: (request: ProxiedRequest) => void;
}

const CHANGES_NOTHING_OF_TASKS = /\/(events|leases|selfsubjectaccessreviews)\b/;
const TRICKLE_BYTES = 7;
const TRICKLE_MS = 1;
/** A body that is longer comes in as many parts of this size as it takes, but in no more than so many. */
const MOST_PARTS = 100;

/**
 * A TLS-terminating proxy on the loopback between one process and an API server, on which connections go wrong in ways that only a
 * socket can show: the process behind it is a real one.
 */
export class FaultProxy {
  readonly url: string;
  readonly ca: string;
  /** Writes that the server carried out, in their order. */
  readonly writes: ProxiedRequest[] = [];
  /** Faults so far. */
  points = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #options: FaultProxyOptions;
  #requests: Gate = OPEN;
  #answers: Gate = OPEN;

  private constructor(server: Server, ca: string, options: FaultProxyOptions) {
    this.#server = server;
    this.#options = options;
    this.ca = ca;
    this.url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async open(options: FaultProxyOptions): Promise<FaultProxy> {
    const { key, cert } = selfSignedCertificate('proxy', ['127.0.0.1']);
    const server = createServer({ key, cert });
    server.requestTimeout = 0;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new FaultProxy(server, cert, options);
    server.on('connection', (socket: Socket) => {
      proxy.#sockets.add(socket);
      socket.on('close', () => proxy.#sockets.delete(socket));
      // A reset is what this program is for.
      socket.on('error', () => {});
    });
    server.on('request', (incoming, outgoing) => void proxy.#pass(incoming, outgoing).catch(() => outgoing.destroy()));
    return proxy;
  }

  /** Half-open connections: what is sent in that direction stays on the way, and nobody is told. */
  freeze(direction: 'requests' | 'answers' | 'both'): void {
    this.points += 1;
    if (direction !== 'answers') this.#requests = closedGate();
    if (direction !== 'requests') this.#answers = closedGate();
  }

  /** What stayed on the way arrives, late, also from those who have gone. */
  thaw(): void {
    this.#requests.open();
    this.#answers.open();
  }

  async close(): Promise<void> {
    this.thaw();
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = Buffer.concat(await Array.fromAsync(incoming as AsyncIterable<Buffer>));
    const asked = describe(incoming);
    await this.#requests.passed;
    const fault = this.#options.faultOf?.(asked);
    if (fault) this.points += 1;
    if (fault?.is === 'answered') return void outgoing.writeHead(fault.status, fault.headers).end(fault.body);
    if (fault?.is === 'reset' && fault.at === 'request') return reset(outgoing);
    const { accept, 'content-type': contentType } = incoming.headers;
    const headers = { ...(accept && { accept }), ...(contentType && { 'content-type': contentType }) };
    const request: KubeRequest = { method: asked.method as KubeRequest['method'], path: asked.path, headers, ...(body.length > 0 && { body }) };
    if (asked.isWatch || /\/log\?/.test(asked.path)) return this.#stream(request, outgoing, fault);

    const answer = await this.#options.upstream.request(request);
    if (asked.isWrite && answer.status < 300) {
      this.writes.push(asked);
      this.#options.onWritten?.(asked);
    }
    await this.#answers.passed;
    if (fault?.is === 'disowned') return void outgoing.writeHead(fault.status).end('<html>Bad Gateway</html>');
    if (fault?.is === 'reset' && fault.at === 'answer') return reset(outgoing);
    outgoing.writeHead(answer.status, { ...passedOn(answer.headers), 'content-length': answer.body.length });
    if (fault?.is === 'reset') return void outgoing.write(answer.body.subarray(0, answer.body.length >> 1), () => reset(outgoing));
    if (fault?.is !== 'trickled') return void outgoing.end(answer.body);
    for (const part of partsOf(answer.body)) await trickle(outgoing, part);
    outgoing.end();
  }

  async #stream(request: KubeRequest, outgoing: ServerResponse, fault: ProxyFault | undefined): Promise<void> {
    const gone = new AbortController();
    outgoing.on('close', () => gone.abort(new Error('the client has gone')));
    const { status, headers, body } = await this.#options.upstream.stream({ ...request, signal: gone.signal });
    await this.#answers.passed;
    outgoing.writeHead(status, passedOn(headers)).flushHeaders();
    for await (const chunk of body) {
      await this.#answers.passed;
      if (fault?.is === 'garbled') outgoing.write(fault.line);
      if (fault?.is === 'cut' || fault?.is === 'reset' || fault?.is === 'garbled') return void outgoing.write(chunk.subarray(0, chunk.length >> 1), () => (fault.is === 'reset' ? reset(outgoing) : outgoing.destroy()));
      if (fault?.is === 'trickled') for (const part of partsOf(chunk)) await trickle(outgoing, part);
      else outgoing.write(chunk);
    }
    outgoing.end();
  }
}

function describe({ method = 'GET', url: path = '/' }: IncomingMessage): ProxiedRequest {
  return { method, path, isWatch: /[?&]watch=(1|true)/.test(path), isWrite: method !== 'GET' && !CHANGES_NOTHING_OF_TASKS.test(path) };
}

/** The proxy frames what it passes on by itself. */
function passedOn(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !/^(connection|transfer-encoding|content-length|content-encoding|date)$/i.test(name)));
}

function reset({ socket }: ServerResponse): void {
  // Below TLS: the other side reads ECONNRESET, not the end of a conversation.
  (socket as (Socket & { _parent?: Socket }) | null)?._parent?.resetAndDestroy();
  socket?.destroy();
}

function partsOf(bytes: Buffer): Buffer[] {
  const size = Math.max(TRICKLE_BYTES, Math.ceil(bytes.length / MOST_PARTS));
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
}

async function trickle(outgoing: ServerResponse, part: Buffer): Promise<void> {
  outgoing.write(part);
  await sleep(systemClock, TRICKLE_MS);
}

interface Gate {
  readonly passed: Promise<void>;
  open(): void;
}

const OPEN: Gate = { passed: Promise.resolve(), open: () => {} };

function closedGate(): Gate {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { passed: promise, open: resolve };
}
