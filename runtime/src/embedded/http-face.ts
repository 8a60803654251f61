import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import type { ApiRequest, RequestHandler } from './request-handler.ts';

export interface ListenOptions {
  /** Defaults to one the system chooses. */
  readonly port?: number;
  /** Defaults to 127.0.0.1: whoever reaches the server may do everything. */
  readonly host?: string;
}

export interface HttpFace {
  readonly url: string;
  /** Ends every open request and frees the port. */
  close(): Promise<void>;
}

/** Read a little more than the server accepts, so that the refusal is the server's and not a broken connection. */
const MOST_BODY_BYTES = 4 * 1024 * 1024;

/** Serves the handler over HTTP. The headers of a watch go out before its first event: `kubectl wait` hangs without them. */
export async function listen(handler: Pick<RequestHandler, 'handle'>, { port = 0, host = '127.0.0.1' }: ListenOptions): Promise<HttpFace> {
  const server = createServer((incoming, outgoing) => {
    answer(handler, incoming, outgoing).catch((error: unknown) => outgoing.destroy(error instanceof Error ? error : new Error(String(error))));
  });
  // A watch may be silent for as long as it likes.
  server.requestTimeout = 0;
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  const hostName = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return { url: `http://${hostName}:${address.port}`, close: () => closeServer(server) };
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
