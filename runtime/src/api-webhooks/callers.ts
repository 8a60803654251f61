import { apiVersionOf, type KubeObject, type Resource } from '../kube/object.ts';
import type { Write } from '../kube/plan.ts';

/** By which name the API server calls us. */
export interface WebhookService {
  readonly namespace: string;
  readonly name: string;
}

interface ClientConfig {
  readonly service?: WebhookService;
  readonly caBundle?: string;
}

/** The definition of a kind, as far as it says who converts its objects. */
export interface Definition extends KubeObject {
  readonly spec?: { readonly conversion?: { readonly strategy?: string; readonly webhook?: { readonly clientConfig?: ClientConfig } } };
}

/** A ValidatingWebhookConfiguration, as far as it says who is asked. */
export interface Configuration extends KubeObject {
  readonly webhooks?: readonly { readonly name: string; readonly clientConfig?: ClientConfig }[];
}

/** An object by which the API server calls us, and which says what it is to trust. */
export interface Caller {
  /** What it trusts, PEM; empty for nothing. Of several entries that differ: nothing. */
  readonly bundle: string;
  /** One field of the object is ours, the rest is of who installed it. */
  trust(caBundle: string): Write;
}

export const DEFINITIONS: Resource = { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition', plural: 'customresourcedefinitions', namespaced: false };
export const CONFIGURATIONS: Resource = {
  group: 'admissionregistration.k8s.io', version: 'v1', kind: 'ValidatingWebhookConfiguration', plural: 'validatingwebhookconfigurations', namespaced: false,
};

/** Those of the objects that name our Service. Who is converted or asked by somebody else, or not at all, is left alone. */
export function callersOf(objects: { readonly definitions: readonly Definition[]; readonly configurations: readonly Configuration[] }, ours: WebhookService): Caller[] {
  const isOurs = ({ service }: ClientConfig = {}) => service?.name === ours.name && service.namespace === ours.namespace;
  const definitions = objects.definitions.flatMap((definition): Caller[] => {
    const { strategy, webhook } = definition.spec?.conversion ?? {};
    if (strategy !== 'Webhook' || !isOurs(webhook?.clientConfig)) return [];
    return [{ bundle: pem(webhook?.clientConfig), trust: (caBundle) => application(DEFINITIONS, definition, { spec: { conversion: { webhook: { clientConfig: { caBundle } } } } }) }];
  });
  const configurations = objects.configurations.flatMap((configuration): Caller[] => {
    const entries = (configuration.webhooks ?? []).filter(({ clientConfig }) => isOurs(clientConfig));
    const [bundle, ...others] = new Set(entries.map(({ clientConfig }) => pem(clientConfig)));
    if (bundle === undefined) return [];
    return [{
      bundle: others.length > 0 ? '' : bundle,
      trust: (caBundle) => application(CONFIGURATIONS, configuration, { webhooks: entries.map(({ name }) => ({ name, clientConfig: { caBundle } })) }),
    }];
  });
  return [...definitions, ...configurations];
}

function pem({ caBundle = '' }: ClientConfig = {}): string {
  return Buffer.from(caBundle, 'base64').toString();
}

function application(resource: Resource, { metadata: { name, uid } }: KubeObject, fields: object): Write {
  return { verb: 'apply', resource, object: { apiVersion: apiVersionOf(resource), kind: resource.kind, metadata: { name, uid }, ...fields } as KubeObject };
}
