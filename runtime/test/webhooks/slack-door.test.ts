import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { BodyRoom, MOST_BODY_BYTES } from '../../src/webhooks/body.ts';
import { SLACK_PATH, type SlackDoor, slackHandler } from '../../src/webhooks/slack-door.ts';
import { ManualClock } from '../kube/manual-clock.ts';

const asked: string[] = [];
const slack: SlackDoor = async ({ headers, rawBody }) => {
  asked.push(`${headers['x-slack-signature']} ${Buffer.from(rawBody).toString()}`);
  return { status: 200, contentType: 'application/json', body: '{"text":"Accepted"}' };
};

const served = (room = new BodyRoom(), isReady = () => true) => new Hono().post(SLACK_PATH, slackHandler(slack, { room, isReady, clock: new ManualClock() }));

test('what Slack sends is handed on as it came, whatever its type is, and its room is given back', async () => {
  const room = new BodyRoom(30);
  const response = await served(room).request(SLACK_PATH, { method: 'POST', body: 'command=%2Ffix&text=é', headers: { 'x-slack-signature': 'v0=1', 'content-type': 'application/x-www-form-urlencoded' } });
  expect([response.status, response.headers.get('content-type'), await response.text(), asked]).toEqual([200, 'application/json', '{"text":"Accepted"}', ['v0=1 command=%2Ffix&text=é']]);
  expect(room.take(30)).toBe(true);
});

test('what is too long is not read', async () => {
  const response = await served().request(SLACK_PATH, { method: 'POST', body: 'x', headers: { 'content-length': String(MOST_BODY_BYTES + 1) } });
  expect(response.status).toBe(413);
});

test('before everything is known Slack is told to come again', async () => {
  const response = await served(undefined, () => false).request(SLACK_PATH, { method: 'POST', body: 'x' });
  expect(response.status).toBe(503);
});
