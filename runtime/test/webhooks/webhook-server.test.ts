import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../src/kube/clock.ts';
import { BodyRoom } from '../../src/webhooks/body.ts';
import { startWebhookServer, type WebhookServer } from '../../src/webhooks/webhook-server.ts';
import { anApp, aSpawner, fromGitHub } from './webhook-fixture.ts';

const opened = JSON.stringify({ action: 'opened', repository: { full_name: 'acme/shop' } });
const servers: WebhookServer[] = [];
afterEach(async () => void (await Promise.all(servers.splice(0).map((server) => server.close(0)))));

async function serve(fixture = anApp({ clock: systemClock, spawners: [aSpawner('workers', { githubWebhook: { events: ['issues'] } })] })) {
  const server = await startWebhookServer({ port: 0, host: '127.0.0.1', app: fixture.app, deliveries: fixture.deliveries, clock: systemClock });
  servers.push(server);
  const post = (body: string, headers: Record<string, string>) => fetch(`http://127.0.0.1:${server.port}/webhook/github`, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
  return { ...fixture, server, post };
}

/** Writes bytes to a socket, and answers the first line of what comes back. */
async function raw(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(text);
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return answer.split('\r\n')[0]!;
}

test('a delivery makes a Task over a socket', async () => {
  const { post, spawning } = await serve();
  const response = await post(opened, fromGitHub(opened));
  expect([response.status, await response.text(), spawning.tasks.size]).toEqual([200, '', 1]);
});

test.each([
  ['a body that says that it is too long', 'POST /webhook/github HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99999999\r\n\r\n{', 'HTTP/1.1 413 Payload Too Large'],
  ['another method', 'GET /webhook/github HTTP/1.1\r\nhost: x\r\n\r\n', 'HTTP/1.1 405 Method Not Allowed'],
  ['another type', 'POST /webhook/github HTTP/1.1\r\nhost: x\r\ncontent-type: text/html\r\ncontent-length: 9\r\n\r\n', 'HTTP/1.1 415 Unsupported Media Type'],
  ['a path that is none', 'POST http://[ HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n', 'HTTP/1.1 400 Bad Request'],
  ['no HTTP', 'hello\r\n\r\n', 'HTTP/1.1 400 Bad Request'],
])('%s is answered before the body comes', async (_, text, line) => {
  const { server } = await serve();
  expect(await raw(server.port, text)).toBe(line);
});

test('a body in chunks that turns out to be too long is not read on', async () => {
  const { server } = await serve();
  const chunk = `100000\r\n${'x'.repeat(0x100000)}\r\n`;
  const answer = await raw(server.port, `POST /webhook/github HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n${chunk.repeat(11)}`);
  expect(answer).toBe('HTTP/1.1 413 Payload Too Large');
});

test('a sender that goes away leaves nothing behind', async () => {
  const room = new BodyRoom(1_000);
  const fixture = anApp({ clock: systemClock, room });
  const { server } = await serve(fixture);
  const socket = connect(server.port, '127.0.0.1');
  socket.write(`POST /webhook/github HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n${'x'.repeat(800)}`);
  const has = (bytes: number) => {
    const isThere = room.take(bytes);
    if (isThere) room.giveBack(bytes);
    return isThere;
  };
  await expect.poll(() => has(900)).toBe(false);
  socket.destroy();
  await expect.poll(() => has(1_000)).toBe(true);
});

test('at the end what is under way is answered, and then nothing is listened to', async () => {
  const { post, spawning, server } = await serve();
  const gate = Promise.withResolvers<void>();
  spawning.before = () => gate.promise;
  const first = post(opened, fromGitHub(opened));
  await expect.poll(() => spawning.asked).toBe(1);
  const closed = server.close(30_000);
  gate.resolve();
  expect((await first).status).toBe(200);
  await closed;
  await expect(post(opened, fromGitHub(opened))).rejects.toThrow('fetch failed');
});
