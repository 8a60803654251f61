import { request } from 'node:https';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ApiServer } from '../../src/embedded/api-server.ts';
import type { HttpFace } from '../../src/embedded/http-face.ts';
import { KubeClient } from '../../src/kube/client.ts';
import { systemClock } from '../../src/kube/clock.ts';
import { HttpTransport } from '../../src/kube/http-transport.ts';
import type { Resource } from '../../src/kube/object.ts';

const podResource: Resource = { group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true };
const aPod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'escape', namespace: 'default' }, spec: { containers: [{ name: 'a', image: 'x' }] } };

let api: ApiServer;
let face: HttpFace;

beforeAll(async () => {
  api = new ApiServer({ clock: systemClock });
  face = await api.listen();
});
afterAll(() => face.close());

/** As a program that shares the network would ask. */
function ask(method: string, path: string, headers: Readonly<Record<string, string>>, body?: string): Promise<{ status?: number; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(face.url + path, { method, headers, ca: face.ca, checkServerIdentity: () => undefined }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part)).on('end', () => resolve({ status: answer.statusCode, text }));
    });
    sent.on('error', reject).end(body);
  });
}

test.each<[string, Record<string, string>]>([
  ['no token', {}],
  ['another token', { authorization: 'Bearer AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }],
  ['an empty token', { authorization: 'Bearer ' }],
  ['a page of another site, under a name that leads to loopback', { host: 'attacker.example', origin: 'https://attacker.example', 'content-type': 'text/plain' }],
])('an agent or a web page with %s starts no Pod and reads nothing', async (_, headers) => {
  const refused = { status: 401, text: expect.stringContaining('"reason":"Unauthorized"') };
  expect(await ask('POST', '/api/v1/namespaces/default/pods', headers , JSON.stringify(aPod))).toEqual(refused);
  for (const path of ['/api/v1/secrets', '/version', '/openapi/v3', '/readyz']) expect(await ask('GET', path, headers)).toEqual(refused);
  const inProcess = new KubeClient(api.transport, { userAgent: 'test' });
  expect((await inProcess.list(podResource)).items).toEqual([]);
});

test('who has the token of this run and its certificate is served, and each run has others', async () => {
  const transport = new HttpTransport({ server: face.url, ca: face.ca, token: async () => face.token, namespace: 'default' });
  const client = new KubeClient(transport, { userAgent: 'test' });
  expect((await client.list(podResource)).items).toEqual([]);
  await transport.close();

  const other = await api.listen();
  expect(face.token).toMatch(/^[\w-]{43}$/);
  expect([other.token, other.ca]).not.toEqual([face.token, face.ca]);
  await other.close();
});

test('a server without the certificate of this run is not believed', async () => {
  const other = await api.listen();
  const transport = new HttpTransport({ server: other.url, ca: face.ca, token: async () => face.token, namespace: 'default' });
  await expect(transport.request({ method: 'GET', path: '/version' })).rejects.toThrow(/no answer from https/);
  await transport.close();
  await other.close();
});
