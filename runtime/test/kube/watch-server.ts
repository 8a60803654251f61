import { keyOf, type KubeObject } from '../../src/kube/object.ts';
import type { KubeRequest, KubeResponse, KubeStream, Transport } from '../../src/kube/transport.ts';

type Line = { readonly type: string; readonly object: object };

/** One collection behind a transport, that lists and watches as an API server does and misbehaves as a test says. */
export class WatchServer implements Transport {
  readonly objects = new Map<string, KubeObject>();
  readonly requests: string[] = [];
  /** Old servers answer 422 to a streamed list. */
  streamsLists = true;
  /** Answers instead of the server, until it is empty. */
  readonly refusals: number[] = [];
  readonly #streams = new Set<Stream>();
  #history: { readonly version: number; readonly line: Line }[] = [];
  #version = 100;
  #compactedAt = 100;
  #isPaused = false;

  get openStreams(): number {
    return this.#streams.size;
  }

  get version(): string {
    return String(this.#version);
  }

  put(name: string, fields: object = {}, uid?: string): KubeObject {
    const key = `dev/${name}`;
    const known = this.objects.get(key);
    const metadata = { namespace: 'dev', name, uid: uid ?? known?.metadata.uid ?? `${name}-${this.#version + 1}`, resourceVersion: this.#next(), managedFields: [] };
    const object = { ...fields, metadata };
    this.objects.set(key, object);
    this.#tell({ type: known === undefined ? 'ADDED' : 'MODIFIED', object });
    return object;
  }

  remove(name: string): void {
    const object = this.objects.get(`dev/${name}`);
    if (object === undefined) return;
    this.objects.delete(keyOf(object));
    this.#tell({ type: 'DELETED', object: { ...object, metadata: { ...object.metadata, resourceVersion: this.#next() } } });
  }

  bookmark(): void {
    if (!this.#isPaused) this.sendRaw(`${JSON.stringify(bookmark(this.#version))}\n`);
  }

  sendRaw(text: string): this {
    for (const stream of this.#streams) stream.push(Buffer.from(text));
    return this;
  }

  /** The next request is answered with this code. */
  refuse(code: number): this {
    this.refusals.push(code);
    return this;
  }

  /** Tells the last change once more. */
  repeat(): void {
    const last = this.#history.at(-1);
    if (last !== undefined && !this.#isPaused) this.sendRaw(`${JSON.stringify(last.line)}\n`);
  }

  /** Changes go on, but nobody hears of them until the connection is made anew. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    if (this.#isPaused) this.cut();
    this.#isPaused = false;
  }

  /** Forgets all history: who asks from before now is told 410. */
  compact(): this {
    this.#history = [];
    this.#compactedAt = this.#version;
    return this;
  }

  cut(): void {
    for (const stream of this.#streams) stream.fail(new Error('ECONNRESET'));
  }

  end(): void {
    for (const stream of this.#streams) stream.end();
  }

  async request({ path }: KubeRequest): Promise<KubeResponse> {
    this.requests.push(path);
    const refusal = this.refusals.shift();
    if (refusal !== undefined) return failure(refusal);
    const query = new URL(path, 'http://server').searchParams;
    const all = [...this.objects.values()];
    const offset = Number(query.get('continue') ?? 0);
    const limit = Number(query.get('limit') ?? all.length);
    const rest = offset + limit < all.length ? String(offset + limit) : undefined;
    return answer(200, { metadata: { resourceVersion: this.version, continue: rest }, items: all.slice(offset, offset + limit) });
  }

  async stream({ path, signal }: KubeRequest): Promise<KubeStream> {
    this.requests.push(path);
    signal?.throwIfAborted();
    const refusal = this.refusals.shift();
    if (refusal !== undefined) return streamed(failure(refusal));
    const query = new URL(path, 'http://server').searchParams;
    const isList = query.get('sendInitialEvents') === 'true';
    if (isList && !this.streamsLists) return streamed(failure(422));
    const stream = new Stream(() => this.#streams.delete(stream));
    this.#streams.add(stream);
    signal?.addEventListener('abort', () => stream.fail(signal.reason), { once: true });
    const lines = isList ? this.#everything() : this.#since(Number(query.get('resourceVersion')));
    if (lines.length > 0) stream.push(Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join('')));
    return { status: 200, headers: {}, body: stream };
  }

  async close(): Promise<void> {
    this.cut();
  }

  #everything(): Line[] {
    const end = { type: 'BOOKMARK', object: { metadata: { resourceVersion: this.version, annotations: { 'k8s.io/initial-events-end': 'true' } } } };
    return [...[...this.objects.values()].map((object) => ({ type: 'ADDED', object })), end];
  }

  #since(version: number): Line[] {
    if (version < this.#compactedAt) return [{ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' } }];
    return this.#history.filter((change) => change.version > version).map(({ line }) => line);
  }

  #tell(line: Line): void {
    this.#history.push({ version: this.#version, line });
    if (!this.#isPaused) this.sendRaw(`${JSON.stringify(line)}\n`);
  }

  #next(): string {
    this.#version += 1;
    return this.version;
  }
}

/** A body that chunks are pushed into. */
class Stream implements AsyncIterable<Buffer> {
  readonly #chunks: Buffer[] = [];
  readonly #onClose: () => void;
  #ending: { readonly error?: unknown } | undefined;
  #wake = () => {};

  constructor(onClose: () => void) {
    this.#onClose = onClose;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#wake();
  }

  end(): void {
    this.#ending ??= {};
    this.#onClose();
    this.#wake();
  }

  fail(error: unknown): void {
    this.#ending ??= { error };
    this.#onClose();
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Buffer> {
    try {
      for (;;) {
        for (let chunk = this.#chunks.shift(); chunk !== undefined; chunk = this.#chunks.shift()) yield chunk;
        if (this.#ending !== undefined && 'error' in this.#ending) throw this.#ending.error;
        if (this.#ending !== undefined) return;
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      this.#onClose();
    }
  }
}

function bookmark(version: number): Line {
  return { type: 'BOOKMARK', object: { metadata: { resourceVersion: String(version) } } };
}

function answer(status: number, body: object): KubeResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(body)) };
}

function failure(code: number): KubeResponse {
  return answer(code, { kind: 'Status', code, message: 'refused' });
}

function streamed({ body, ...rest }: KubeResponse): KubeStream {
  return { ...rest, body: (async function* () { yield body; })() };
}
