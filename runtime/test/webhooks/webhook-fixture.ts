import { createHmac } from 'node:crypto';
import type { TaskSpawner, TaskSpawnerSpec, WebhookGateway, WebhookGatewaySpec } from '@taskwright/schema';
import { Registry } from 'prom-client';
import type { Clock } from '../../src/kube/clock.ts';
import { Indexer } from '../../src/kube/indexer.ts';
import type { Log } from '../../src/kube/log.ts';
import { keyOf } from '../../src/kube/object.ts';
import type { SourceContext } from '../../src/sources/source.ts';
import { LinearLabels } from '../../src/sources/linear-webhook/linear-labels.ts';
import { linearWebhookSource } from '../../src/sources/linear-webhook/linear-webhook.ts';
import { webhookSource } from '../../src/sources/webhook/webhook.ts';
import { BodyRoom } from '../../src/webhooks/body.ts';
import { Deliveries } from '../../src/webhooks/deliveries.ts';
import type { WebhookSources } from '../../src/webhooks/dispatch.ts';
import { Doors } from '../../src/webhooks/doors.ts';
import { BY_LISTENING, listeningOf } from '../../src/webhooks/listeners.ts';
import type { SlackDoor } from '../../src/webhooks/slack-door.ts';
import { webhookApp } from '../../src/webhooks/webhook-app.ts';
import { WebhookMetrics } from '../../src/webhooks/webhook-metrics.ts';
import { ManualClock } from '../kube/manual-clock.ts';
import { PlayedSpawning } from './played-spawning.ts';

export const SECRETS = { github: 'a-secret-of-github', linear: 'a-secret-of-linear', generic: 'a-secret-of-others', gateway: 'a-secret-of-a-gateway' };

export function aSpawner(name: string, when: TaskSpawnerSpec['when'], { namespace = 'dev', ...spec }: Partial<TaskSpawnerSpec> & { namespace?: string } = {}): TaskSpawner {
  const taskTemplate = { worker: { type: 'claude-code' as const, credentials: { type: 'none' as const } } };
  return { metadata: { namespace, name, uid: `uid-of-${name}`, resourceVersion: '1' }, spec: { suspend: false, when, taskTemplate, ...spec } };
}

export function aGateway(name: string, spec: WebhookGatewaySpec, namespace = 'dev'): WebhookGateway {
  return { metadata: { namespace, name, uid: `uid-of-${name}`, resourceVersion: '1', generation: 1 }, spec };
}

/** Stands for what judges deliveries of GitHub: it takes every event that the trigger lists. */
const anyEvent: WebhookSources['githubWebhook'] = {
  trigger: 'githubWebhook',
  async match({ events }, { id, event, payload }) {
    const summary = `${event} of GitHub`;
    if (!events.includes(event)) return { id, summary, filter: 'events', seen: event };
    const hash = createHmac('sha256', '').update(id).digest('hex').slice(0, 12);
    return { id, nameSuffix: `${event.replaceAll('_', '-')}-${hash}`, summary, variables: { Payload: payload }, labels: [], annotations: {} };
  },
};

export interface Fixture {
  readonly spawners?: readonly TaskSpawner[];
  readonly gateways?: readonly WebhookGateway[];
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly clock?: Clock;
  readonly sources?: Partial<WebhookSources>;
  readonly allowsUnsigned?: boolean;
  readonly fetch?: typeof globalThis.fetch;
  readonly room?: BodyRoom;
  readonly isReady?: () => boolean;
  readonly pausedBy?: () => string | undefined;
  readonly slack?: SlackDoor;
}

/** The server without sockets. */
export function anApp({ spawners = [], gateways = [], secrets = {}, clock = new ManualClock(), sources = {}, allowsUnsigned = false, fetch = noFetch, room = new BodyRoom(), isReady = () => true, pausedBy, slack }: Fixture = {}) {
  const lines: string[] = [];
  const told = (level: string) => (fields: object, message: string) => void lines.push(JSON.stringify({ level, ...fields, message }));
  const log: Log = { debug: told('debug'), info: told('info'), warn: told('warn'), error: told('error') };
  const index = new Indexer<TaskSpawner, typeof BY_LISTENING>({ [BY_LISTENING]: listeningOf }, (error) => {
    throw error;
  });
  for (const spawner of spawners) index.put(spawner);
  const readSecret = async (namespace: string, name: string) => secrets[`${namespace}/${name}`];
  const doors = new Doors({
    gateway: (namespace, name) => gateways.find((gateway) => keyOf(gateway) === `${namespace}/${name}`),
    readSecret,
    secrets: { signing: async (source) => (source === 'generic' && allowsUnsigned ? undefined : SECRETS[source]), linearApiKey: async () => undefined },
    allowsUnsigned,
  });
  const spawning = new PlayedSpawning();
  const deliveries = new Deliveries({ clock });
  const registry = new Registry();
  const contextOf = (spawner: TaskSpawner, signal: AbortSignal): SourceContext =>
    // The sources of webhooks ask for no more than this.
    ({ spawner, readSecret: (name: string) => readSecret(spawner.metadata.namespace!, name), fetch, clock, signal, log }) as Partial<SourceContext> as SourceContext;
  const app = webhookApp({
    doors,
    deliveries,
    clock,
    isReady,
    ...(pausedBy ? { pausedBy } : {}),
    room,
    log,
    sources: { githubWebhook: anyEvent, linearWebhook: linearWebhookSource(new LinearLabels()), webhook: webhookSource, ...sources },
    listeners: (value) => index.byIndex(BY_LISTENING, value),
    contextOf,
    spawning,
    slack,
    metrics: new WebhookMetrics(registry, () => deliveries.underWay),
  });
  return {
    app,
    spawning,
    deliveries,
    lines,
    room,
    registry,
    /** Status and text of the answer. */
    async post(path: string, body: string | Buffer, headers: Record<string, string> = {}) {
      const response = await app.request(path, { method: 'POST', body: body as string, headers: { 'content-type': 'application/json', ...headers } });
      return { status: response.status, text: await response.text() };
    },
  };
}

async function noFetch(): Promise<never> {
  throw new Error('nothing is fetched here');
}

function hmac(key: string, body: string | Buffer): string {
  return createHmac('sha256', key).update(body).digest('hex');
}

/** The headers with which GitHub, or who signs as it does, sends a body. */
export function fromGitHub(body: string | Buffer, { key = SECRETS.github, event = 'issues', id = 'delivery-1' } = {}): Record<string, string> {
  return { 'x-github-event': event, 'x-github-delivery': id, 'x-hub-signature-256': `sha256=${hmac(key, body)}` };
}

export function fromLinear(body: string | Buffer, { key = SECRETS.linear, id = 'delivery-1' } = {}): Record<string, string> {
  return { 'linear-delivery': id, 'linear-signature': hmac(key, body) };
}

export function signed(body: string | Buffer, key = SECRETS.generic): Record<string, string> {
  return { 'x-hub-signature-256': `sha256=${hmac(key, body)}` };
}
