import type { WebhookGateway, WebhookGatewayStatus } from '@taskwright/schema';
import { idle, type Plan } from '../kube/plan.ts';
import type { WebhookSourceName } from './endpoint.ts';

/** What is there of a Secret that a gateway names: the keys that are not empty, never a value. */
export type SecretKeys = ReadonlySet<string> | undefined;

export interface GatewayFacts {
  readonly gateway: WebhookGateway;
  /** By the name of the Secret; `undefined` when there is none. */
  readonly keysOf: (secretName: string) => SecretKeys;
}

/** The key of a Secret that holds what deliveries are signed with, as in the reference. */
export const SIGNING_KEY = 'webhook-secret';
const APP_KEYS = ['appID', 'installationID', 'privateKey'];

/** Whose deliveries it takes; `undefined` for one that was stored without saying so. */
export function sourceOf({ spec }: WebhookGateway): WebhookSourceName | undefined {
  return (['github', 'linear', 'generic'] as const).find((source) => spec?.[source] !== undefined);
}

/** The Secrets that decide about its phase. */
export function secretsOf({ spec }: WebhookGateway): string[] {
  return [spec?.github?.secretRef, spec?.github?.credentialsRef, spec?.linear?.secretRef, spec?.generic?.secretRef].flatMap((reference) => reference?.name ?? []);
}

/** Says where a gateway listens, and how it knows who comes. The reference calls one `Authenticated` whose Secret lacks the key; its deliveries fail. */
export function planGateway(facts: GatewayFacts): Plan<WebhookGatewayStatus> {
  const { gateway } = facts;
  if (gateway.metadata.deletionTimestamp) return idle('it is being deleted');
  const { namespace, name, generation } = gateway.metadata;
  return { status: { observedGeneration: generation, path: `/webhook/${namespace}/${name}`, ...phaseOf(facts) } };
}

function phaseOf({ gateway, keysOf }: GatewayFacts): Pick<WebhookGatewayStatus, 'phase' | 'message'> {
  const { github, linear, generic } = gateway.spec ?? {};
  const signing = github?.secretRef ?? linear?.secretRef ?? generic?.secretRef;
  if (signing === undefined) {
    if (generic) return { phase: 'Unauthenticated', message: 'Deliveries are not signed: whoever reaches the path starts agents' };
    return { phase: 'SecretMissing', message: 'spec: none of github, linear and generic is set; set one' };
  }
  const lacks = lacking(keysOf(signing.name), signing.name, [[SIGNING_KEY]]) ?? (github?.credentialsRef && lacking(keysOf(github.credentialsRef.name), github.credentialsRef.name, [['GITHUB_TOKEN'], APP_KEYS]));
  return lacks === undefined ? { phase: 'Authenticated', message: '' } : { phase: 'SecretMissing', message: lacks };
}

function lacking(keys: SecretKeys, name: string, alternatives: readonly (readonly string[])[]): string | undefined {
  if (keys === undefined) return `Secret "${name}" does not exist`;
  if (alternatives.some((needed) => needed.every((key) => keys.has(key)))) return undefined;
  return `Secret "${name}" has no ${alternatives.map((needed) => needed.join(', ')).join(', and not ')}, or it is empty`;
}
