import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import { slackRoute } from '../../src/slack/slack-route.ts';
import { aSpawner, CHANNEL } from '../sources/slack/slack-fixtures.ts';
import { aRig } from './slack-fixtures.ts';

const SECRET = 'a-signing-secret';
const start = () => {
  const clock = new VirtualClock();
  const rig = aRig(clock, [aSpawner()]);
  rig.slack.channel(CHANNEL);
  const route = slackRoute(SECRET, { deliveries: rig.deliveries, fetch: rig.slack.fetch, clock });
  const send = (body: string, headers: Record<string, string> = {}) => {
    const at = String(clock.now().getTime() / 1_000);
    const signature = `v0=${createHmac('sha256', SECRET).update(`v0:${at}:${body}`).digest('hex')}`;
    return route({ headers: { 'content-type': 'application/json', 'x-slack-request-timestamp': at, 'x-slack-signature': signature, ...headers }, rawBody: Buffer.from(body) });
  };
  return { clock, send, ...rig };
};
const plain = (status: number, body = '') => ({ status, contentType: 'text/plain; charset=utf-8', body });

test('an event is a Task when it is answered with 200, and sent again it is the same one', async () => {
  const { slack, spawning, send } = start();
  const body = JSON.stringify({ type: 'event_callback', event_id: 'Ev1', event: slack.say(CHANNEL, '<@UBOT> fix it') });
  expect([await send(body), await send(body, { 'x-slack-retry-num': '1' })]).toEqual([plain(200), plain(200)]);
  expect(spawning.made).toHaveLength(1);
});

test('an event that could not be taken is answered with 503, and is taken when it comes again', async () => {
  const { slack, spawning, send } = start();
  const body = JSON.stringify({ type: 'event_callback', event_id: 'Ev1', event: slack.say(CHANNEL, '<@UBOT> fix it') });
  spawning.before = () => {
    throw new Error('the API server is away');
  };
  expect(await send(body)).toEqual(plain(503, 'not taken for now; send it again'));
  delete spawning.before;
  expect([await send(body), spawning.made.length]).toEqual([plain(200), 1]);
});

test('a slash command is answered to whoever typed it', async () => {
  const { spawning, send } = start();
  const answer = await send(`command=%2Ffix&text=it&channel_id=${CHANNEL}&user_id=UANN&trigger_id=1.2`, { 'content-type': 'application/x-www-form-urlencoded' });
  expect(answer).toEqual({ status: 200, contentType: 'application/json', body: JSON.stringify({ response_type: 'ephemeral', text: `:white_check_mark: Accepted: Task \`${spawning.made[0]}\`.` }) });
});

test('what is not signed starts nothing', async () => {
  const { slack, spawning, send } = start();
  const body = JSON.stringify({ type: 'event_callback', event_id: 'Ev1', event: slack.say(CHANNEL, '<@UBOT> fix it') });
  expect(await send(body, { 'x-slack-signature': 'v0=00' })).toEqual(plain(401, 'X-Slack-Signature: is not that of this request'));
  expect(spawning.made).toEqual([]);
});
