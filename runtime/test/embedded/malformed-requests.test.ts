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
