import { createHash } from 'node:crypto';
import type { GitHubDelivery } from '../sources/github-webhook/delivery.ts';
import { isKnownEvent } from '../sources/github-webhook/github-webhook.ts';
import type { LinearDelivery } from '../sources/linear-webhook/linear-delivery.ts';
import type { WebhookDelivery } from '../sources/webhook/webhook.ts';
import type { AnswerName } from './answer.ts';
import { isJsonObject } from './delivery-json.ts';
import type { Door } from './doors.ts';
import { type Endpoint, endpointId } from './endpoint.ts';
import { concernedBy } from './listeners.ts';

/** A delivery that was let in: for which spawners it may be something, and what their source is given. */
export type Delivery = Addressed & (
  | { readonly trigger: 'githubWebhook'; readonly content: GitHubDelivery }
  | { readonly trigger: 'linearWebhook'; readonly content: LinearDelivery }
  | { readonly trigger: 'webhook'; readonly content: WebhookDelivery }
);

interface Addressed {
  /** Tells it from all others, of every endpoint. */
  readonly key: string;
  readonly id: string;
  readonly event: string;
  /** Values of the index of spawners. */
  readonly concerns: readonly string[];
}

export interface Arrived {
  readonly endpoint: Endpoint;
  readonly door: Door;
  readonly headers: Pick<Headers, 'get'>;
  readonly body: Buffer;
  readonly value: unknown;
  readonly now: Date;
}

/** Linear's own advice against replays. */
const FRESH_MS = 60_000;
const MOST_ID = 200;

/** Reads what a service says around its payload, or says why it is refused. */
export function deliveryOf(arrived: Arrived): Delivery | AnswerName {
  switch (arrived.door.source) {
    case 'github':
      return ofGitHub(arrived);
    case 'linear':
      return ofLinear(arrived);
    case 'generic':
      return generic(arrived);
  }
}

function ofGitHub(arrived: Arrived): Delivery | AnswerName {
  const { endpoint, door: { gateway }, headers, value: payload } = arrived;
  if (!isJsonObject(payload)) return 'noObject';
  const event = headers.get('x-github-event');
  if (!event) return 'noEvent';
  const id = idOf(arrived, 'x-github-delivery', 'github');
  const name = isJsonObject(payload.repository) ? payload.repository.full_name : undefined;
  const concerns = !isKnownEvent(event) ? [] : concernedBy(placeOf(endpoint), { source: 'github', event, ...(typeof name === 'string' ? { repository: name } : {}) });
  const { credentialsRef, apiBaseURL } = gateway?.spec.github ?? {};
  const access = credentialsRef && { secretName: credentialsRef.name, ...(apiBaseURL ? { apiUrl: apiBaseURL } : {}) };
  const content = { id, event, payload, ...(gateway ? { gateway: gateway.metadata.name! } : {}), ...(access ? { access } : {}) };
  return { trigger: 'githubWebhook', key: `${endpointId(endpoint)} ${id}`, id, event, concerns, content };
}

function ofLinear(arrived: Arrived): Delivery | AnswerName {
  const { endpoint, door: { apiKey }, value: payload, now } = arrived;
  if (!isJsonObject(payload)) return 'noObject';
  const { webhookTimestamp, type } = payload;
  // Without one it is not from Linear itself, and nobody else's can be replayed without the key.
  if (typeof webhookTimestamp === 'number' && Math.abs(now.getTime() - webhookTimestamp) > FRESH_MS) return 'stale';
  const id = idOf(arrived, 'linear-delivery', 'linear');
  const event = typeof type === 'string' ? type : '';
  const concerns = concernedBy(placeOf(endpoint), { source: 'linear', type: event });
  return { trigger: 'linearWebhook', key: `${endpointId(endpoint)} ${id}`, id, event, concerns, content: { id, payload, ...(apiKey === undefined ? {} : { apiKey }) } };
}

/** What tells these apart each spawner maps for itself. Together they are one when their bodies are. */
function generic({ endpoint, body, value: payload }: Arrived): Delivery | AnswerName {
  if (typeof payload !== 'object' || payload === null) return 'noObject';
  const digest = hash(body);
  const name = endpoint.at === 'gateway' ? endpoint.name : endpoint.source;
  const concerns = concernedBy(placeOf(endpoint), { source: 'generic', ...(endpoint.at === 'server' ? { name } : {}) });
  return { trigger: 'webhook', key: `${endpointId(endpoint)} ${digest}`, id: digest, event: name, concerns, content: { endpoint: name, endpointId: endpointId(endpoint), payload, digest } };
}

function idOf({ endpoint, headers, body }: Arrived, header: string, prefix: string): string {
  const told = headers.get(header)?.trim();
  if (told && told.length <= MOST_ID) return told;
  const own = `${prefix}-${hash(body)}`;
  return endpoint.at === 'gateway' ? `${endpointId(endpoint)}/${own}` : own;
}

function placeOf(endpoint: Endpoint): string {
  return endpoint.at === 'server' ? 'server' : endpointId(endpoint);
}

function hash(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}
