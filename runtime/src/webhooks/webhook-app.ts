import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import type { Clock } from '../kube/clock.ts';
import { type Log, silentLog } from '../kube/log.ts';
import { type AnswerName, ANSWERS } from './answer.ts';
import { type Arrival, arrivalOf, BodyRoom, readBody } from './body.ts';
import type { Deliveries } from './deliveries.ts';
import { type Delivery, deliveryOf } from './delivery.ts';
import { parseDelivery } from './delivery-json.ts';
import { dispatch, type Dispatched, type DispatchOptions } from './dispatch.ts';
import type { Door, Doors } from './doors.ts';
import { type Endpoint, endpointAt } from './endpoint.ts';
import { isSigned } from './signature.ts';
import { SLACK_PATH, type SlackDoor, slackHandler } from './slack-door.ts';
import type { DeliveryOutcome, DeliveryPlace, WebhookMetrics } from './webhook-metrics.ts';

export interface WebhookAppOptions extends Omit<DispatchOptions, 'log'> {
  readonly doors: Pick<Doors, 'at'>;
  readonly deliveries: Deliveries;
  readonly clock: Clock;
  /** Whether everything that decides about a delivery is known. */
  readonly isReady: () => boolean;
  /** Why nothing is made of events at the moment; `undefined` when it is. */
  readonly pausedBy?: () => string | undefined;
  /** Takes what Slack sends, which has a signature and answers of its own. Left out: that path is like any other. */
  readonly slack?: SlackDoor;
  readonly room?: BodyRoom;
  readonly log?: Log;
  /** Left out: nothing is counted. */
  readonly metrics?: Pick<WebhookMetrics, 'answered'>;
}

/** Behind a socket it is given what that has; without one, a request of the web is enough. */
export type WebhookApp = Hono<{ Bindings: Partial<HttpBindings> }>;

/** What is told of a request. Never a body, a header or a signature. */
interface Told {
  place: DeliveryPlace;
  bytes: number;
  source?: string;
  delivery?: string;
  event?: string;
  dispatched?: Dispatched;
}

/** Paths come from strangers. */
const MOST_PATH = 200;

/**
 * Takes deliveries.
 *
 * **Guarantee** Every request gets one of {@link ANSWERS}, nothing it holds ends the process, and no more than the limits is read of it before it is known who sent it.
 * 200 says that what became of the delivery is durable.
 */
export function webhookApp(options: WebhookAppOptions): WebhookApp {
  const { clock, isReady, metrics, log = silentLog } = options;
  const room = options.room ?? new BodyRoom();
  const app: WebhookApp = new Hono();
  if (options.slack) app.post(SLACK_PATH, slackHandler(options.slack, { room, isReady, clock, metrics }));
  app.all('*', async ({ req: { raw, path }, env }) => {
    const startedAt = clock.elapsed();
    const told: Told = { place: {}, bytes: 0 };
    const outcome = await answerTo(raw.method, path, env?.incoming ? arrivalOf(env.incoming) : (raw as Request & Arrival), { ...options, log, room }, told).catch((err: unknown) => {
      log.error({ err }, 'a delivery met a defect');
      return 'broken' as const;
    });
    const { status, text, headers } = { headers: undefined, ...ANSWERS[outcome === 'known' ? 'taken' : outcome] };
    const { place, bytes, dispatched, ...about } = told;
    const tookMs = clock.elapsed() - startedAt;
    metrics?.answered({ ...place, outcome, status, tookMs, bytes });
    log.info({ method: raw.method, path: path.slice(0, MOST_PATH), ...about, outcome, status, ...dispatched, ms: Math.round(tookMs) }, 'delivery');
    return new Response(text, { status, headers: { ...headers, 'content-type': 'text/plain; charset=utf-8' } });
  });
  return app;
}

type Parts = WebhookAppOptions & { readonly log: Log; readonly room: BodyRoom };

async function answerTo(method: string, path: string, request: Arrival, parts: Parts, told: Told): Promise<DeliveryOutcome> {
  if (method !== 'POST') return 'notPost';
  const endpoint = endpointAt(path);
  if (typeof endpoint === 'string') return endpoint;
  if (endpoint.at === 'server') told.place = { source: endpoint.type };
  if (!parts.isReady()) return 'notReady';
  if (!isJsonType(request.headers.get('content-type'))) return 'notJsonType';
  const body = await readBody(request, parts.room);
  told.bytes = 'why' in body ? body.bytes : body.length;
  if ('why' in body) return body.why;

  const hold = new Hold(parts.room, body.length);
  try {
    const door = await parts.doors.at(endpoint);
    told.place = placeOf(endpoint, door);
    if (door === 'noKey') return 'noKey';
    if (!isLetIn(door, request.headers, body)) return 'unauthorized';
    const delivery = read({ endpoint, door: door as Door, headers: request.headers, body, now: parts.clock.now() });
    if (typeof delivery === 'string') return delivery;
    Object.assign(told, { source: delivery.trigger, delivery: delivery.id, event: delivery.event.slice(0, MOST_PATH) });
    return parts.pausedBy?.() === undefined ? await receive(delivery, hold, parts, told) : 'paused';
  } finally {
    hold.letGo();
  }
}

/** A gateway that does not exist has as many names as strangers can think of. */
function placeOf(endpoint: Endpoint, door: Door | 'closed' | 'noKey'): DeliveryPlace {
  if (endpoint.at === 'server') return { source: endpoint.type };
  if (door === 'closed') return {};
  const { namespace, name } = endpoint;
  return { gateway: { namespace, name }, ...(door === 'noKey' ? {} : { source: door.source }) };
}

/** A page of a browser can send any other type to a server on its own machine without being asked. */
function isJsonType(contentType: string | null): boolean {
  return contentType === null || /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(contentType);
}

function isLetIn(door: Door | 'closed', headers: Arrival['headers'], body: Buffer): boolean {
  if (door === 'closed') return isSigned('github', headers, body, []);
  return door.keys === 'unsigned' || isSigned(door.source, headers, body, door.keys);
}

function read(arrived: Omit<Parameters<typeof deliveryOf>[0], 'value'> & { readonly endpoint: Endpoint }): Delivery | AnswerName {
  const parsed = parseDelivery(arrived.body);
  return typeof parsed === 'string' ? parsed : deliveryOf({ ...arrived, value: parsed.value });
}

async function receive(delivery: Delivery, hold: Hold, parts: Parts, told: Told): Promise<DeliveryOutcome> {
  const reception = await parts.deliveries.receive(delivery.key, async (signal) => {
    hold.keep();
    try {
      told.dispatched = await dispatch(delivery, parts, signal);
    } finally {
      hold.letGo();
    }
  });
  return RECEPTIONS[reception];
}

const RECEPTIONS = { taken: 'taken', repeated: 'known', failed: 'failed', late: 'late', busy: 'busy', stopping: 'notReady' } as const;

/** The room that one body takes: until it is answered, and until the work on it has ended. */
class Hold {
  readonly #room: BodyRoom;
  readonly #bytes: number;
  #holders = 1;

  constructor(room: BodyRoom, bytes: number) {
    this.#room = room;
    this.#bytes = bytes;
  }

  keep(): void {
    this.#holders += 1;
  }

  letGo(): void {
    this.#holders -= 1;
    if (this.#holders === 0) this.#room.giveBack(this.#bytes);
  }
}
