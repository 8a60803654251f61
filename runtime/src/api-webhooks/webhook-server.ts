import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type Log, silentLog } from '../kube/log.ts';
import type { ServerIdentity } from '../kube/self-signed-certificate.ts';
import { answerConversion, type Convert } from './conversion-review.ts';
import { answerValidation, type FaultsOf } from './validation-review.ts';

export interface WebhookServerOptions {
  /** 0: any free port. */
  readonly port: number;
  /** Default: all addresses, since the API server asks from outside the Pod. */
  readonly host?: string;
  readonly identity: ServerIdentity;
  readonly convert: Convert;
  readonly faultsOf: FaultsOf;
  readonly log?: Log;
}

export interface WebhookServer {
  readonly port: number;
  /** From now on new connections are shown this one. */
  show(identity: ServerIdentity): void;
  /** Answers what it was asked, then ends. */
  close(): Promise<void>;
}

/** The path that definitions name, as in the reference. */
export const CONVERSION_PATH = '/convert';
/** The path that the configuration of an install names. */
export const VALIDATION_PATH = '/validate';

/** What the API server sends of a list is as long as the list. A larger one is refused, and `kubectl get --chunk-size` asks for less at a time. */
const MOST_BODY_BYTES = 32 * 1024 * 1024;
/** The API server waits half a minute for an answer. */
const REQUEST_TIMEOUT_MS = 30_000;

/**
 * Answers what the API server asks about our kinds.
 *
 * **Guarantee** An answer follows from the question alone, so every replica may give it, whoever leads. A body is read up to a bound, and
 * never logged.
 *
 * **Errors** Rejects when the port is taken.
 */
export async function startWebhookServer({ port, host, identity, convert, faultsOf, log = silentLog }: WebhookServerOptions): Promise<WebhookServer> {
  const answers: Answers = { [CONVERSION_PATH]: (review) => answerConversion(review, convert), [VALIDATION_PATH]: (review) => answerValidation(review, faultsOf) };
  const pending = new Set<Promise<void>>();
  const server = createServer({ ...identity, minVersion: 'TLSv1.2' }, (request, response) => {
    const answered = answer(request, answers).then(
      ({ status, body }) => send(response, status, body),
      (err: unknown) => {
        log.warn({ err }, 'a webhook request could not be read');
        response.destroy();
      },
    ).finally(() => pending.delete(answered));
    pending.add(answered);
  });
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    show: (shown) => server.setSecureContext({ ...shown, minVersion: 'TLSv1.2' }),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await Promise.all(pending);
      // An API server keeps connections that it has not used yet, and Node does not call those idle.
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Answer {
  readonly status: number;
  readonly body: object | string;
}

/** By path: from the review to the same with an answer in it. A TypeError is what the caller did wrong. */
type Answers = Readonly<Record<string, (review: unknown) => object>>;

async function answer(request: IncomingMessage, answers: Answers): Promise<Answer> {
  const path = request.url?.split('?', 1)[0] ?? '';
  if (!Object.hasOwn(answers, path)) return { status: 404, body: `there is ${Object.keys(answers).join(', ')}\n` };
  if (request.method !== 'POST') return { status: 405, body: 'only POST is answered\n' };
  const text = await bodyOf(request);
  if (text === undefined) return { status: 413, body: `a review has at most ${MOST_BODY_BYTES} bytes; ask for fewer objects at a time\n` };
  try {
    return { status: 200, body: answers[path]!(JSON.parse(text)) };
  } catch (error) {
    // What JSON.parse says quotes the body.
    return { status: 400, body: error instanceof TypeError ? `${error.message}\n` : 'the body is not JSON\n' };
  }
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** Resolves when the answer is out, or nobody is there to take it. */
async function send(response: ServerResponse, status: number, body: object | string): Promise<void> {
  const isText = typeof body === 'string';
  response.writeHead(status, { 'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json', ...(status === 413 ? { connection: 'close' } : {}) });
  await new Promise<void>((resolve) => {
    response.on('close', resolve);
    response.end(isText ? body : JSON.stringify(body));
  });
}
