import { expect, test } from 'vitest';
import { ApiError } from '../../src/kube/api-error.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { Secrets } from '../../src/spawners/secrets.ts';
import { ManualClock } from '../kube/manual-clock.ts';

/** A server with one Secret, which counts what it is asked. */
function aServer() {
  const asked: string[] = [];
  const server = { asked, secrets: new Map([['dev/token', { data: { GITHUB_TOKEN: 'YQ==' } }]]), code: 404 };
  const client = {
    get: (_: unknown, { namespace, name }: { namespace?: string; name: string }) => {
      asked.push(`${namespace}/${name}`);
      const secret = server.secrets.get(`${namespace}/${name}`);
      return secret ? Promise.resolve(secret) : Promise.reject(new ApiError('GET', { code: server.code, reason: 'NotFound', message: 'no' }));
    },
  } as unknown as KubeClient;
  return { server, client };
}

test('a Secret is read once a minute, whoever asks', async () => {
  const { server, client } = aServer();
  const clock = new ManualClock();
  const secrets = new Secrets({ client, clock });
  expect(await Promise.all([secrets.read('dev', 'token'), secrets.read('dev', 'token')])).toEqual([{ GITHUB_TOKEN: 'a' }, { GITHUB_TOKEN: 'a' }]);
  await clock.advance(59_999);
  await secrets.read('dev', 'token');
  expect(server.asked).toEqual(['dev/token']);
  server.secrets.set('dev/token', { data: { GITHUB_TOKEN: 'Yg==' } });
  await clock.advance(1);
  expect(await secrets.read('dev', 'token')).toEqual({ GITHUB_TOKEN: 'b' });
});

test('a Secret that is not there, or not to be read, is asked for again at once', async () => {
  const { server, client } = aServer();
  const secrets = new Secrets({ client, clock: new ManualClock() });
  expect(await secrets.read('prod', 'token')).toBeUndefined();
  server.code = 403;
  await expect(secrets.read('prod', 'token')).rejects.toThrow(ApiError);
  server.secrets.set('prod/token', { data: { GITHUB_TOKEN: 'Yw==' } });
  expect(await secrets.read('prod', 'token')).toEqual({ GITHUB_TOKEN: 'c' });
});

test('no more than a thousand are kept', async () => {
  const { server, client } = aServer();
  for (let number = 0; number < 1_001; number += 1) server.secrets.set(`dev/s${number}`, { data: { GITHUB_TOKEN: 'YQ==' } });
  const secrets = new Secrets({ client, clock: new ManualClock() });
  for (let number = 0; number < 1_001; number += 1) await secrets.read('dev', `s${number}`);
  server.asked.length = 0;
  await secrets.read('dev', 's1000');
  await secrets.read('dev', 's0');
  expect(server.asked).toEqual(['dev/s0']);
});
