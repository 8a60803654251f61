import type { ApiObject } from 'cdk8s';
import { type Problem, quote } from './problem';
import { type NamedObject, WEBHOOK_GATEWAY, checkReference } from './reference';

/** Checks the gateway that a trigger listens to: it is there, in the same namespace, and takes deliveries of the source of the trigger. */
export function checkGateway(from: ApiObject, gateway: (NamedObject & { readonly sourceType?: string }) | null | undefined, source: 'github' | 'linear' | 'generic', path: string): Problem[] {
  if (gateway === undefined || gateway === null) return [];
  const problems = checkReference(from, WEBHOOK_GATEWAY, gateway, path);
  const { sourceType } = gateway;
  if (sourceType !== undefined && sourceType !== source) {
    problems.push({ code: 'never-matches', path, got: `WebhookGateway ${quote(gateway.name)}`, allowed: `it takes deliveries of ${NAMES[sourceType] ?? sourceType}`, fix: `pass one with ${FACTORIES[source]}` });
  }
  return problems;
}

const NAMES: { readonly [source: string]: string } = { github: 'GitHub', linear: 'Linear', generic: 'any JSON' };
const FACTORIES = { github: 'WebhookSource.github(secret)', linear: 'WebhookSource.linear(secret)', generic: 'WebhookSource.generic()' };
