import { type WebhookGateway, webhookGatewayResource } from '@taskwright/schema';
import { secretResource } from '@taskwright/schema/kubernetes';
import { decodeData } from '../agent-configs/referenced-data.ts';
import { isNotFound } from '../kube/api-error.ts';
import { applyPlan, type Effects } from '../kube/apply-plan.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Clock } from '../kube/clock.ts';
import { Controller, type ControllerMetrics, source } from '../kube/controller.ts';
import type { Informer } from '../kube/informer.ts';
import type { Log } from '../kube/log.ts';
import { keyOf, splitKey } from '../kube/object.ts';
import type { Random } from '../kube/random.ts';
import { isAboutCluster } from '../kube/recognized-trouble.ts';
import { Written } from '../kube/written.ts';
import { DataWatch } from '../tasks/data-watch.ts';
import { planGateway, secretsOf, type SecretKeys } from './gateway-status.ts';

export interface GatewayControllerOptions {
  readonly client: KubeClient;
  readonly gateways: Informer<WebhookGateway>;
  readonly clock: Clock;
  readonly random?: Random;
  readonly onError: (error: unknown) => void;
  readonly log?: Log;
  readonly metrics?: ControllerMetrics;
}

/** Keeps the status of WebhookGateways. Their Secrets are watched by name, so a key that comes or goes shows at once and no other Secret is read. */
export function gatewayController({ client, gateways, clock, random, onError, log, metrics }: GatewayControllerOptions): { readonly controller: Controller; close(): void } {
  const effects: Effects = { client, fieldManager: 'taskwright-webhooks', written: new Written([gateways], clock) };
  const watch = new DataWatch({ client, clock, ...(random && { random }), onError, wake: (key, afterMs) => controller.queue.addAfter(key, afterMs) });
  const controller = new Controller({
    name: 'webhookgateway',
    sources: [source(gateways, (gateway) => [keyOf(gateway)])],
    groupOf: (key) => splitKey(key).namespace ?? '',
    written: effects.written!,
    isToldElsewhere: isAboutCluster,
    clock,
    log,
    ...(metrics && { metrics }),
    async reconcile(key, { signal }) {
      const gateway = gateways.get(key);
      const { namespace = '' } = splitKey(key);
      const names = gateway ? [...new Set(secretsOf(gateway))] : [];
      const later = watch.await(key, namespace, names.map((name) => ({ kind: 'Secret', name })));
      if (!gateway) return {};
      const keys = new Map(await Promise.all(names.map(async (name) => [name, await keysOf(namespace, name, signal)] as const)));
      await applyPlan(effects, { resource: webhookGatewayResource, object: gateway }, planGateway({ gateway, keysOf: (name) => keys.get(name) }), signal);
      return later;
    },
  });
  return { controller, close: () => watch.close() };

  async function keysOf(namespace: string, name: string, signal: AbortSignal): Promise<SecretKeys> {
    try {
      const data = decodeData('Secret', await client.get(secretResource, { namespace, name }, { signal }));
      return new Set(Object.keys(data).filter((key) => data[key]!.trim() !== ''));
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }
}
