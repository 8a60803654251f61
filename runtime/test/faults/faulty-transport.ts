import type { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import { sleep } from '../../src/kube/clock.ts';
import type { KubeRequest, KubeResponse, KubeStream, Transport } from '../../src/kube/transport.ts';
import type { Faults, MomentFault, OpeningFault } from './faults.ts';
import type { ProcessClock } from './process-clock.ts';
import { aborted, never } from './silence.ts';

/** What one process asked of the server, faults and all. */
export interface Traffic {
  /** Writes that reached the server, events and leases left out: `METHOD path`. */
  readonly writes: string[];
  /** Reads that reached it, leases left out: `GET path`. */
  readonly reads: string[];
  readonly streams: string[];
}

export interface FaultyTransportOptions {
  readonly network: VirtualClock;
  readonly process: ProcessClock;
  readonly faults: Faults;
  readonly traffic: Traffic;
  /** Until when everybody is refused, on the clock of the network. */
  readonly storm: { untilMs: number };
  /** The process dies, now. */
  readonly die: () => void;
  /** A write is about to be carried out. */
  readonly onWrite: (request: KubeRequest) => Promise<void>;
  /** Something happens to the process, or to the cluster, while a write is under way: it was carried out, and nobody heard of it. */
  readonly meanwhile: (fault: MomentFault) => Promise<void>;
}

/** How long a transport waits for an answer before it gives up, in milliseconds. */
const PATIENCE_MS = 60_000;
/** How long a write may be under way: less than what a lease leaves between the last write of a leader and the first of the next. */
const LONGEST_WAY_MS = 4_000;

/** The way between one process and the server, on which the faults of the model happen. */
export class FaultyTransport implements Transport {
  readonly #inner: Transport;
  readonly #options: FaultyTransportOptions;
  readonly #ended = new AbortController();
  readonly #oldLists = new Map<string, { body: Buffer; resourceVersion: string }>();
  readonly #hasNoWatchList: boolean;

  constructor(inner: Transport, options: FaultyTransportOptions) {
    this.#inner = inner;
    this.#options = options;
    this.#hasNoWatchList = options.faults.happens('no watch-list', 0.5);
  }

  /** The process is gone: nothing it asked is answered any more, and what it asks now reaches nobody. */
  end(): void {
    this.#ended.abort(new Error('the process has died'));
  }

  async request(request: KubeRequest): Promise<KubeResponse> {
    if (this.#ended.signal.aborted) return never();
    request.signal?.throwIfAborted();
    const answer = await this.#settled(this.#ask(request));
    request.signal?.throwIfAborted();
    return answer;
  }

  async stream(request: KubeRequest): Promise<KubeStream> {
    if (this.#ended.signal.aborted) return never();
    request.signal?.throwIfAborted();
    return this.#settled(this.#open(request));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** What comes back is heard when the process runs, and by nobody when it has died. */
  async #settled<T>(answer: Promise<T>): Promise<T> {
    const heard = await answer.then((value) => () => value, (error: unknown) => () => { throw error; });
    await this.#options.process.running();
    if (this.#ended.signal.aborted) return never();
    return heard();
  }

  async #ask(request: KubeRequest): Promise<KubeResponse> {
    const { faults, network, storm, die, meanwhile } = this.#options;
    if (network.elapsed() < storm.untilMs && faults.random() < 0.8) return this.#refusal();
    const page = new URLSearchParams(request.path.split('?', 2)[1]);
    if (page.has('continue') && faults.happens('expired page', 0.5)) return status(410, 'Expired');
    const fault = faults.ofRequest(request.method === 'GET' ? 'read' : /\/leases/.test(request.path) ? 'lease' : 'write');
    const moment = faults.meanwhile();
    switch (fault) {
      case 'death before':
        die();
        return never();
      case 'lost request':
        throw new Error('socket hang up');
      case 'refused':
        return this.#refusal();
      case 'unavailable':
        if (faults.random() < 0.5) await this.#carryOut(request);
        return status([500, 502, 503][faults.between(0, 3)]!);
      case 'timeout':
        if (faults.random() < 0.5) await this.#carryOut(request);
        return status(504, 'Timeout');
      case 'slow request':
        await this.#wait(faults.between(10, LONGEST_WAY_MS), request.signal);
        break;
    }
    const answer = await this.#carryOut(page.has('limit') ? { ...request, path: shortPage(request.path, page) } : request);
    if (moment) await meanwhile(moment);
    switch (fault) {
      case 'death after':
        die();
        return never();
      case 'lost answer':
        throw new Error('read ECONNRESET');
      case 'silent request':
        await this.#wait(PATIENCE_MS, request.signal);
        throw new Error(`no answer within ${PATIENCE_MS} ms`);
      case 'slow answer':
        await this.#wait(faults.between(10, 20_000), request.signal);
    }
    return answer;
  }

  async #carryOut(request: KubeRequest): Promise<KubeResponse> {
    const { traffic, onWrite } = this.#options;
    const said = `${request.method} ${request.path.split('?', 1)[0]!.replace(/^\/apis?\//, '')}`;
    // The pages of a list are one read: they are short because of us.
    if (!/\/(events|leases)/.test(said) && !/[?&]continue=/.test(request.path)) traffic[request.method === 'GET' ? 'reads' : 'writes'].push(said);
    if (request.method !== 'GET') await onWrite(request);
    // Once it is on the way, whoever sent it cannot take it back.
    const { signal: _signal, ...sent } = request;
    return this.#inner.request(sent);
  }

  #refusal(): KubeResponse {
    const { faults } = this.#options;
    return faults.random() < 0.5 ? status(429, 'TooManyRequests', faults.between(1, 5)) : status(503, 'ServiceUnavailable', faults.between(1, 40));
  }

  async #open(request: KubeRequest): Promise<KubeStream> {
    const { faults, network, storm, traffic } = this.#options;
    traffic.streams.push(request.path);
    const query = new URLSearchParams(request.path.split('?', 2)[1]);
    if (!query.has('watch')) return this.#log(request);
    if (network.elapsed() < storm.untilMs && faults.random() < 0.8) return streamOf(this.#refusal());
    if (this.#hasNoWatchList && query.has('sendInitialEvents')) return streamOf(status(422, 'Invalid'));
    const failed = await this.#failedOpening(faults.ofOpening(), request);
    if (failed) return failed;

    const selection = selectionOf(request.path, query);
    const old = this.#oldLists.get(selection);
    const isRelist = query.has('sendInitialEvents') && query.get('resourceVersion');
    if (old) this.#oldLists.delete(selection);
    const way = new AbortController();
    const signal = AbortSignal.any([way.signal, this.#ended.signal, ...(request.signal ? [request.signal] : [])]);
    if (!old || !isRelist) {
      const { body, ...head } = await this.#inner.stream({ ...request, signal });
      return { ...head, body: head.status < 400 ? this.#disturbed(body, selection, signal, way) : body };
    }
    faults.count('old list');
    const { body } = await this.#inner.stream({ ...request, path: watchFrom(request.path, query, old.resourceVersion), signal });
    return { status: 200, headers: {}, body: this.#disturbed(prefixed(old.body, body), selection, signal, way) };
  }

  /** A log: it can break like any other answer. */
  async #log(request: KubeRequest): Promise<KubeStream> {
    return (await this.#failedOpening(this.#options.faults.ofOpening(), request)) ?? this.#inner.stream(request);
  }

  async #failedOpening(fault: OpeningFault | undefined, request: KubeRequest): Promise<KubeStream | undefined> {
    const { faults } = this.#options;
    switch (fault) {
      case 'lost request':
        throw new Error('socket hang up');
      case 'refused':
        return streamOf(this.#refusal());
      case 'unavailable':
        return streamOf(status([500, 502, 503, 504][faults.between(0, 4)]!));
      case 'expired answer':
        return streamOf(status(410, 'Expired'));
      case 'slow answer':
        await this.#wait(faults.between(10, 20_000), request.signal);
    }
    return undefined;
  }

  async *#disturbed(body: AsyncIterable<Buffer>, selection: string, signal: AbortSignal, way: AbortController): AsyncGenerator<Buffer> {
    const { faults, process } = this.#options;
    try {
      for await (const chunk of body) {
        const fault = faults.ofChunk();
        if (fault === 'frozen' || fault === 'expired event') {
          const old = faults.random() < 0.5 && faults.enabled.has('old list') ? await this.#listNow(selection) : undefined;
          await this.#wait(faults.between(100, 120_000), signal);
          if (fault === 'expired event') {
            if (old) this.#oldLists.set(selection, old);
            yield Buffer.from(`${JSON.stringify({ type: 'ERROR', object: JSON.parse(status(410, 'Expired').body.toString()) })}\n`);
            return;
          }
        }
        if (fault === 'half-open') await aborted(signal);
        if (fault === 'garbage') yield this.#garbage();
        if (fault === 'cut') {
          yield chunk.subarray(0, faults.between(0, chunk.length));
          throw new Error('terminated');
        }
        await process.running();
        signal.throwIfAborted();
        yield chunk;
      }
    } finally {
      way.abort();
    }
  }

  #garbage(): Buffer {
    const { faults } = this.#options;
    return Buffer.from(['<html>Bad Gateway</html>\n', 'null\n', '{}\n', '{"type":"ADDED"}\n', '{"type":"MODIFIED","object":{}}\n', '{"type":"ERROR","object":{"kind":"Status","code":500}}\n', '\n\n'][faults.between(0, 7)]!);
  }

  /** Everything of a selection, as a watch begins with it. */
  async #listNow(selection: string): Promise<{ body: Buffer; resourceVersion: string }> {
    const stop = new AbortController();
    const path = `${selection}&watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan`;
    const { body } = await this.#inner.stream({ method: 'GET', path, signal: stop.signal });
    let text = '';
    for await (const chunk of body) {
      text += chunk.toString();
      if (text.includes('initial-events-end')) break;
    }
    stop.abort();
    const last = JSON.parse(text.trimEnd().split('\n').at(-1)!) as { object: { metadata: { resourceVersion: string } } };
    return { body: Buffer.from(text), resourceVersion: last.object.metadata.resourceVersion };
  }

  #wait(ms: number, signal?: AbortSignal): Promise<void> {
    return sleep(this.#options.network, ms, signal ? AbortSignal.any([signal, this.#ended.signal]) : this.#ended.signal);
  }
}

function status(code: number, reason?: string, retryAfterSeconds?: number): KubeResponse {
  const body = reason === undefined ? '<html>Bad Gateway</html>' : JSON.stringify({ apiVersion: 'v1', kind: 'Status', status: 'Failure', code, reason, message: 'injected' });
  return { status: code, headers: retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }, body: Buffer.from(body) };
}

function streamOf({ body, ...head }: KubeResponse): KubeStream {
  return { ...head, body: (async function* () { yield body; })() };
}

async function* prefixed(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

/** The path with what chooses objects, and nothing else: what a watch and the list before it have in common. */
function selectionOf(path: string, query: URLSearchParams): string {
  const kept = new URLSearchParams();
  for (const name of ['labelSelector', 'fieldSelector']) if (query.has(name)) kept.set(name, query.get(name)!);
  return `${path.split('?', 1)[0]}?${kept}`;
}

/** A server may give less than it was asked for: here one object at a time, so that there is a middle to a list. */
function shortPage(path: string, query: URLSearchParams): string {
  const short = new URLSearchParams(query);
  short.set('limit', '1');
  return `${path.split('?', 1)[0]}?${short}`;
}

function watchFrom(path: string, query: URLSearchParams, resourceVersion: string): string {
  return `${selectionOf(path, query)}&watch=true&allowWatchBookmarks=true&resourceVersion=${resourceVersion}`;
}
