import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { readSlackRequest, type SlackReading } from '../../src/slack/slack-request.ts';

const SECRET = '8f742231b10e8888abcd99yyyzzz85a5';
const now = new Date('2026-01-01T00:00:00Z');
const seconds = now.getTime() / 1_000;

const request = (body: string, { at = seconds, secret = SECRET, type = 'application/json', headers = {} }: { at?: number | string; secret?: string; type?: string; headers?: Record<string, string | undefined> } = {}) => ({
  headers: {
    'content-type': type, 'x-slack-request-timestamp': String(at),
    'x-slack-signature': `v0=${createHmac('sha256', secret).update(`v0:${at}:${body}`).digest('hex')}`, ...headers,
  },
  rawBody: Buffer.from(body),
});
const read = (sent: ReturnType<typeof request>, secret = SECRET) => readSlackRequest(sent, secret, now);
const event = JSON.stringify({ type: 'event_callback', event_id: 'Ev1', event: { type: 'message', text: 'é' } });

test('the example of the documentation is signed as it says', () => {
  const body = 'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
  const headers = { 'x-slack-request-timestamp': '1531420618', 'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503', 'content-type': 'application/x-www-form-urlencoded' };
  const reading = readSlackRequest({ headers, rawBody: Buffer.from(body) }, SECRET, new Date(1_531_420_618_000));
  expect('payload' in reading && reading.payload.kind).toBe('command');
});

describe('a request of Slack', () => {
  const taken: SlackReading = { payload: { kind: 'event', id: 'Ev1', event: { type: 'message', text: 'é' } } };
  const unsigned: SlackReading = { status: 401, text: 'X-Slack-Signature: is not that of this request' };
  const old: SlackReading = { status: 401, text: 'X-Slack-Request-Timestamp: is more than five minutes off' };
  const undated: SlackReading = { status: 401, text: 'X-Slack-Request-Timestamp: is missing' };

  test.each<[string, ReturnType<typeof request>, SlackReading]>([
    ['carries an event', request(event), taken],
    ['that is sent again carries the same', request(event, { headers: { 'x-slack-retry-num': '2', 'x-slack-retry-reason': 'http_timeout' } }), taken],
    ['carries a slash command', request('command=%2Ffix&text=the+login&channel_id=C1', { type: 'application/x-www-form-urlencoded' }), { payload: { kind: 'command', body: { command: '/fix', text: 'the login', channel_id: 'C1' } } }],
    ['asks whether we are here', request(JSON.stringify({ type: 'url_verification', challenge: '3eZbrw1aB' })), { status: 200, text: '3eZbrw1aB' }],
    ['asks so in a strange way', request(JSON.stringify({ type: 'url_verification', challenge: {} })), { status: 200, text: '' }],
    ['about something else is taken note of', request(JSON.stringify({ type: 'app_rate_limited' })), { status: 200, text: '' }],
    ['of a button is taken note of', request('payload=%7B%7D', { type: 'application/x-www-form-urlencoded' }), { status: 200, text: '' }],
    ['may be five minutes old', request(event, { at: seconds - 300 }), taken],
    ['may not be older', request(event, { at: seconds - 301 }), old],
    ['may not be of later', request(event, { at: seconds + 301 }), old],
    ['needs a time', request(event, { headers: { 'x-slack-request-timestamp': undefined } }), undated],
    ['needs a time that is a number', request(event, { at: 'NaN' }), undated],
    ['needs a signature', request(event, { headers: { 'x-slack-signature': undefined } }), unsigned],
    ['is refused with the signature of another secret', request(event, { secret: 'other' }), unsigned],
    ['is refused with a signature that is cut', request(event, { headers: { 'x-slack-signature': 'v0=ab' } }), unsigned],
    ['that is not JSON is refused', request('{'), { status: 400, text: 'the body: is not a JSON object' }],
    ['that is a list is refused', request('[]'), { status: 400, text: 'the body: is not a JSON object' }],
    ['that is deeply nested is taken note of', request(`${'{"a":'.repeat(1_000)}1${'}'.repeat(1_000)}`), { status: 200, text: '' }],
  ])('%s', (_, sent, reading) => {
    expect(read(sent)).toEqual(reading);
  });

  test('is refused when its body was changed', () => {
    expect(read({ ...request(event), rawBody: Buffer.from(event.replace('Ev1', 'Ev2')) })).toEqual(unsigned);
  });

  test('is refused without a secret to check it by, even when it is signed with none', () => {
    expect(read(request(event, { secret: '' }), '')).toEqual(unsigned);
  });
});
