import type { Context } from 'hono';
import type { Clock } from '../kube/clock.ts';
import { ANSWERS, type AnswerName } from './answer.ts';
import { type Arrival, type BodyRoom, readBody } from './body.ts';
import type { WebhookMetrics } from './webhook-metrics.ts';

/** What takes the requests of Slack: the signature is about the bytes as they came. */
export type SlackDoor = (request: { readonly headers: Readonly<Record<string, string | undefined>>; readonly rawBody: Uint8Array }) => Promise<{ readonly status: number; readonly contentType: string; readonly body: string }>;

/** Where an app of Slack sends events and slash commands. */
export const SLACK_PATH = '/webhook/slack';

export interface SlackHandlerOptions {
  readonly room: BodyRoom;
  readonly isReady: () => boolean;
  readonly clock: Clock;
  readonly metrics?: Pick<WebhookMetrics, 'answered'>;
}

/** Its answers by their status: the words are those of all deliveries. */
const OUTCOMES: Readonly<Record<number, AnswerName>> = { 200: 'taken', 400: 'notJson', 401: 'unauthorized', 503: 'failed' };

export function slackHandler(door: SlackDoor, { room, isReady, clock, metrics }: SlackHandlerOptions): (context: Context) => Promise<Response> {
  return async ({ req: { raw } }) => {
    const startedAt = clock.elapsed();
    const answer = (outcome: AnswerName, status: number, bytes: number, body: string, contentType = 'text/plain; charset=utf-8') => {
      metrics?.answered({ source: 'slack', outcome, status, tookMs: clock.elapsed() - startedAt, bytes });
      return new Response(body, { status, headers: { 'content-type': contentType } });
    };
    if (!isReady()) return answer('notReady', 503, 0, 'not taken for now; send it again');
    const rawBody = await readBody(raw as Request & Arrival, room);
    if ('why' in rawBody) return answer(rawBody.why, ANSWERS[rawBody.why].status, rawBody.bytes, rawBody.why);
    try {
      const { status, contentType, body } = await door({ headers: Object.fromEntries(raw.headers), rawBody });
      return answer(OUTCOMES[status] ?? 'failed', status, rawBody.length, body, contentType);
    } finally {
      room.giveBack(rawBody.length);
    }
  };
}
