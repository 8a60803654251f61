import { type WebhookGateway, webhookGatewayResource } from '@taskwright/schema';
import { secretResource } from '@taskwright/schema/kubernetes';
import { expect, test } from 'vitest';
import { Informer } from '../../src/kube/informer.ts';
import { Manager } from '../../src/kube/manager.ts';
import { gatewayController } from '../../src/webhooks/gateway-controller.ts';
import { startCluster } from '../tasks/test-cluster.ts';

test('a key that comes, is emptied or goes shows without anybody looking for it', async () => {
  const cluster = await startCluster();
  const { client, clock } = cluster;
  const onError = (error: unknown) => {
    throw error;
  };
  const gateways = new Informer<WebhookGateway>(client, { resource: webhookGatewayResource, clock, onError });
  const { controller, close } = gatewayController({ client, gateways, clock, onError });
  const manager = new Manager({ informers: [gateways], controllers: [controller] });
  await manager.ready;
  const phase = () => gateways.get('dev/hooks')?.status?.phase;
  const comesTo = (wanted: string) => clock.runUntil(() => phase() === wanted, { limitMs: 1_000 });
  const address = { namespace: 'dev', name: 'hooks' };
  const value = (text: string) => ({ 'webhook-secret': Buffer.from(text).toString('base64') });
  try {
    await client.create(webhookGatewayResource, { metadata: { namespace: 'dev', name: 'hooks' }, spec: { github: { secretRef: { name: 'hooks' } } } } as WebhookGateway);
    expect(await comesTo('SecretMissing')).toBe(true);
    await client.create(secretResource, { metadata: address, data: value('x') } as never);
    expect(await comesTo('Authenticated')).toBe(true);
    await client.patchMerge(secretResource, address, { data: value(' ') });
    expect(await comesTo('SecretMissing')).toBe(true);
    await client.patchMerge(secretResource, address, { data: value('y') });
    expect(await comesTo('Authenticated')).toBe(true);
    await client.delete(secretResource, address);
    expect(await comesTo('SecretMissing')).toBe(true);
    expect(gateways.get('dev/hooks')?.status).toEqual({ observedGeneration: 1, path: '/webhook/dev/hooks', phase: 'SecretMissing', message: 'Secret "hooks" does not exist' });
  } finally {
    close();
    await manager.stop();
    await cluster.stop();
  }
});
