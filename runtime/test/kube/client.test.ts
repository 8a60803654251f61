import { afterEach, beforeEach, expect, test } from 'vitest';
import { isAlreadyExists, isConflict, isExpired, isNotFound } from '../../src/kube/api-error.ts';
import { KubeClient } from '../../src/kube/client.ts';
import type { KubeRequest, KubeResponse, KubeStream, Transport } from '../../src/kube/transport.ts';
import { ManualClock } from './manual-clock.ts';

const tasks = { group: 'kelos.dev', version: 'v1alpha2', kind: 'Task', plural: 'tasks', namespaced: true };
const fix = { namespace: 'dev', name: 'fix' };

/** Answers what it is told to and keeps what it was sent. */
class ScriptedTransport implements Transport {
  readonly sent: KubeRequest[] = [];
  answer: (request: KubeRequest) => Promise<KubeResponse> | KubeResponse = () => answered({});

  async request(request: KubeRequest): Promise<KubeResponse> {
    this.sent.push(request);
    return this.answer(request);
  }

  async stream(request: KubeRequest): Promise<KubeStream> {
    const { body, ...rest } = await this.request(request);
    return { ...rest, body: silentAfter([body], request.signal!) };
  }

  async close(): Promise<void> {}
}

let transport: ScriptedTransport;
let clock: ManualClock;
let client: KubeClient;

beforeEach(() => {
  transport = new ScriptedTransport();
  clock = new ManualClock();
  client = new KubeClient(transport, { userAgent: 'taskwright/test', clock, maxInFlight: 2 });
});

afterEach(() => expect(clock.pendingTimers).toBe(0));

