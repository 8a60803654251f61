import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KubeClient } from '../../src/kube/client.ts';
import { HttpTransport } from '../../src/kube/http-transport.ts';
import { Informer } from '../../src/kube/informer.ts';
import { ManualClock } from './manual-clock.ts';
import { failure, type Handler, json, ScriptedServer, until } from './scripted-server.ts';

// What goes wrong between an informer and a server through real sockets. Each of these has broken a published client.

const pods = { group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true };

let server: ScriptedServer;
let transport: HttpTransport;
let clock: ManualClock;
let client: KubeClient;
let informer: Informer;
let stop: AbortController;
let told: string[];
let errors: string[];

beforeEach(async () => {
  server = await ScriptedServer.start(watchOf());
  transport = new HttpTransport({ server: server.url, namespace: 'default' });
  clock = new ManualClock();
  client = new KubeClient(transport, { userAgent: 'taskwright/test', clock });
  told = [];
  errors = [];
  stop = new AbortController();
  informer = new Informer(client, { resource: pods, clock, onError: (error) => errors.push(String(error)) });
  informer.onChange(({ type, object }) => told.push(`${type} ${object.metadata.name}`));
});

afterEach(async () => {
  stop.abort(new Error('the test is over'));
  await transport.close();
  await server.stop();
});

const start = () => void informer.start(stop.signal).catch(() => {});
const pod = (name: string, resourceVersion: string) => ({ metadata: { namespace: 'dev', name, uid: name, resourceVersion } });
const line = (type: string, object: object) => `${JSON.stringify({ type, object })}\n`;
const everything = (resourceVersion: string) => line('BOOKMARK', { metadata: { resourceVersion, annotations: { 'k8s.io/initial-events-end': 'true' } } });

/** Answers a watch with these lines and leaves it open. */
function watchOf(...lines: string[]): Handler {
  return (_, response) => {
    response.writeHead(200).flushHeaders();
    if (lines.length > 0) response.write(lines.join(''));
  };
}

function reset(_: unknown, response: ServerResponse): void {
  (response.socket as { resetAndDestroy(): void } | null)?.resetAndDestroy();
}

