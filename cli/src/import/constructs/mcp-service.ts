import type { McpServerSpec } from '@taskwright/schema';
import { call, type Expression, literal, members } from '../expression.ts';
import type { Find, Props } from './find.ts';
import { envValue } from './env-value.ts';
import { accountNamed, telemetryOf, workloadProps } from './workload.ts';

const SLACK = { botToken: 'SLACK_BOT_TOKEN', teamId: 'SLACK_TEAM_ID' };

export function mcpServiceProps({ runtime, params, serviceAccountName, telemetry, ...workload }: McpServerSpec, find: Find): Props {
  const { image, env, ...others } = workloadProps(workload, find);
  const isCustom = runtime === 'custom' && image !== undefined;
  const isSlack = runtime === 'slack' && params === undefined && Object.values(SLACK).every((name) => workload.container?.env?.some((variable) => variable.name === name));
  return {
    runtime: isCustom ? call('McpRuntime.custom', image) : isSlack ? slack(workload.container!.env!) : runtimeNamed(runtime, params),
    ...!isCustom && { image },
    serviceAccount: accountNamed(serviceAccountName),
    ...others,
    env: isSlack && env?.kind === 'members' ? withoutSlack(env.members) : env,
    telemetry: telemetryOf(telemetry),
  };
}

function runtimeNamed(runtime: string, params: string | undefined): Expression {
  if (runtime === 'python-string' && params !== undefined) return call('McpRuntime.python', literal(params));
  if (runtime === 'kubernetes' && params === undefined) return call('McpRuntime.kubernetes');
  return call('McpRuntime.fromName', literal(runtime), ...params === undefined ? [] : [members({ params: literal(params) })]);
}

function slack(env: NonNullable<NonNullable<McpServerSpec['container']>['env']>): Expression {
  return call('McpRuntime.slack', members(Object.fromEntries(Object.entries(SLACK).map(([option, name]) => [option, envValue(env.find((variable) => variable.name === name)!)]))));
}

function withoutSlack(variables: readonly (readonly [name: string, value: Expression])[]): Expression | undefined {
  const rest = variables.filter(([name]) => !Object.values(SLACK).includes(name));
  return rest.length === 0 ? undefined : { kind: 'members', members: rest };
}
