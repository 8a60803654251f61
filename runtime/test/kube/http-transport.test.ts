import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KubeClient } from '../../src/kube/client.ts';
import { HttpTransport } from '../../src/kube/http-transport.ts';
import { failure, json, ScriptedServer, until } from './scripted-server.ts';

const pods = { group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true };
const aPod = { namespace: 'dev', name: 'p' };

let server: ScriptedServer;
let transport: HttpTransport;
let client: KubeClient;

beforeEach(async () => {
  server = await ScriptedServer.start();
  transport = new HttpTransport({ server: server.url, namespace: 'default', token: async () => 'secret' });
  client = new KubeClient(transport, { userAgent: 'taskwright/test' });
});

afterEach(async () => {
  await transport.close();
  await server.stop();
});

test('500 calls share the connections of one pool', async () => {
  await Promise.all(Array.from({ length: 500 }, () => client.get(pods, aPod)));
  expect(server.requests).toHaveLength(500);
  expect(server.sockets).toBeLessThanOrEqual(32);
});

test('every request carries the user agent and the token, watches and logs too', async () => {
  server.handler = (_, response) => response.end();
  for await (const _ of client.watch(pods, { resourceVersion: '1' })) expect.unreachable();
  for await (const _ of client.logs(aPod)) expect.unreachable();
  expect(server.requests.map(({ headers }) => [headers['user-agent'], headers.authorization])).toEqual([
    ['taskwright/test', 'Bearer secret'],
    ['taskwright/test', 'Bearer secret'],
  ]);
});

test('a stream has a connection of its own and gives it back when its signal aborts', async () => {
  server.handler = (_, response) => response.writeHead(200).flushHeaders();
  const stop = new AbortController();
  const streams = await Promise.all(Array.from({ length: 40 }, () => transport.stream({ method: 'GET', path: '/w', signal: stop.signal })));
  server.handler = (_, response) => json(response, {});
  await client.get(pods, aPod);
  expect([streams.length, server.openSockets]).toEqual([40, 41]);
  stop.abort();
  await until(() => server.openSockets === 1, 'the streams are closed');
});

test('leaving the loop over a stream closes its connection', async () => {
  server.handler = (_, response) => void response.writeHead(200).write('{"type":"ADDED","object":{"metadata":{}}}\n');
  for await (const event of client.watch(pods, { resourceVersion: '1' })) {
    expect(event.type).toBe('ADDED');
    break;
  }
  await until(() => server.openSockets === 0, 'the socket is closed');
});

test('a reset of a log that nobody is reading ends the reader, not the process', async () => {
  server.handler = (_, response) => void response.writeHead(200).write('thinking\n');
  const lines = client.logs({ ...aPod, follow: true })[Symbol.asyncIterator]();
  expect(String((await lines.next()).value)).toBe('thinking\n');
  server.reset();
  await until(() => server.openSockets === 0, 'the socket is reset');
  await expect(lines.next()).rejects.toThrow(/GET \/api\/v1\/namespaces\/dev\/pods\/p\/log: no answer from http/);
});

test('a reset of a stream that was never read ends nothing', async () => {
  server.handler = (_, response) => void response.writeHead(200).write('thinking\n');
  await transport.stream({ method: 'GET', path: '/log' });
  server.reset();
  await until(() => server.openSockets === 0, 'the socket is reset');
  server.handler = (_, response) => json(response, { metadata: {} });
  expect(await client.get(pods, aPod)).toEqual({ metadata: {} });
});

test('an aborted request rejects with the reason of its signal', async () => {
  server.handler = () => {};
  const stop = new AbortController();
  const call = client.get(pods, aPod, { signal: stop.signal });
  await until(() => server.requests.length === 1, 'the request arrived');
  stop.abort(new Error('enough'));
  await expect(call).rejects.toThrow('enough');
});

test('a refused connection names the server', async () => {
  const closed = new HttpTransport({ server: `http://127.0.0.1:${await freePort()}`, namespace: 'default' });
  await expect(closed.request({ method: 'GET', path: '/version' })).rejects.toThrow(/GET \/version: no answer from http:\/\/127\.0\.0\.1:\d+, connect ECONNREFUSED/);
  await closed.close();
});

test('an error answer is an answer, of streams too', async () => {
  server.handler = (_, response) => failure(response, 410, 'Expired');
  await expect(client.openWatch(pods, { resourceVersion: '1' })).rejects.toMatchObject({ code: 410, reason: 'Expired' });
  await until(() => server.openSockets === 0, 'the socket of the refused stream is closed');
});

test('closing ends every open request', async () => {
  server.handler = () => {};
  const ends = Promise.allSettled([client.get(pods, aPod), client.openWatch(pods, { resourceVersion: '1' })]);
  await until(() => server.requests.length === 2, 'both requests arrived');
  await transport.close();
  for (const end of await ends) expect(end).toMatchObject({ status: 'rejected', reason: { message: expect.stringContaining('closed') } });
});

async function freePort(): Promise<number> {
  const probe: Server = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

test('a token that was renewed since it was read is taken at once, and one that was not is asked for no more than that', async () => {
  const refused: (string | undefined)[] = [];
  let newest = 'new';
  const renewing = new HttpTransport({ server: server.url, namespace: 'default', token: async (token) => { refused.push(token); return token === undefined ? 'old' : newest; } });
  server.handler = ({ headers }, response) => (headers.authorization === 'Bearer new' ? json(response, { kind: 'Pod' }) : failure(response, 401, 'Unauthorized'));
  expect((await renewing.request({ method: 'GET', path: '/pods' })).status).toBe(200);
  expect((await renewing.stream({ method: 'GET', path: '/pods?watch=true' })).status).toBe(200);
  newest = 'old';
  expect((await renewing.request({ method: 'GET', path: '/pods' })).status).toBe(401);
  expect([refused, server.requests.length]).toEqual([[undefined, 'old', undefined, 'old', undefined, 'old'], 5]);
  await renewing.close();
});
