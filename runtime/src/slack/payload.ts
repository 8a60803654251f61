import { z } from 'zod';

/** What Slack tells an app, whichever way it comes. */
export type SlackPayload =
  /** `id` is the same when it is sent again. */
  | { readonly kind: 'event'; readonly id: string; readonly event: Readonly<Record<string, unknown>> }
  | { readonly kind: 'command'; readonly body: unknown };

const callback = z.object({ event_id: z.string().min(1), event: z.looseObject({ type: z.string() }) });

/** Reads the body of an `event_callback`. Nothing: it is none. */
export function readCallback(body: unknown): SlackPayload | undefined {
  const parsed = callback.safeParse(body);
  return parsed.success ? { kind: 'event', id: parsed.data.event_id, event: parsed.data.event } : undefined;
}