test.each([
  { it: 'get', call: () => client.get(tasks, { ...fix, subresource: 'status' }), sent: ['GET', '/apis/kelos.dev/v1alpha2/namespaces/dev/tasks/fix/status', undefined, undefined] },
  { it: 'list', call: () => client.list(tasks, { labelSelector: 'a=b,c', limit: 5 }), sent: ['GET', '/apis/kelos.dev/v1alpha2/tasks?labelSelector=a%3Db%2Cc&limit=5', undefined, undefined] },
  { it: 'create', call: () => client.create(tasks, { metadata: fix }, { fieldManager: 'us', dryRun: true }), sent: ['POST', '/apis/kelos.dev/v1alpha2/namespaces/dev/tasks?fieldManager=us&dryRun=All', 'application/json', { apiVersion: 'kelos.dev/v1alpha2', kind: 'Task', metadata: fix }] },
  { it: 'replace', call: () => client.replace(tasks, { metadata: fix }, { subresource: 'status' }), sent: ['PUT', '/apis/kelos.dev/v1alpha2/namespaces/dev/tasks/fix/status', 'application/json', { apiVersion: 'kelos.dev/v1alpha2', kind: 'Task', metadata: fix }] },
  { it: 'patchJson', call: () => client.patchJson(tasks, fix, [{ op: 'remove', path: '/x' }]), sent: ['PATCH', '/apis/kelos.dev/v1alpha2/namespaces/dev/tasks/fix', 'application/json-patch+json', [{ op: 'remove', path: '/x' }]] },
  { it: 'patchMerge', call: () => client.patchMerge(tasks, fix, { x: null }), sent: ['PATCH', '/apis/kelos.dev/v1alpha2/namespaces/dev/tasks/fix', 'application/merge-patch+json', { x: null }] },
  { it: 'patchStrategic', call: () => client.patchStrategic(tasks, fix, {}), sent: ['PATCH', '/apis/kelos.dev/v1alpha2/namespaces/dev/tasks/fix', 'application/strategic-merge-patch+json', {}] },
  { it: 'apply', call: () => client.apply(tasks, { metadata: fix }, { fieldManager: 'us', force: true, subresource: 'status' }), sent: ['PATCH', '/apis/kelos.dev/v1alpha2/namespaces/dev/tasks/fix/status?fieldManager=us&force=true', 'application/apply-patch+yaml', { apiVersion: 'kelos.dev/v1alpha2', kind: 'Task', metadata: fix }] },
  { it: 'delete', call: () => client.delete(tasks, fix, { propagationPolicy: 'Background', preconditions: { uid: 'u' } }), sent: ['DELETE', '/apis/kelos.dev/v1alpha2/namespaces/dev/tasks/fix', 'application/json', { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background', preconditions: { uid: 'u' } }] },
])('$it sends its method, path and content type', async ({ call, sent }) => {
  await call();
  const { method, path, headers, body } = transport.sent[0]!;
  expect([method, path, headers!['content-type'], body && JSON.parse(body as string)]).toEqual(sent);
});

test('unknown fields and times arrive as they were sent', async () => {
  const object = { metadata: { creationTimestamp: '2026-01-01T00:00:00Z', added: 'in 2031' }, status: { renewTime: '2026-01-01T00:00:00.123456Z' } };
  transport.answer = () => answered(object);
  expect(await client.get(tasks, fix)).toEqual(object);
});

test.each([
  { code: 404, reason: 'NotFound', is: isNotFound },
  { code: 409, reason: 'AlreadyExists', is: isAlreadyExists },
  { code: 409, reason: 'Conflict', is: isConflict },
  { code: 410, reason: 'Expired', is: isExpired },
])('$code $reason becomes an ApiError that says where', async ({ code, reason, is }) => {
  transport.answer = () => answered({ kind: 'Status', message: 'no', reason, code }, code);
  const error = await client.get(tasks, fix).catch((thrown: unknown) => thrown);
  expect(is(error)).toBe(true);
  expect(String(error)).toBe(`ApiError: GET /apis/kelos.dev/v1alpha2/namespaces/dev/tasks/fix: no (${code} ${reason})`);
});

test('an error page of a proxy becomes an ApiError too', async () => {
  transport.answer = () => ({ status: 502, headers: { 'content-type': 'text/html' }, body: Buffer.from('<html>') });
  await expect(client.get(tasks, fix)).rejects.toMatchObject({ code: 502, reason: 'Unknown' });
});

test('429 is sent again when the server said, and not before', async () => {
  const answers = [answered({}, 429, { 'retry-after': '3' }), answered({ ok: true })];
  transport.answer = () => answers.shift()!;
  const call = client.create(tasks, { metadata: fix });
  await clock.advance(2_999);
  expect(transport.sent).toHaveLength(1);
  await clock.advance(1);
  expect(await call).toEqual({ ok: true });
});

test('a single 503 without Retry-After is the caller\'s, since a proxy may have forwarded the write', async () => {
  transport.answer = () => answered({}, 503);
  await expect(client.create(tasks, { metadata: fix })).rejects.toMatchObject({ code: 503, reason: 'ServiceUnavailable' });
  expect(transport.sent).toHaveLength(1);
});

test('a server that refuses for ever is asked six times', async () => {
  transport.answer = () => answered({}, 429);
  const call = client.get(tasks, fix).catch((thrown: unknown) => thrown);
  await clock.advance(60_000);
  expect(await call).toMatchObject({ code: 429 });
  expect(transport.sent).toHaveLength(6);
});

test('a wait for a retry ends with the signal', async () => {
  transport.answer = () => answered({}, 429, { 'retry-after': '20' });
  const stop = new AbortController();
  const call = client.get(tasks, fix, { signal: stop.signal }).catch((thrown: unknown) => thrown);
  await clock.advance(1);
  stop.abort(new Error('enough'));
  expect(await call).toEqual(new Error('enough'));
});

test('no more than maxInFlight requests are under way, and who waits can be aborted', async () => {
  const finish: (() => void)[] = [];
  transport.answer = () => new Promise((resolve) => finish.push(() => resolve(answered({}))));
  const stop = new AbortController();
  const calls = [client.get(tasks, fix), client.get(tasks, fix), client.get(tasks, fix, { signal: stop.signal }), client.get(tasks, fix)];
  calls[2]!.catch(() => {});
  await clock.advance(0);
  expect(transport.sent).toHaveLength(2);
  stop.abort(new Error('enough'));
  await expect(calls[2]).rejects.toThrow('enough');
  finish[0]!();
  await clock.advance(0);
  expect(transport.sent).toHaveLength(3);
  finish[1]!();
  finish[2]!();
  await Promise.all([calls[0], calls[1], calls[3]]);
});

test('a watch asks for bookmarks and passes every event on', async () => {
  const events = [{ type: 'ADDED', object: { metadata: { name: 'a\u2028b' } } }, { type: 'ERROR', object: { code: 410 } }];
  transport.answer = () => ({ status: 200, headers: {}, body: Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join('')) });
  const seen: unknown[] = [];
  for await (const event of client.watch(tasks, { namespace: 'dev', resourceVersion: '7', timeoutSeconds: 300 })) {
    seen.push(event);
    if (seen.length === events.length) break;
  }
  expect(seen).toEqual(events);
  expect(transport.sent[0]!.path).toBe('/apis/kelos.dev/v1alpha2/namespaces/dev/tasks?watch=true&allowWatchBookmarks=true&resourceVersion=7&timeoutSeconds=300');
});

test('a watch that is silent for three minutes is taken for dead', async () => {
  const events = client.watch(tasks, { resourceVersion: '7' })[Symbol.asyncIterator]();
  const next = events.next().catch((thrown: unknown) => thrown);
  transport.answer = () => ({ status: 200, headers: {}, body: Buffer.alloc(0) });
  await clock.advance(180_000);
  expect(String(await next)).toMatch(/no byte for 180 s/);
});

test('a followed log may be silent for hours', async () => {
  transport.answer = () => ({ status: 200, headers: {}, body: Buffer.from('x') });
  const stop = new AbortController();
  const chunks = client.logs({ ...fix, follow: true }, stop.signal)[Symbol.asyncIterator]();
  expect(String((await chunks.next()).value)).toBe('x');
  const next = chunks.next().catch((thrown: unknown) => thrown);
  await clock.advance(3_600_000);
  stop.abort(new Error('enough'));
  expect(await next).toEqual(new Error('enough'));
});

function answered(body: object, status = 200, headers: Record<string, string> = {}): KubeResponse {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: Buffer.from(JSON.stringify(body)) };
}

async function* silentAfter(chunks: Buffer[], signal: AbortSignal): AsyncIterable<Buffer> {
  yield* chunks.filter((chunk) => chunk.length > 0);
  await new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
