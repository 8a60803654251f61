import { Agent, fetch } from 'undici';
import { afterEach, expect, test } from 'vitest';
import { CONVERSION_PATH, startWebhookServer, VALIDATION_PATH, type WebhookServer } from '../../src/api-webhooks/webhook-server.ts';
import { selfSignedCertificate, type ServerIdentity } from '../../src/kube/self-signed-certificate.ts';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const identity = selfSignedCertificate('test', ['127.0.0.1']);
const review = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'ConversionReview', request: { uid: 'u', desiredAPIVersion: 'x/v2', objects: [{ apiVersion: 'x/v1', kind: 'X', metadata: { name: 'a' } }] } };

async function start(): Promise<WebhookServer> {
  const server = await startWebhookServer({ port: 0, host: '127.0.0.1', identity, convert: (object, apiVersion) => ({ ...object, apiVersion }), faultsOf: () => ['spec: is wrong'] });
  ends.push(() => server.close());
  return server;
}

function clientOf({ port }: WebhookServer, { cert }: ServerIdentity = identity) {
  const dispatcher = new Agent({ connect: { ca: cert } });
  ends.push(() => dispatcher.close());
  return async (path: string, init: { method?: string; body?: string } = {}) => {
    const response = await fetch(`https://127.0.0.1:${port}${path}`, { method: 'POST', ...init, dispatcher });
    return { status: response.status, text: await response.text() };
  };
}

test('a review is answered', async () => {
  const { status, text } = await clientOf(await start())(CONVERSION_PATH, { body: JSON.stringify(review) });
  expect([status, JSON.parse(text)]).toEqual([200, {
    apiVersion: 'apiextensions.k8s.io/v1', kind: 'ConversionReview',
    response: { uid: 'u', convertedObjects: [{ apiVersion: 'x/v2', kind: 'X', metadata: { name: 'a' } }], result: { status: 'Success' } },
  }]);
});

test('a question about an object is answered', async () => {
  const body = JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request: { uid: 'u', object: { metadata: {} }, oldObject: null } });
  const { status, text } = await clientOf(await start())(VALIDATION_PATH, { body });
  expect([status, JSON.parse(text)]).toEqual([200, {
    apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: { uid: 'u', allowed: false, status: { code: 422, reason: 'Invalid', message: 'spec: is wrong' } },
  }]);
});

test.each([
  ['no JSON', CONVERSION_PATH, { body: '{"a":hidden-value' }, 400, 'the body is not JSON\n'],
  ['no review', CONVERSION_PATH, { body: '{}' }, 400, 'the body is not a ConversionReview of apiextensions.k8s.io/v1 with a request: uid, desiredAPIVersion and objects\n'],
  ['no question about an object', VALIDATION_PATH, { body: '{"kind":"AdmissionReview"}' }, 400, 'the body is not an AdmissionReview of admission.k8s.io/v1 with a request: uid, object and oldObject\n'],
  ['another path', '/mutate', { body: '{}' }, 404, 'there is /convert, /validate\n'],
  ['another method', CONVERSION_PATH, { method: 'PUT', body: '{}' }, 405, 'only POST is answered\n'],
] as const)('%s is refused in words, without its body', async (_, path, init, status, text) => {
  expect(await clientOf(await start())(path, init)).toEqual({ status, text });
});

test('a body beyond the bound is refused, and the next one is answered', async () => {
  const ask = clientOf(await start());
  const { status, text } = await ask(CONVERSION_PATH, { body: 'x'.repeat(33 * 1024 * 1024) });
  expect([status, text]).toEqual([413, 'a review has at most 33554432 bytes; ask for fewer objects at a time\n']);
  expect((await ask(CONVERSION_PATH, { body: JSON.stringify(review) })).status).toBe(200);
});

test('another certificate is shown from then on', async () => {
  const server = await start();
  const next = selfSignedCertificate('test', ['127.0.0.1']);
  server.show(next);
  expect((await clientOf(server, next)(CONVERSION_PATH, { body: JSON.stringify(review) })).status).toBe(200);
  await expect(clientOf(server, identity)(CONVERSION_PATH, { body: '{}' })).rejects.toThrow('fetch failed');
});

test('a port that is taken is an error', async () => {
  const { port } = await start();
  await expect(startWebhookServer({ port, host: '127.0.0.1', identity, convert: (object) => object, faultsOf: () => [] })).rejects.toThrow('EADDRINUSE');
});
