import { request } from 'undici';
import { afterEach, expect, test } from 'vitest';
import { type HealthServer, startHealthServer } from '../../src/kube/health.ts';

let server: HealthServer;
afterEach(() => server.close());

async function ask(path: string): Promise<[number, string]> {
  const { statusCode, body } = await request(server.url + path);
  return [statusCode, await body.text()];
}

test('probes say ok, or which check fails', async () => {
  let caches: string | undefined = 'tasks have not synced';
  server = await startHealthServer({ port: 0, host: '127.0.0.1', healthy: { lease: () => undefined }, ready: { caches: () => caches } });
  expect([await ask('/healthz'), await ask('/readyz')]).toEqual([[200, 'ok\n'], [503, 'caches: tasks have not synced\n']]);
  caches = undefined;
  expect(await ask('/readyz?verbose')).toEqual([200, 'ok\n']);
});

test('metrics are served, and fail without taking the server along', async () => {
  const answers = [async () => 'up 1\n', async () => Promise.reject(new Error('broken'))];
  server = await startHealthServer({ port: 0, host: '127.0.0.1', metrics: () => answers.shift()!() });
  expect([await ask('/metrics'), await ask('/metrics'), await ask('/')]).toEqual([
    [200, 'up 1\n'],
    [500, 'the metrics could not be collected\n'],
    [404, 'there are /healthz, /readyz and /metrics\n'],
  ]);
});
