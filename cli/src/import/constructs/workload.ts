import type { McpServerSpec } from '@taskwright/schema';
import { call, type Expression, literal } from '../expression.ts';
import type { Find, Props } from './find.ts';
import { gatewayTimeout } from './duration.ts';
import { envValue } from './env-value.ts';
import { byName, chosen, optional } from './members.ts';

/** What service agents, servers of tools and endpoints for models have in common. */
export function workloadProps({ container, podSpec, gatewayRoute }: Pick<McpServerSpec, 'container' | 'podSpec' | 'gatewayRoute'>, find: Find): Props {
  return {
    ...chosen(container ?? {}, ['image', 'command', 'args'], find, 'container'),
    env: container?.env && byName(container.env, envValue),
    resources: container?.resources && find.typed(container.resources, 'container', 'resources'),
    podSpec: podSpec && find.typed(podSpec, 'podSpec'),
    requestTimeout: gatewayTimeout(gatewayRoute?.timeout),
  };
}

export function telemetryOf(telemetry: { readonly enabled?: boolean; readonly endpoint?: string | undefined } | undefined): Expression | undefined {
  if (telemetry?.enabled === undefined) return undefined;
  if (!telemetry.enabled) return call('Telemetry.off');
  const endpoint = optional(telemetry.endpoint);
  return endpoint ? call('Telemetry.otlp', endpoint) : call('Telemetry.otlp');
}

/** An account of the namespace, by its name. */
export function accountNamed(name: string | undefined): Expression | undefined {
  return name === undefined ? undefined : { kind: 'members', members: [['name', literal(name)]] };
}
