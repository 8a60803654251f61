import type { KubeObject } from '../../src/kube/object.ts';
import type { KubeRequest, KubeResponse, KubeStream, Transport } from '../../src/kube/transport.ts';

/** Objects by path behind a transport, with optimistic concurrency and nothing else; it can be cut off and held up. */
export class ObjectStore implements Transport {
  readonly objects = new Map<string, KubeObject>();
  readonly requests: string[] = [];
  /** What every request waits for before it is served. */
  gate: (request: KubeRequest) => Promise<void> = async () => {};
  #version = 0;

  async request(request: KubeRequest): Promise<KubeResponse> {
    await this.gate(request);
    request.signal?.throwIfAborted();
    const { method } = request;
    const path = request.path.split('?', 1)[0]!;
    this.requests.push(`${method} ${path}`);
    const sent = request.body === undefined ? undefined : (JSON.parse(String(request.body)) as KubeObject);
    const key = method === 'POST' ? `${path}/${sent!.metadata.name}` : path;
    const known = this.objects.get(key);
    if (method === 'POST' && known !== undefined) return failure(409, 'AlreadyExists');
    if (method !== 'POST' && known === undefined) return failure(404, 'NotFound');
    if (method === 'GET') return answer(200, known!);
    if (method === 'PUT' && sent!.metadata.resourceVersion !== known!.metadata.resourceVersion) return failure(409, 'Conflict');
    this.#version += 1;
    const base = method === 'PATCH' ? { ...known, ...sent } : sent!;
    const stored = { ...base, metadata: { ...known?.metadata, ...base.metadata, resourceVersion: String(this.#version) } };
    this.objects.set(key, stored);
    return answer(200, stored);
  }

  /** It has none, unless a test gives it one. */
  stream: (request: KubeRequest) => Promise<KubeStream> = () => Promise.reject(new Error('this store has no streams'));

  async close(): Promise<void> {}
}

function answer(status: number, body: object): KubeResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(body)) };
}

function failure(code: number, reason: string): KubeResponse {
  return answer(code, { kind: 'Status', code, reason, message: 'no' });
}
