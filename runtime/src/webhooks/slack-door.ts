import type { Context } from 'hono';
import { type BodyRoom, readBody } from './body.ts';

/** What takes the requests of Slack: the signature is about the bytes as they came. */
export type SlackDoor = (request: { readonly headers: Readonly<Record<string, string | undefined>>; readonly rawBody: Uint8Array }) => Promise<{ readonly status: number; readonly contentType: string; readonly body: string }>;

/** Where an app of Slack sends events and slash commands. */
export const SLACK_PATH = '/webhook/slack';

const REFUSALS = { tooLarge: 413, busy: 503, cutOff: 400 } as const;

export function slackHandler(door: SlackDoor, { room, isReady }: { readonly room: BodyRoom; readonly isReady: () => boolean }): (context: Context) => Promise<Response> {
  return async ({ req: { raw } }) => {
    if (!isReady()) return new Response('not taken for now; send it again', { status: 503 });
    const rawBody = await readBody(raw, room);
    if (typeof rawBody === 'string') return new Response(rawBody, { status: REFUSALS[rawBody] });
    try {
      const { status, contentType, body } = await door({ headers: Object.fromEntries(raw.headers), rawBody });
      return new Response(body, { status, headers: { 'content-type': contentType } });
    } finally {
      room.giveBack(rawBody.length);
    }
  };
}