test('an initial list asks for bookmarks, a limited time, and everything as a stream', async () => {
  start();
  await until(() => server.requests.length === 1);
  const query = Object.fromEntries(server.requests[0]!.query);
  expect(query).toMatchObject({ watch: 'true', allowWatchBookmarks: 'true', sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' });
  expect(Number(query.timeoutSeconds)).toBeGreaterThanOrEqual(300);
  expect(Number(query.timeoutSeconds)).toBeLessThanOrEqual(600);
});

test.each<{ it: string; fault: Handler }>([
  { it: 'a reset', fault: reset },
  { it: 'a single 503', fault: (_, response) => failure(response, 503, 'ServiceUnavailable') },
  { it: 'a 502 of a proxy', fault: (_, response) => response.writeHead(502, { 'content-type': 'text/html' }).end('<html>') },
])('$it does not end the informer, and its place is kept', async ({ fault }) => {
  server.script(watchOf(line('ADDED', pod('a', '5')), everything('7')), fault, watchOf(line('ADDED', pod('b', '8'))));
  start();
  await informer.synced;
  server.reset();
  // Asked again at once, for what broke off had worked.
  await until(() => errors.length === 2, 'the reset and the fault are seen');
  await clock.advance(4_000);
  await until(() => told.length === 2, 'the watch goes on');
  expect(told).toEqual(['added a', 'added b']);
  expect(server.requests.slice(1).map(({ query }) => [query.get('resourceVersion'), query.get('sendInitialEvents')])).toEqual([['7', null], ['7', null]]);
});

test('a bookmark moves the place, so that a quiet kind does not expire', async () => {
  server.script(watchOf(everything('7'), line('BOOKMARK', { metadata: { resourceVersion: '4000' } })));
  start();
  await until(() => informer.resourceVersion === '4000', 'the bookmark is seen');
  server.reset();
  await until(() => server.requests.length === 2);
  expect(server.requests[1]!.query.get('resourceVersion')).toBe('4000');
});

test('a watch may be silent for longer than a minute, and is taken for dead after three', async () => {
  server.script(watchOf(everything('7')), watchOf());
  start();
  await informer.synced;
  await clock.advance(179_000);
  expect([server.openSockets, errors]).toEqual([1, []]);
  await clock.advance(1_000);
  await until(() => errors.length === 1, 'the silence is noticed');
  expect(errors[0]).toContain('no byte for 180 s');
  await until(() => server.requests.length === 2 && server.openSockets === 1, 'the dead connection is closed, and another one is open');
});

test('a watch that carries a bookmark a minute lives for ever', async () => {
  let live: ServerResponse | undefined;
  server.script((request, response) => {
    watchOf(everything('7'))(request, response);
    live = response;
  });
  start();
  await informer.synced;
  for (let minute = 1; minute <= 10; minute += 1) {
    await clock.advance(60_000);
    live!.write(line('BOOKMARK', { metadata: { resourceVersion: String(100 + minute) } }));
    await until(() => informer.resourceVersion === String(100 + minute), 'the bookmark is seen');
  }
  expect([server.requests.length, errors]).toEqual([1, []]);
});

test('a proxy that holds back the headers does not hang the informer for ever', async () => {
  server.script(() => {});
  start();
  await until(() => server.requests.length === 1);
  await clock.advance(180_000);
  await until(() => errors.length === 1, 'the silence is noticed');
  await clock.advance(2_000);
  await until(() => server.requests.length === 2, 'it is asked again');
});

test('a line separator of Unicode inside an object loses nothing', async () => {
  server.script(watchOf(line('ADDED', { ...pod('a', '5'), spec: { text: 'one\u2028two\u2029three' } }), everything('7')));
  start();
  await informer.synced;
  expect(informer.get('dev/a')).toMatchObject({ spec: { text: 'one\u2028two\u2029three' } });
});

test('an object that is cut anywhere on the wire arrives whole', async () => {
  const bytes = Buffer.from(line('ADDED', { ...pod('a', '5'), spec: { text: 'grüße 🚀' } }) + everything('7'));
  server.script((_, response) => {
    response.writeHead(200);
    const send = (at: number): void => {
      if (at < bytes.length) response.write(bytes.subarray(at, at + 1), () => setImmediate(send, at + 1));
    };
    send(0);
  });
  start();
  await informer.synced;
  expect(informer.get('dev/a')).toMatchObject({ spec: { text: 'grüße 🚀' } });
});

test('stopping during the initial list stops for good', async () => {
  server.script((_, response) => {
    response.writeHead(200).write(line('ADDED', pod('a', '5')));
    stop.abort(new Error('stop'));
  });
  start();
  await until(() => stop.signal.aborted && server.openSockets === 0, 'the connection is closed');
  await clock.advance(600_000);
  expect([server.requests.length, told]).toEqual([1, []]);
});

test('a place that is too old, said in a 200, is listed again', async () => {
  server.script(
    watchOf(line('ADDED', pod('a', '5')), everything('7')),
    watchOf(line('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version: 7 (900)' })),
    watchOf(line('ADDED', pod('b', '901')), everything('905')),
  );
  start();
  await informer.synced;
  server.reset();
  await until(() => errors.length === 1);
  await clock.advance(2_000);
  await until(() => told.length === 3, 'the list is told');
  expect(told).toEqual(['added a', 'added b', 'deleted a']);
});

test('a server that refuses streamed lists is paged', async () => {
  server.script(
    (_, response) => failure(response, 422, 'Invalid'),
    (_, response) => json(response, { metadata: { resourceVersion: '7', continue: 'next' }, items: [pod('a', '5')] }),
    (_, response) => json(response, { metadata: { resourceVersion: '7' }, items: [pod('b', '6')] }),
  );
  start();
  await informer.synced;
  await until(() => server.requests.length === 4, 'the watch is opened');
  expect([told, server.requests[3]!.query.get('resourceVersion')]).toEqual([['added a', 'added b'], '7']);
});

test('an unreachable server is asked less and less, not in a hot loop', async () => {
  server.handler = reset;
  start();
  for (let second = 0; second < 120; second += 1) {
    const asked = server.requests.length;
    await clock.advance(1_000);
    await until(() => clock.pendingTimers > 0 && errors.length >= asked, 'the attempt has failed');
  }
  expect(server.requests.length).toBeGreaterThan(4);
  expect(server.requests.length).toBeLessThan(10);
});

test('a log that is silent for longer than any body timeout goes on', async () => {
  server.script((_, response) => void response.writeHead(200).write('thinking\n'));
  const chunks = client.logs({ namespace: 'dev', name: 'p', follow: true }, stop.signal)[Symbol.asyncIterator]();
  await chunks.next();
  await clock.advance(301_000);
  expect([server.openSockets, server.requests[0]!.query.get('pretty')]).toEqual([1, null]);
});
