import { type Clock, sleep } from '../kube/clock.ts';
import { type Log, silentLog } from '../kube/log.ts';
import { COMMAND_FAILED, COMMAND_LATE } from './command-answer.ts';
import { type Deliveries, type Receipt, responseUrlOf } from './deliveries.ts';
import type { SlackPayload } from './payload.ts';

export interface ReceiveOptions {
  readonly deliveries: Pick<Deliveries, 'take'>;
  readonly fetch: typeof globalThis.fetch;
  /** Whom answers to slash commands may be sent to besides Slack: the API root of tests. */
  readonly apiUrl?: string;
  readonly clock: Clock;
  readonly log?: Log;
}

/** What to answer to Slack: that it arrived, with a text for who typed a slash command; or nothing, so that it comes again. */
export type Acknowledgement = { readonly isTaken: true; readonly text?: string } | { readonly isTaken: false };

/** Slack waits three seconds, of which the way takes some. */
const LONGEST_WAIT_MS = 2_500;
/** Where Slack takes late answers. */
const RESPONSE_HOST = 'hooks.slack.com';

/**
 * What to answer to an event, within the time that Slack waits.
 *
 * **Guarantee** An event is acknowledged only after what became of it is durable. One that takes longer, or fails, is not, and Slack sends it again. A slash command is never sent again:
 * who typed it is told what became of it, late if need be.
 */
export async function receive(payload: SlackPayload, options: ReceiveOptions): Promise<Acknowledgement> {
  const { deliveries, clock, log = silentLog } = options;
  const done: Promise<Receipt | Error> = deliveries.take(payload).catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
  const waited = new AbortController();
  const outcome = await Promise.race([done, sleep(clock, LONGEST_WAIT_MS, waited.signal).catch(() => undefined)]);
  waited.abort();
  if (payload.kind === 'event') {
    if (outcome instanceof Error) log.warn({ err: outcome }, 'an event of Slack was not taken; it comes again');
    return { isTaken: outcome !== undefined && !(outcome instanceof Error) };
  }
  if (outcome === undefined) {
    void answerLate(responseUrlOf(payload), done, options);
    return { isTaken: true, text: COMMAND_LATE };
  }
  return { isTaken: true, ...textOf(outcome, log) };
}

function textOf(outcome: Receipt | Error, log: Log): Receipt {
  if (!(outcome instanceof Error)) return outcome;
  log.warn({ err: outcome }, 'a slash command of Slack was not taken');
  return { text: COMMAND_FAILED };
}

/** Never rejects: nobody waits for it. */
async function answerLate(responseUrl: string, done: Promise<Receipt | Error>, { fetch, apiUrl, log = silentLog }: ReceiveOptions): Promise<void> {
  const { text } = textOf(await done, log);
  if (text === undefined || !isOfSlack(responseUrl, apiUrl)) return;
  try {
    const answer = await fetch(responseUrl, { method: 'POST', redirect: 'error', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ response_type: 'ephemeral', text }) });
    await answer.body?.cancel();
  } catch (err) {
    log.warn({ err }, 'a slash command of Slack could not be answered');
  }
}

/** The address came with the command: nothing is sent to anybody else. */
function isOfSlack(address: string, apiUrl: string | undefined): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, origin } = new URL(address);
  return (protocol === 'https:' && hostname === RESPONSE_HOST) || (apiUrl !== undefined && origin === new URL(apiUrl).origin);
}
