import type { KubeRequest, KubeResponse, KubeStream, Transport } from './transport.ts';

/**
 * A transport that sends no write unless `mayWrite` says so at that very moment.
 *
 * **Guarantee** Who lost the lease writes nothing more, even when its event loop stood still while it was lost: the question is asked
 * last, after every wait. Reads go through.
 *
 * **Errors** `Error` for a write that was not sent; nothing was changed.
 */
export function fence(transport: Transport, mayWrite: () => boolean): Transport {
  return new FencedTransport(transport, mayWrite);
}

class FencedTransport implements Transport {
  readonly #transport: Transport;
  readonly #mayWrite: () => boolean;

  constructor(transport: Transport, mayWrite: () => boolean) {
    this.#transport = transport;
    this.#mayWrite = mayWrite;
  }

  async request(request: KubeRequest): Promise<KubeResponse> {
    if (request.method !== 'GET' && !this.#mayWrite()) {
      throw new Error(`${request.method} ${request.path.split('?', 1)[0]}: not sent, because another process may lead by now`);
    }
    return this.#transport.request(request);
  }

  stream(request: KubeRequest): Promise<KubeStream> {
    return this.#transport.stream(request);
  }

  close(): Promise<void> {
    return this.#transport.close();
  }
}
