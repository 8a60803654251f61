import type { TaskSpawner, WebhookGateway } from '@taskwright/schema';
import { sourceOf } from './gateway-status.ts';

/** Why a TaskSpawner never hears of anything, though nothing is wrong with it. */
export interface GatewayProblem {
  readonly reason: 'GatewayMissing' | 'GatewayOfOtherSource';
  readonly message: string;
}

/** What is wrong with the WebhookGateway that a trigger names; `undefined` when it names none, or one that takes its deliveries. The reference says nothing of either. */
export function gatewayProblem({ spec }: TaskSpawner, gateway: (name: string) => WebhookGateway | undefined): GatewayProblem | undefined {
  const { githubWebhook, linearWebhook, webhook } = spec?.when ?? {};
  const [source, trigger] = ([['github', githubWebhook], ['linear', linearWebhook], ['generic', webhook]] as const).find(([, listens]) => listens?.gatewayRef !== undefined) ?? [];
  const name = trigger?.gatewayRef?.name;
  if (name === undefined) return undefined;
  const found = gateway(name);
  if (found === undefined) return { reason: 'GatewayMissing', message: `Waiting for WebhookGateway "${name}" to be created` };
  const taken = sourceOf(found);
  if (taken === source) return undefined;
  return { reason: 'GatewayOfOtherSource', message: `WebhookGateway "${name}" takes deliveries of ${taken ?? 'nothing'}, and this waits for those of ${source}: name another one in gatewayRef` };
}
