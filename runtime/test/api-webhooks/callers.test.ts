import { expect, test } from 'vitest';
import { callersOf, type Configuration, type Definition } from '../../src/api-webhooks/callers.ts';

const ours = { namespace: 'taskwright-system', name: 'taskwright-webhook' };
const others = { namespace: 'kelos-system', name: 'kelos-webhook' };
const base64 = (text: string) => Buffer.from(text).toString('base64');
const configuration = (...webhooks: object[]) => ({ metadata: { name: 'hooks', uid: 'u' }, webhooks }) as Configuration;

test('of a configuration, the entries that name our Service are told, and no others', () => {
  const found = configuration({ name: 'ours', clientConfig: { service: ours, caBundle: base64('old') } }, { name: 'others', clientConfig: { service: others } }, { name: 'by-url', clientConfig: { url: 'https://x' } });
  const [caller, ...more] = callersOf({ definitions: [], configurations: [found] }, ours);
  expect([caller!.bundle, more]).toEqual(['old', []]);
  expect(caller!.trust('bmV3')).toEqual({
    verb: 'apply', resource: expect.objectContaining({ plural: 'validatingwebhookconfigurations' }) as object,
    object: {
      apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingWebhookConfiguration', metadata: { name: 'hooks', uid: 'u' },
      webhooks: [{ name: 'ours', clientConfig: { caBundle: 'bmV3' } }],
    },
  });
});

test('entries that trust different things are told again', () => {
  const entry = (name: string, caBundle?: string) => ({ name, clientConfig: { service: ours, ...(caBundle && { caBundle }) } });
  const bundleOf = (...entries: object[]) => callersOf({ definitions: [], configurations: [configuration(...entries)] }, ours).map(({ bundle }) => bundle);
  expect(bundleOf(entry('a', base64('x')), entry('b', base64('x')))).toEqual(['x']);
  expect(bundleOf(entry('a', base64('x')), entry('b'))).toEqual(['']);
});

test('who names another Service, or none, is left alone', () => {
  const definition = (conversion: object) => ({ metadata: { name: 'd' }, spec: { conversion } }) as Definition;
  const definitions = [definition({ strategy: 'None' }), definition({ strategy: 'Webhook', webhook: { clientConfig: { service: others } } })];
  expect(callersOf({ definitions, configurations: [configuration(), configuration({ name: 'a', clientConfig: { service: others } })] }, ours)).toEqual([]);
});
