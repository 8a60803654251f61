import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ApiServer } from '../../src/embedded/api-server.ts';
import { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import { KubeClient } from '../../src/kube/client.ts';
import { aWidget, defineWidgets } from '../contract/widget.ts';

const KINDS = {
  '/api/v1/namespaces/default/configmaps': { apiVersion: 'v1', kind: 'ConfigMap' },
  '/api/v1/namespaces/default/pods': { apiVersion: 'v1', kind: 'Pod' },
  '/apis/batch/v1/namespaces/default/jobs': { apiVersion: 'batch/v1', kind: 'Job' },
  '/api/v1/namespaces/default/secrets': { apiVersion: 'v1', kind: 'Secret' },
  '/api/v1/namespaces': { apiVersion: 'v1', kind: 'Namespace' },
  '/apis/apiextensions.k8s.io/v1/customresourcedefinitions': { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' },
  '/apis/contract.taskwright.dev/v1/namespaces/default/widgets': { apiVersion: 'contract.taskwright.dev/v1', kind: 'Widget' },
};
const HOW = ['POST', 'PUT', 'application/merge-patch+json', 'application/json-patch+json', 'application/strategic-merge-patch+json', 'application/apply-patch+yaml'] as const;

/** Fields that rules look into, with values of every shape. */
const field = fc.constantFrom('metadata', 'spec', 'status', 'data', 'stringData', 'labels', 'annotations', 'finalizers', 'ownerReferences', 'name', 'template', 'containers', 'volumes',
  'env', 'group', 'names', 'versions', 'schema', 'openAPIV3Schema', 'parts', 'tags', 'size', 'options', 'additionalPrinterColumns', 'kind', 'plural', 'managedFields', '__proto__', '$patch');
const { value: anyValue } = fc.letrec<{ value: unknown; object: object }>((tie) => ({
  value: fc.oneof({ maxDepth: 5 }, fc.constantFrom(null, true, 0, -1, 1.5, '', 'a', 'A b', 'v1'), fc.array(tie('value'), { maxLength: 3 }), tie('object')),
  object: fc.dictionary(field, tie('value'), { maxKeys: 5 }),
}));

async function start() {
  const { transport } = new ApiServer({ clock: new VirtualClock() });
  const client = new KubeClient(transport, { userAgent: 'test/1.0' });
  await defineWidgets({ transport, client, namespace: async () => 'default' });
  return transport;
}

test('no body and no patch makes the server fail', async () => {
  const transport = await start();
  const widget = { apiVersion: 'contract.taskwright.dev/v1', kind: 'Widget', ...aWidget('default') };
  await transport.request({ method: 'POST', path: '/apis/contract.taskwright.dev/v1/namespaces/default/widgets', body: JSON.stringify(widget) });
  await fc.assert(fc.asyncProperty(fc.constantFrom(...Object.entries(KINDS)), anyValue, fc.constantFrom(...HOW), async ([path, type], value, how) => {
    const body = JSON.stringify(typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value, ...type } : value) ?? 'null';
    const isPatch = how !== 'POST' && how !== 'PUT';
    const response = await transport.request({
      method: isPatch ? 'PATCH' : how, path: how === 'POST' ? path : `${path}/one?fieldManager=fuzz`, headers: { 'content-type': isPatch ? how : 'application/json' }, body,
    });
    expect([response.status === 500 ? response.body.toString() : '', how]).toEqual(['', how]);
  }), { numRuns: 3_000 });
});

test.each(['/api/v1/namespaces/%zz/pods', '/apis/batch/v1/jobs/%', '/api/v1/pods?limit=x', '/api/v1/pods?watch=1&resourceVersion=x', '/api/v1/pods?continue=%00'])(
  '%s is refused, not failed', async (path) => {
    const { status } = await (await start()).request({ method: 'GET', path });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
  });

test('no body and no patch reaches the prototype that all objects share', async () => {
  const transport = await start();
  const path = '/apis/contract.taskwright.dev/v1/namespaces/default/widgets';
  const widget = { apiVersion: 'contract.taskwright.dev/v1', kind: 'Widget', ...aWidget('default') };
  await transport.request({ method: 'POST', path, body: JSON.stringify(widget) });
  const hostile = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
  const merge = `{"__proto__":${hostile},"metadata":{"annotations":${hostile}},"spec":${hostile},"data":${hostile}}`;
  const pointers = ['', '/metadata', '/spec'].flatMap((at) => [`${at}/__proto__/polluted`, `${at}/constructor/prototype/polluted`]);
  const sent: readonly (readonly [type: string, body: string])[] = [
    ...['application/merge-patch+json', 'application/strategic-merge-patch+json', 'application/apply-patch+yaml'].map((type) => [type, merge] as const),
    ...pointers.map((pointer) => ['application/json-patch+json', JSON.stringify([{ op: 'add', path: pointer, value: 1 }])] as const),
  ];
  for (const at of [`${path}/one?fieldManager=a&force=true`, '/api/v1/namespaces/default/configmaps/one?fieldManager=a&force=true']) {
    for (const [type, body] of sent) await transport.request({ method: 'PATCH', path: at, headers: { 'content-type': type }, body });
    await transport.request({ method: 'POST', path: at.split('/one')[0]!, body: merge });
  }
  expect([({} as Record<string, unknown>).polluted, Object.keys(Object.prototype)]).toEqual([undefined, []]);
});

test('a body nested a hundred thousand deep is answered, and the server lives on', async () => {
  const transport = await start();
  const path = '/api/v1/namespaces/default/configmaps';
  const body = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"deep"},"data":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`;
  expect((await transport.request({ method: 'POST', path, body })).status).toBeGreaterThanOrEqual(400);
  expect((await transport.request({ method: 'GET', path })).body.toString()).toContain('"items":[]');
});
