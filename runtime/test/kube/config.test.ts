import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfig } from '../../src/kube/config.ts';
import { ManualClock } from './manual-clock.ts';

let dir: string;
const clock = new ManualClock();

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kube-config-'));
});

afterEach(() => rm(dir, { recursive: true }));

const kubeconfig = (user: object, extra: object = {}) =>
  JSON.stringify({
    'current-context': 'here',
    contexts: [{ name: 'here', context: { cluster: 'c', user: 'u', namespace: 'dev' } }],
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:6443', 'certificate-authority-data': Buffer.from('CA').toString('base64') } }],
    users: [{ name: 'u', user }],
    ...extra,
  });

async function load(content: string, context?: string) {
  const path = join(dir, 'config');
  await writeFile(path, content);
  return loadConfig({ env: {}, home: dir, kubeconfig: path, context, clock });
}

test('a kubeconfig gives server, authority, certificate and namespace; paths are relative to it', async () => {
  await writeFile(join(dir, 'client.key'), 'KEY');
  const config = await load(kubeconfig({ 'client-certificate-data': Buffer.from('CERT').toString('base64'), 'client-key': 'client.key' }));
  expect(config).toMatchObject({ server: 'https://127.0.0.1:6443', ca: 'CA', cert: 'CERT', key: 'KEY', namespace: 'dev', insecureSkipTlsVerify: false });
});

test('a token file goes before a token, as in kubectl', async () => {
  await writeFile(join(dir, 'token'), 'from-file\n');
  expect(await (await load(kubeconfig({ token: 'inline', tokenFile: 'token' }))).token!()).toBe('from-file');
  expect(await (await load(kubeconfig({ token: 'inline' }))).token!()).toBe('inline');
});

test.each(['exec', 'auth-provider', 'username'])('a user that signs in with %s is told what is supported', async (way) => {
  await expect(load(kubeconfig({ [way]: {}, token: 'hush' }))).rejects.toThrow(
    `user "u" signs in with ${way}, which is not supported; use a client certificate, a token or a tokenFile`,
  );
});

test('an unknown context lists the ones there are', async () => {
  await expect(load(kubeconfig({}), 'there')).rejects.toThrow('contexts has no "there"; there are here');
});

test('in a Pod the service account is used, and its token is read again after a minute', async () => {
  for (const [file, content] of Object.entries({ token: 'one', 'ca.crt': 'CA', namespace: 'system\n' })) await writeFile(join(dir, file), content);
  const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' };
  const config = await loadConfig({ env, home: dir, clock, serviceAccountDir: dir });
  expect(config).toMatchObject({ server: 'https://[fd00::1]:6443', ca: 'CA', namespace: 'system' });
  expect(await config.token!()).toBe('one');
  await writeFile(join(dir, 'token'), 'two');
  await clock.advance(59_999);
  expect(await config.token!()).toBe('one');
  await clock.advance(1);
  expect(await config.token!()).toBe('two');
  await rm(join(dir, 'token'));
  await clock.advance(60_000);
  expect(await config.token!()).toBe('two');
});

test('a token that the server refused is read again at once, and then once a second', async () => {
  for (const [file, content] of Object.entries({ token: 'one', 'ca.crt': 'CA', namespace: 'system\n' })) await writeFile(join(dir, file), content);
  const { token } = await loadConfig({ env: { KUBERNETES_SERVICE_HOST: '10.0.0.1' }, home: dir, clock, serviceAccountDir: dir });
  expect(await token!()).toBe('one');
  await writeFile(join(dir, 'token'), 'two');
  await clock.advance(999);
  expect(await token!('one')).toBe('one');
  await clock.advance(1);
  expect([await token!('one'), await token!()]).toEqual(['two', 'two']);
});

test('nothing to go by says what was looked for', async () => {
  await expect(loadConfig({ env: {}, home: dir })).rejects.toThrow(/no cluster: neither \$KUBECONFIG nor .*config exists, and this is no Pod/);
});
