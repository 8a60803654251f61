import type { TaskSpawner, WebhookGateway } from '@taskwright/schema';
import { sourceOf } from './gateway-status.ts';

/** Why a TaskSpawner never hears of anything, though nothing is wrong with it. */
export interface GatewayProblem {
  readonly reason: 'GatewayMissing' | 'GatewayOfOtherSource';
  readonly message: string;
}

/** What is wrong with the WebhookGateway that a trigger names; `undefined` when it names none, or one that takes its deliveries. The reference says nothing of either. */
export function gatewayProblem({ metadata: { namespace }, spec }: TaskSpawner, gateway: (namespace: string, name: string) => WebhookGateway | undefined): GatewayProblem | undefined {
  const { githubWebhook, linearWebhook, webhook } = spec?.when ?? {};
  const wanted = ([['github', githubWebhook], ['linear', linearWebhook], ['generic', webhook]] as const).find(([, trigger]) => trigger?.gatewayRef !== undefined);
  if (wanted === undefined) return undefined;
  const [source, trigger] = wanted;
  const { name } = trigger!.gatewayRef!;
  const found = gateway(namespace!, name);
  if (found === undefined) return { reason: 'GatewayMissing', message: `Waiting for WebhookGateway "${name}" to be created` };
  const taken = sourceOf(found);
  if (taken === source) return undefined;
  return { reason: 'GatewayOfOtherSource', message: `WebhookGateway "${name}" takes deliveries of ${taken ?? 'nothing'}, and this waits for those of ${source}: name another one in gatewayRef` };
}
