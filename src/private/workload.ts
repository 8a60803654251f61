import type { ApiObject, Duration } from 'cdk8s';
import type { EnvValue } from '../env-value';
import type * as l1 from '../l1';
import type { WorkloadProps } from '../workload';
import { checkServiceName } from './names';
import { type Problem, quote } from './problem';
import { checkMade } from './shape';

/** The environment of a container, by the names of its variables. */
export interface Environment {
  readonly [name: string]: EnvValue;
}

/** The part of a spec that all workloads share. `env` wins over `ownEnv`, which a variant of the kind brings along. */
export function renderWorkload({ image, command, args, resources, env, podSpec, requestTimeout }: WorkloadProps, ownEnv: Environment = {}): Pick<l1.McpServerSpec, 'gatewayRoute' | 'container' | 'podSpec'> {
  const variables = Object.entries({ ...ownEnv, ...env });
  const container = { image, command, args, resources, env: variables.length === 0 ? undefined : variables.map(([name, value]) => value._render(name)) };
  const isDifferent = Object.values(container).some((value) => value !== undefined);
  return {
    gatewayRoute: requestTimeout && { timeout: gatewayDuration(requestTimeout) },
    container: isDifferent ? container : undefined,
    podSpec,
  };
}

/** What is no value of ours cannot be rendered, and then nothing else can be checked. */
export function checkWorkloadShape({ env = {}, requestTimeout, telemetry }: WorkloadProps): Problem[] {
  return [
    ...Object.entries(env).flatMap(([name, value]) => checkMade(value, '_render', 'EnvValue.fromValue(text), .fromSecret(…) or .fromConfigMap(…)', `env.${name}`)),
    ...(requestTimeout === undefined ? [] : checkMade(requestTimeout, 'toMilliseconds', 'Duration.seconds(…)', 'requestTimeout')),
    ...(telemetry === undefined ? [] : checkMade(telemetry, '_render', 'Telemetry.otlp(…) or .off()', 'telemetry')),
  ];
}

/** `service` is what the names of its children begin with; left out, none of them is a Service. */
export function checkWorkload(object: ApiObject, { env = {}, requestTimeout, telemetry }: WorkloadProps, service: string | undefined): Problem[] {
  return [
    ...checkServiceName(object.name, service),
    ...Object.keys(env).filter((name) => name === '' || name.includes('=')).map((name): Problem => ({ code: 'invalid-name', path: 'env', got: quote(name), allowed: 'it must not be empty nor hold =' })),
    ...Object.entries(env).flatMap(([name, value]) => value._check(object, `the variable ${name}`, `env.${name}`)),
    ...(requestTimeout ? checkTimeout(requestTimeout) : []),
    ...(telemetry?._check('telemetry') ?? []),
  ];
}

/** Which property a part of the shared spec comes from. */
export const WORKLOAD_NAMES = {
  'spec.container': '',
  'spec.gatewayRoute.timeout': 'requestTimeout',
};

/** The Gateway API takes five digits of each unit. */
const LONGEST_HOURS = 99_999;

function checkTimeout(timeout: Duration): Problem[] {
  const ms = timeout.toMilliseconds({ integral: false });
  if (!Number.isInteger(ms)) return [{ code: 'type', path: 'requestTimeout', got: `${ms} ms`, allowed: 'it has to be whole milliseconds' }];
  return ms < (LONGEST_HOURS + 1) * HOUR ? [] : [{ code: 'too-large', path: 'requestTimeout', got: `${ms / HOUR} hours`, allowed: `at most ${LONGEST_HOURS}` }];
}

const HOUR = 3_600_000;

/** A duration as the Gateway API writes it: `1h30m`, `90s` as `1m30s`, nothing as `0s`. */
function gatewayDuration(duration: Duration): string {
  const ms = duration.toMilliseconds({ integral: false });
  const parts = [[Math.floor(ms / HOUR), 'h'], [Math.floor(ms / 60_000) % 60, 'm'], [Math.floor(ms / 1000) % 60, 's'], [ms % 1000, 'ms']] as const;
  return parts.filter(([count]) => count > 0).map(([count, unit]) => `${count}${unit}`).join('') || '0s';
}
