import type { ModelApiSpec } from '@taskwright/schema';
import { call, type Expression, literal, members } from '../expression.ts';
import type { Find, Props } from './find.ts';
import { envValue } from './env-value.ts';
import { list, optional } from './members.ts';
import { secretNamed } from './secret.ts';
import { telemetryOf, workloadProps } from './workload.ts';

export function modelApiProps({ proxyConfig, hostedConfig, telemetry, ...workload }: ModelApiSpec, find: Find): Props | undefined {
  const backend = proxyConfig ? proxy(proxyConfig) : hostedConfig && call('ModelBackend.hosted', literal(hostedConfig.model));
  return backend && { backend, ...workloadProps(workload, find), telemetry: telemetryOf(telemetry) };
}

function proxy({ models, provider, apiBase, apiKey, configYaml }: NonNullable<ModelApiSpec['proxyConfig']>): Expression {
  return call('ModelBackend.proxy', members({
    models: list(models.map((model) => literal(model))),
    provider: optional(provider),
    apiBase: optional(apiBase),
    apiKey: apiKey && envValue(apiKey),
    config: configYaml && configOf(configYaml),
  }));
}

function configOf({ fromString = '', fromSecretKeyRef }: NonNullable<NonNullable<ModelApiSpec['proxyConfig']>['configYaml']>): Expression {
  if (!fromSecretKeyRef) return call('LiteLlmConfig.fromText', literal(fromString));
  const { name = '', key, optional: mayBeMissing } = fromSecretKeyRef;
  return call('LiteLlmConfig.fromSecret', secretNamed(name), literal(key), ...mayBeMissing === undefined ? [] : [members({ optional: literal(mayBeMissing) })]);
}
