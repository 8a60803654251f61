import type { ApiObject } from 'cdk8s';
import type * as l1 from '../l1';
import { MODEL_API, type NamedObject, definedSpec } from './reference';

/** Whether a model is among those that an endpoint offers: a name, all of a prefix as `openai/*`, or `*` for every one. */
export function isOffered(models: readonly string[], model: string): boolean {
  return models.some((offered) => offered === '*' || offered === model || (offered.endsWith('/*') && model.startsWith(offered.slice(0, -1))));
}

/** What a ModelAPI offers, as far as this program knows: the reference says so, or the object does, whoever made it. */
export function knownModels(from: ApiObject, api: NamedObject & { readonly models?: string[] }): string[] | undefined {
  if (api.models) return api.models;
  const { mode, proxyConfig, hostedConfig } = definedSpec<l1.ModelApiSpec>(from, MODEL_API, api.name) ?? {};
  if (mode === 'Proxy') return proxyConfig?.models;
  return mode === 'Hosted' && hostedConfig ? [hostedConfig.model] : undefined;
}
