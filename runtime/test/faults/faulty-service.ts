import type { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import { sleep } from '../../src/kube/clock.ts';
import { secondaryLimit } from '../../src/testing/github-server.ts';
import type { Faults } from './faults.ts';
import type { ProcessClock } from './process-clock.ts';
import { aborted, never } from './silence.ts';

export interface FaultyServiceOptions {
  readonly network: VirtualClock;
  readonly process: ProcessClock;
  readonly faults: Faults;
  /** Until when the service is away for everybody, on the clock of the network. */
  readonly outage: { untilMs: number };
  /** The process dies, now. */
  readonly die: () => void;
}

/** The way between one process and the services outside, on which the faults of the model happen. Nobody's patience ends it: whoever asks gives up by its signal. */
export class FaultyService {
  readonly #inner: typeof globalThis.fetch;
  readonly #options: FaultyServiceOptions;
  readonly #ended = new AbortController();

  constructor(inner: typeof globalThis.fetch, options: FaultyServiceOptions) {
    this.#inner = inner;
    this.#options = options;
  }

  /** The process is gone: nothing it asked is answered any more, and what it asks now reaches nobody. */
  end(): void {
    this.#ended.abort(new Error('the process has died'));
  }

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    if (this.#ended.signal.aborted) return never();
    const { signal } = new Request(input, init);
    signal.throwIfAborted();
    // Once it is on the way, whoever sent it cannot take it back.
    const request = new Request(input, { ...init, signal: null });
    const heard = await this.#ask(request, signal).then((answer) => () => answer, (error: unknown) => () => { throw error; });
    await this.#options.process.running();
    if (this.#ended.signal.aborted) return never();
    signal.throwIfAborted();
    return heard();
  };

  async #ask(request: Request, signal: AbortSignal): Promise<Response> {
    const { faults, network, outage, die } = this.#options;
    const fault = faults.ofService(request.method === 'GET' ? 'ask' : 'tell');
    if (fault === 'outage') outage.untilMs = network.elapsed() + faults.between(5_000, 150_000);
    if (network.elapsed() < outage.untilMs) return this.#away();
    switch (fault) {
      case 'death before':
        die();
        return never();
      case 'lost request':
        throw hungUp();
      case 'refused':
        return answered(429, { 'retry-after': String(faults.between(1, 90)) });
      case 'secondary limit':
        return secondaryLimit(faults.random() < 0.5 ? faults.between(1, 90) : undefined);
      case 'unavailable':
        if (faults.random() < 0.5) await this.#inner(request);
        return answered([500, 502, 503][faults.between(0, 3)]!);
    }
    const answer = await this.#inner(request);
    switch (fault) {
      case 'death after':
        die();
        return never();
      case 'lost answer':
        throw hungUp();
      case 'silent request':
        await aborted(AbortSignal.any([signal, this.#ended.signal]));
        break;
      case 'slow answer':
        await sleep(network, faults.between(10, 20_000), AbortSignal.any([signal, this.#ended.signal]));
        break;
      case 'cut answer':
        return cut(answer, faults.random());
    }
    return answer;
  }

  #away(): Response {
    const { faults } = this.#options;
    if (faults.random() < 0.3) throw hungUp();
    return answered([500, 502, 503, 504][faults.between(0, 4)]!);
  }
}

function hungUp(): TypeError {
  return new TypeError('fetch failed', { cause: Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }) });
}

function answered(status: number, headers: Record<string, string> = {}): Response {
  return new Response('<html>Unicorn!</html>', { status, headers: { 'content-type': 'text/html', ...headers } });
}

/** An answer whose connection breaks in the middle of its body. */
async function cut(answer: Response, share: number): Promise<Response> {
  const whole = new Uint8Array(await answer.arrayBuffer());
  if (whole.length === 0) throw hungUp();
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(whole.slice(0, Math.floor(share * whole.length)));
      controller.error(new TypeError('terminated', { cause: new Error('other side closed') }));
    },
  });
  return new Response(body, { status: answer.status, headers: answer.headers });
}
