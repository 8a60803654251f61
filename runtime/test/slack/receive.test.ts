import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import { sleep } from '../../src/kube/clock.ts';
import type { Receipt } from '../../src/slack/deliveries.ts';
import type { SlackPayload } from '../../src/slack/payload.ts';
import { type Acknowledgement, receive } from '../../src/slack/receive.ts';
import { SlackServer } from '../../src/testing/slack-server.ts';

const event: SlackPayload = { kind: 'event', id: 'Ev1', event: { type: 'message' } };
const command = (responseUrl = 'https://hooks.slack.com/response/1'): SlackPayload => ({ kind: 'command', body: { command: '/fix', channel_id: 'C0123ABCD', text: 'it', response_url: responseUrl } });

interface Row {
  readonly it: string;
  readonly payload: SlackPayload;
  readonly tookMs?: number;
  readonly outcome?: Receipt | Error;
  readonly acknowledgement: Acknowledgement;
  readonly late?: object[];
}

const LATE = { isTaken: true, text: ':hourglass_flowing_sand: This takes longer than usual; what becomes of it is told here.' } as const;
const told = (text: string) => ({ response_type: 'ephemeral', text });

describe('what Slack sent', () => {
  test.each<Row>([
    { it: 'is acknowledged once it is durable', payload: event, acknowledgement: { isTaken: true } },
    { it: 'is acknowledged up to two and a half seconds later', payload: event, tookMs: 2_499, acknowledgement: { isTaken: true } },
    { it: 'is not acknowledged after that, so that it comes again', payload: event, tookMs: 2_501, acknowledgement: { isTaken: false } },
    { it: 'is not acknowledged when it failed', payload: event, outcome: new Error('the API server is away'), acknowledgement: { isTaken: false } },
    { it: 'as a slash command is answered', payload: command(), outcome: { text: 'Accepted' }, acknowledgement: { isTaken: true, text: 'Accepted' } },
    {
      it: 'as a slash command is answered when it failed, since it never comes again', payload: command(), outcome: new Error('away'),
      acknowledgement: { isTaken: true, text: ':warning: This could not be taken for now. Please try again in a minute.' },
    },
    { it: 'as a slash command is answered later what takes longer', payload: command(), tookMs: 5_000, outcome: { text: 'Accepted' }, acknowledgement: LATE, late: [told('Accepted')] },
    {
      it: 'as a slash command is answered later what fails later', payload: command(), tookMs: 5_000, outcome: new Error('away'), acknowledgement: LATE,
      late: [told(':warning: This could not be taken for now. Please try again in a minute.')],
    },
    { it: 'as a slash command is never answered elsewhere', payload: command('https://evil.example/response/1'), tookMs: 5_000, outcome: { text: 'Accepted' }, acknowledgement: LATE },
    { it: 'as a slash command is never answered without TLS', payload: command('http://hooks.slack.com/response/1'), tookMs: 5_000, outcome: { text: 'Accepted' }, acknowledgement: LATE },
    { it: 'as a slash command without an address is not answered later', payload: command(''), tookMs: 5_000, outcome: { text: 'Accepted' }, acknowledgement: LATE },
  ])('$it', async ({ payload, tookMs = 0, outcome = {}, acknowledgement, late = [] }) => {
    const clock = new VirtualClock();
    const slack = new SlackServer({ clock });
    const take = async () => {
      if (tookMs > 0) await sleep(clock, tookMs);
      if (outcome instanceof Error) throw outcome;
      return outcome;
    };
    const answer = receive(payload, { deliveries: { take }, fetch: slack.fetch, clock });
    await clock.advance(10_000);
    expect([await answer, slack.responses]).toEqual([acknowledgement, late]);
  });
});
