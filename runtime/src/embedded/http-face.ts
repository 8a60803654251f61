import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ApiRequest, RequestHandler } from './request-handler.ts';
import { selfSignedCertificate } from '../kube/self-signed-certificate.ts';
import { StatusError } from './status-error.ts';

export interface ListenOptions {
  /** Defaults to one the system chooses. */
  readonly port?: number;
  /** An IPv4 address of this machine. Defaults to 127.0.0.1. */
  readonly host?: string;
}

export interface HttpFace {
  readonly url: string;
  /** Whoever has it may do everything, which is to run programs as the user: it belongs into files that nobody else can read. */
  readonly token: string;
  /** The certificate by which clients know the server, PEM. */
  readonly ca: string;
  /** Ends every open request and frees the port. */
  close(): Promise<void>;
}

/** Read a little more than the server accepts, so that the refusal is the server's and not a broken connection. */
const MOST_BODY_BYTES = 4 * 1024 * 1024;

/**
 * Serves the handler over HTTPS, to whoever has the token. The headers of a watch go out before its first event: `kubectl wait`
 * hangs without them.
 *
 * Loopback keeps nobody out: other users reach it, web pages, and the agents themselves, who share the network of the machine and
 * could start a Pod outside of their sandbox. And TLS, because kubectl sends no token without it.
 */
export async function listen(handler: Pick<RequestHandler, 'handle'>, { port = 0, host = '127.0.0.1' }: ListenOptions): Promise<HttpFace> {
  const token = randomBytes(32).toString('base64url');
  const isAllowed = bearerCheck(token);
  const { key, cert } = selfSignedCertificate('taskwright', [host, 'localhost']);
  const server = createServer({ key, cert }, (incoming, outgoing) => {
    if (!isAllowed(incoming.headers.authorization)) return refuse(outgoing);
    answer(handler, incoming, outgoing).catch((error: unknown) => outgoing.destroy(error instanceof Error ? error : new Error(String(error))));
  });
  // A watch may be silent for as long as it likes.
  server.requestTimeout = 0;
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  return { url: `https://${address.address}:${address.port}`, token, ca: cert, close: () => closeServer(server) };
}

/** Takes the same time for every wrong token. */
function bearerCheck(token: string): (authorization: string | undefined) => boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const expected = digest(`Bearer ${token}`);
  return (authorization = '') => timingSafeEqual(digest(authorization), expected);
}

/** Nothing of the request is read. */
function refuse(outgoing: ServerResponse): void {
  const { status } = new StatusError(401, 'Unauthorized', 'Unauthorized');
  outgoing.writeHead(401, { 'content-type': 'application/json', connection: 'close' }).end(JSON.stringify(status));
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

async function answer(handler: Pick<RequestHandler, 'handle'>, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const body = await readBody(incoming);
  if (body === undefined) {
    outgoing.writeHead(413, { 'content-type': 'text/plain', 'connection': 'close' }).end('the request is too large\n');
    return;
  }
  const gone = new AbortController();
  outgoing.on('close', () => gone.abort());
  const response = await handler.handle(toApiRequest(incoming, body, gone.signal));
  outgoing.writeHead(response.status, response.headers);
  if (typeof response.body === 'string') {
    outgoing.end(response.body);
    return;
  }
  outgoing.flushHeaders();
  for await (const chunk of response.body) {
    if (gone.signal.aborted) break;
    if (!outgoing.write(chunk)) await drained(outgoing);
  }
  outgoing.end();
}

/** Resolves when more can be written, or never will be. */
function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      outgoing.off('drain', done);
      outgoing.off('close', done);
      resolve();
    };
    outgoing.on('drain', done);
    outgoing.on('close', done);
    if (outgoing.destroyed) done();
  });
}

async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function toApiRequest({ method = 'GET', url = '/', headers }: IncomingMessage, body: Buffer, signal: AbortSignal): ApiRequest {
  const { pathname, searchParams } = new URL(url, 'http://embedded');
  const single = Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value ?? '']);
  return { method, path: pathname, query: searchParams, headers: Object.fromEntries(single), body, signal };
}
