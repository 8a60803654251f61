import type { WebhookGatewaySpec } from '@taskwright/schema';
import { describe, expect, test } from 'vitest';
import { gatewayProblem } from '../../src/webhooks/gateway-reference.ts';
import { planGateway } from '../../src/webhooks/gateway-status.ts';
import { aGateway, aSpawner } from './webhook-fixture.ts';

const github = { github: { secretRef: { name: 'hooks' }, credentialsRef: { name: 'bot' } } };

describe('what a gateway says of itself', () => {
  test.each<{ it: string; spec: WebhookGatewaySpec; keys?: Record<string, string[]>; phase: string; message?: string }>([
    { it: 'knows who signs', spec: { linear: { secretRef: { name: 'hooks' } } }, keys: { hooks: ['webhook-secret'] }, phase: 'Authenticated' },
    { it: 'has no Secret', spec: { linear: { secretRef: { name: 'hooks' } } }, phase: 'SecretMissing', message: 'Secret "hooks" does not exist' },
    { it: 'has a Secret without the key', spec: { linear: { secretRef: { name: 'hooks' } } }, keys: { hooks: ['token'] }, phase: 'SecretMissing', message: 'Secret "hooks" has no webhook-secret, or it is empty' },
    { it: 'can ask GitHub with a token', spec: github, keys: { hooks: ['webhook-secret'], bot: ['GITHUB_TOKEN'] }, phase: 'Authenticated' },
    { it: 'can ask GitHub as an App', spec: github, keys: { hooks: ['webhook-secret'], bot: ['appID', 'installationID', 'privateKey'] }, phase: 'Authenticated' },
    { it: 'has half of an App', spec: github, keys: { hooks: ['webhook-secret'], bot: ['appID'] }, phase: 'SecretMissing', message: 'Secret "bot" has no GITHUB_TOKEN, and not appID, installationID, privateKey, or it is empty' },
    { it: 'has no Secret for GitHub', spec: github, keys: { hooks: ['webhook-secret'] }, phase: 'SecretMissing', message: 'Secret "bot" does not exist' },
    { it: 'lets everybody in', spec: { generic: {} }, phase: 'Unauthenticated', message: 'Deliveries are not signed: whoever reaches the path starts agents' },
    { it: 'knows who signs what is not of a service', spec: { generic: { secretRef: { name: 'hooks' } } }, keys: { hooks: ['webhook-secret'] }, phase: 'Authenticated' },
    { it: 'says nothing of a source', spec: {}, phase: 'SecretMissing', message: 'spec: none of github, linear and generic is set; set one' },
  ])('$it', ({ spec, keys = {}, phase, message = '' }) => {
    const plan = planGateway({ gateway: aGateway('hooks', spec), keysOf: (name) => keys[name] && new Set(keys[name]) });
    expect(plan).toEqual({ status: { observedGeneration: 1, path: '/webhook/dev/hooks', phase, message } });
  });

  test('one that goes says nothing more', () => {
    const gateway = aGateway('hooks', { generic: {} });
    expect(planGateway({ gateway: { ...gateway, metadata: { ...gateway.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }, keysOf: () => undefined })).toEqual({ why: 'it is being deleted' });
  });
});

describe('what a spawner says of its gateway', () => {
  const gateways = [aGateway('hooks', github), aGateway('hooks', { generic: {} }, 'prod')];
  const gatewayOf = (namespace: string) => (name: string) => gateways.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
  const gatewayRef = { name: 'hooks' };

  test.each([
    ['nothing without one', aSpawner('a', { githubWebhook: { events: ['issues'] } }), undefined],
    ['nothing of the right one', aSpawner('a', { githubWebhook: { events: ['issues'], gatewayRef } }), undefined],
    ['that it is not there', aSpawner('a', { githubWebhook: { events: ['issues'], gatewayRef: { name: 'hoks' } } }), { reason: 'GatewayMissing', message: 'Waiting for WebhookGateway "hoks" to be created' }],
    ['that it is in another namespace', aSpawner('a', { githubWebhook: { events: ['issues'], gatewayRef } }, { namespace: 'test' }), { reason: 'GatewayMissing', message: 'Waiting for WebhookGateway "hooks" to be created' }],
    ['that it is for somebody else', aSpawner('a', { linearWebhook: { types: ['Issue'], gatewayRef } }), { reason: 'GatewayOfOtherSource', message: 'WebhookGateway "hooks" takes deliveries of github, and this waits for those of linear: name another one in gatewayRef' }],
    ['nothing of a generic one', aSpawner('a', { webhook: { source: 'x', fieldMapping: { id: '$.id' }, gatewayRef } }, { namespace: 'prod' }), undefined],
  ])('%s', (_, spawner, problem) => {
    expect(gatewayProblem(spawner, gatewayOf(spawner.metadata.namespace!))).toEqual(problem);
  });
});
