export type WebhookSourceName = 'github' | 'linear' | 'generic';

/** Where a delivery was posted to. */
export type Endpoint =
  /** What the whole installation shares; `source` is the last part of the path, which for generic ones is the `source` of a trigger. */
  | { readonly at: 'server'; readonly type: WebhookSourceName; readonly source: string }
  | { readonly at: 'gateway'; readonly namespace: string; readonly name: string };

const NAME = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;

/**
 * Reads a path as the reference does: `/webhook/github`, `/webhook/linear`, `/webhook/<source>`, `/webhook/<namespace>/<gateway>`, with at most one slash at the end.
 *
 * A trigger whose `source` is `github` or `linear` is never reached without a gateway: these two belong to the services.
 */
export function endpointAt(path: string): Endpoint | 'noPath' | 'badPath' {
  const [, root, ...parts] = path.split('/');
  if (root !== 'webhook') return 'noPath';
  if (parts.at(-1) === '') parts.pop();
  const [first = '', second] = parts;
  if (parts.length < 1 || parts.length > 2 || !parts.every((part) => NAME.test(part))) return 'badPath';
  if (second !== undefined) return { at: 'gateway', namespace: first, name: second };
  return { at: 'server', type: first === 'github' || first === 'linear' ? first : 'generic', source: first };
}

/** Tells endpoints apart, wherever ids of deliveries are remembered. */
export function endpointId(endpoint: Endpoint): string {
  return endpoint.at === 'server' ? endpoint.source : `${endpoint.namespace}/${endpoint.name}`;
}
