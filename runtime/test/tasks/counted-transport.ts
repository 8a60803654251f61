import type { KubeRequest, KubeResponse, KubeStream, Transport } from '../../src/kube/transport.ts';

/** When the process dies: before its n-th write reaches the server, or after it did and before it hears the answer. */
export interface Crash {
  readonly atWrite: number;
  readonly when: 'before' | 'after';
}

/**
 * What an operator asks of the server, noted down, and cut off at a chosen write as if the process had died there: nothing
 * it asks later reaches the server, and nothing it was told.
 */
export class CountedTransport implements Transport {
  /** `METHOD path`, without queries; streams and events are not counted. */
  readonly requests: string[] = [];
  /** `reason: note`. */
  readonly events = new Set<string>();
  readonly #transport: Transport;
  readonly #crash: Crash | undefined;
  #writes = 0;
  crashed = false;

  constructor(transport: Transport, crash?: Crash) {
    this.#transport = transport;
    this.#crash = crash;
  }

  async request(request: KubeRequest): Promise<KubeResponse> {
    this.#requireAlive();
    if (request.path.includes('/events')) {
      const { reason, note } = JSON.parse(String(request.body));
      this.events.add(`${reason}: ${note}`);
      return this.#transport.request(request);
    }
    this.requests.push(`${request.method} ${request.path.split('?', 1)[0]!.replace(/^\/apis?\//, '')}`);
    if (request.method !== 'GET') this.#writes += 1;
    const dies = request.method !== 'GET' && this.#writes === this.#crash?.atWrite;
    if (dies && this.#crash!.when === 'before') this.#die();
    this.#requireAlive();
    const response = await this.#transport.request(request);
    if (dies) this.#die();
    this.#requireAlive();
    return response;
  }

  async stream(request: KubeRequest): Promise<KubeStream> {
    this.#requireAlive();
    return this.#transport.stream(request);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #die(): void {
    this.crashed = true;
  }

  #requireAlive(): void {
    if (this.crashed) throw new Error('the process has died');
  }
}
