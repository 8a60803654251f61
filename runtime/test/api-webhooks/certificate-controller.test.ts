import { type Secret, secretResource } from '@taskwright/schema/kubernetes';
import { afterEach, expect, test } from 'vitest';
import type { Definition, WebhookService } from '../../src/api-webhooks/callers.ts';
import { certificateController, secretName } from '../../src/api-webhooks/certificate-controller.ts';
import { bundleOf, certificatesOf, secretData, validityFrom } from '../../src/api-webhooks/certificates.ts';
import { ApiServer } from '../../src/embedded/api-server.ts';
import { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import { KubeClient } from '../../src/kube/client.ts';
import { Manager } from '../../src/kube/manager.ts';
import type { KubeObject, Resource } from '../../src/kube/object.ts';
import { selfSignedCertificate, type ServerIdentity } from '../../src/kube/self-signed-certificate.ts';

const DEFINITIONS: Resource = { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition', plural: 'customresourcedefinitions', namespaced: false };
const SERVICE: WebhookService = { namespace: 'default', name: 'hooks' };
const HOSTS = ['hooks.default.svc', 'hooks.default.svc.cluster.local'];
const DAY_MS = 24 * 60 * 60_000;

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function definition(plural: string, service?: WebhookService): KubeObject {
  const version = (name: string, storage: boolean) => ({ name, served: true, storage, schema: { openAPIV3Schema: { type: 'object' } } });
  const conversion = service ? { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v1'], clientConfig: { service: { ...service, path: '/convert' } } } } : { strategy: 'None' };
  return { metadata: { name: `${plural}.x.dev` }, spec: { group: 'x.dev', scope: 'Namespaced', names: { plural, kind: plural }, versions: [version('v1', false), version('v2', true)], conversion } } as KubeObject;
}

async function start() {
  const clock = new VirtualClock();
  const api = new ApiServer({ clock });
  ends.push(() => api.close());
  const client = new KubeClient(api.transport, { userAgent: 'test', clock });
  for (const each of [definition('ours', SERVICE), definition('too', SERVICE), definition('others', { namespace: 'kelos-system', name: 'kelos-webhook' }), definition('plain')]) await client.create(DEFINITIONS, each);
  const shown: string[] = [];
  return {
    clock, client, shown,
    /** One replica; it leads nothing. */
    replica({ isGiven = false } = {}) {
      const definitions = ['ours', 'too', 'others', 'plain', 'absent'].map((plural) => `${plural}.x.dev`);
      const { controller, informers, onIdentity } = certificateController({ client, service: SERVICE, definitions, isGiven, clock, ofInformers: { clock } });
      onIdentity(({ cert }) => shown.push(cert));
      const manager = new Manager({ informers, controllers: [controller] });
      ends.push(() => manager.stop());
    },
    secret: () => client.get<Secret>(secretResource, { namespace: 'default', name: secretName(SERVICE) }),
    async bundles() {
      const { items } = await client.list<Definition>(DEFINITIONS);
      return Object.fromEntries(items.map(({ metadata, spec }) => [metadata.name!.split('.')[0], spec?.conversion?.webhook?.clientConfig?.caBundle]));
    },
  };
}

test('from nothing: one pair, which every definition of ours trusts and every replica shows', async () => {
  const { replica, clock, secret, bundles, shown } = await start();
  replica();
  replica();
  await clock.advance(10_000);
  const { current, next, trusted } = certificatesOf(await secret());
  expect([next, trusted]).toEqual([undefined, [current!.cert.trim()]]);
  const caBundle = Buffer.from(bundleOf(trusted)).toString('base64');
  expect(await bundles()).toEqual({ ours: caBundle, too: caBundle, others: undefined, plain: undefined });
  expect(shown).toEqual([current!.cert, current!.cert]);
});

test('what somebody took away is put back', async () => {
  const { replica, clock, client, secret, bundles } = await start();
  replica();
  await clock.advance(10_000);
  const before = await bundles();
  await client.patchMerge(DEFINITIONS, { name: 'ours.x.dev' }, { spec: { conversion: { webhook: { clientConfig: { caBundle: null } } } } });
  await clock.advance(10_000);
  expect(await bundles()).toEqual(before);
  await client.delete(secretResource, { namespace: 'default', name: secretName(SERVICE) });
  await clock.advance(10_000);
  const after = await bundles();
  expect(after).toEqual({ ...before, ours: Buffer.from(bundleOf(certificatesOf(await secret()).trusted)).toString('base64'), too: after.ours });
  expect(after.ours).not.toBe(before.ours);
});

test('one that is due is replaced: trusted first, shown a minute later', async () => {
  const { replica, clock, client, secret, bundles, shown } = await start();
  const due = selfSignedCertificate('hooks', HOSTS, validityFrom(new Date(clock.now().getTime() - 70 * DAY_MS)));
  const data = secretData({ current: due, trusted: [due.cert.trim()] });
  await client.create(secretResource, { metadata: { namespace: 'default', name: secretName(SERVICE) }, data: { 'tls.crt': data['tls.crt'], 'tls.key': data['tls.key'], 'ca.crt': data['ca.crt'] } } as KubeObject);
  replica();
  await clock.advance(10_000);
  const prepared = certificatesOf(await secret());
  expect([prepared.current, prepared.trusted]).toEqual([due, [due.cert.trim(), prepared.next!.cert.trim()]]);
  expect((await bundles()).ours).toBe(Buffer.from(bundleOf(prepared.trusted)).toString('base64'));
  expect(shown).toEqual([due.cert]);
  await clock.advance(2 * 60_000);
  expect(certificatesOf(await secret())).toEqual({ current: prepared.next, next: undefined, trusted: prepared.trusted });
  expect(shown).toEqual([due.cert, prepared.next!.cert]);
});

test('a definition that comes later is trusted with what is there', async () => {
  const { replica, clock, client, bundles } = await start();
  replica();
  await clock.advance(10_000);
  await client.create(DEFINITIONS, definition('absent', SERVICE));
  await clock.advance(10_000);
  const { ours, absent } = await bundles();
  expect([absent, absent === undefined]).toEqual([ours, false]);
});

test('one that is given is shown and trusted, and left to who gives it', async () => {
  const { replica, clock, client, secret, bundles, shown } = await start();
  replica({ isGiven: true });
  await clock.advance(10_000);
  await expect(secret()).rejects.toThrow('404');
  expect((await bundles()).ours).toBeUndefined();

  const give = async (pair: ServerIdentity, ca?: string) => {
    const encoded = (text: string) => Buffer.from(text).toString('base64');
    const data = { 'tls.crt': encoded(pair.cert), 'tls.key': encoded(pair.key), 'ca.crt': ca === undefined ? null : encoded(ca) };
    const at = { namespace: 'default', name: secretName(SERVICE) };
    if (shown.length > 0) return client.patchMerge(secretResource, at, { data });
    return client.create(secretResource, { metadata: at, data: Object.fromEntries(Object.entries(data).filter(([, value]) => value !== null)) } as KubeObject);
  };
  // Of the last days of its life, which would be replaced if it were ours.
  const due = selfSignedCertificate('hooks', HOSTS, validityFrom(new Date(clock.now().getTime() - 70 * DAY_MS)));
  await give(due);
  await clock.advance(2 * DAY_MS);
  expect(shown).toEqual([due.cert]);
  expect((await bundles()).ours).toBe(Buffer.from(bundleOf([due.cert])).toString('base64'));

  const [renewed, ca] = [1, 2].map(() => selfSignedCertificate('hooks', HOSTS, validityFrom(clock.now()))) as [ServerIdentity, ServerIdentity];
  await give(renewed, ca.cert);
  await clock.advance(2 * DAY_MS);
  expect(shown).toEqual([due.cert, renewed.cert]);
  const caBundle = Buffer.from(bundleOf([ca.cert])).toString('base64');
  expect(await bundles()).toEqual({ ours: caBundle, too: caBundle, others: undefined, plain: undefined });
  expect(Object.keys((await secret()).data!).sort()).toEqual(['ca.crt', 'tls.crt', 'tls.key']);
});
