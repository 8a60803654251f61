import type { KubeRequest, KubeResponse, KubeStream, Transport } from '../kube/transport.ts';
import type { ApiRequest, ApiResponse, RequestHandler } from './request-handler.ts';

/** The server without a socket: the same bytes as over HTTP, and the same handler. */
export class InProcessTransport implements Transport {
  readonly #handler: Pick<RequestHandler, 'handle'>;
  #open = new Set<AbortController>();

  constructor(handler: Pick<RequestHandler, 'handle'>) {
    this.#handler = handler;
  }

  async request(request: KubeRequest): Promise<KubeResponse> {
    const { status, headers, body } = await this.stream(request);
    const chunks: Buffer[] = [];
    for await (const chunk of body) chunks.push(chunk);
    return { status, headers, body: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks) };
  }

  async stream(request: KubeRequest): Promise<KubeStream> {
    request.signal?.throwIfAborted();
    const controller = new AbortController();
    const signal = request.signal === undefined ? controller.signal : AbortSignal.any([request.signal, controller.signal]);
    const { status, headers, body } = await this.#handler.handle(toApiRequest(request, signal));
    return { status, headers, body: typeof body === 'string' ? once(body) : this.#abortable(body, signal, controller) };
  }

  async close(): Promise<void> {
    for (const controller of this.#open) controller.abort(new Error('the embedded server is closed'));
  }

  async* #abortable(body: Exclude<ApiResponse['body'], string>, signal: AbortSignal, controller: AbortController): AsyncGenerator<Buffer> {
    this.#open.add(controller);
    try {
      for await (const chunk of body) {
        signal.throwIfAborted();
        yield chunk;
      }
      signal.throwIfAborted();
    } finally {
      this.#open.delete(controller);
      controller.abort();
    }
  }
}

async function* once(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}

function toApiRequest({ method, path, headers = {}, body }: KubeRequest, signal: AbortSignal): ApiRequest {
  const question = path.indexOf('?');
  return {
    method,
    path: question === -1 ? path : path.slice(0, question),
    query: new URLSearchParams(question === -1 ? '' : path.slice(question + 1)),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    body: body === undefined ? Buffer.alloc(0) : Buffer.from(body),
    signal,
  };
}
