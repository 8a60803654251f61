import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import { SlackApi, type SlackError } from '../../src/slack/slack-api.ts';
import { SlackServer } from '../../src/testing/slack-server.ts';

const CHANNEL = 'C0123ABCD';
const failure = (call: Promise<unknown>) => call.then(() => 'none', ({ name, code, retryAfterMs }: SlackError) => ({ name, code, retryAfterMs }));
const start = (token = 'xoxb-test') => {
  const clock = new VirtualClock();
  const slack = new SlackServer({ clock });
  slack.channel(CHANNEL);
  return { clock, slack, api: new SlackApi({ token, clock, fetch: slack.fetch }) };
};

describe('the client of Slack', () => {
  test('knows who it is', async () => {
    expect(await start().api.identity()).toEqual({ userId: 'UBOT', botId: 'BBOT' });
  });

  test('says what Slack says, and never the token', async () => {
    const { api } = start('xoxb-secret');
    await expect(api.identity()).rejects.toThrow(/^Slack auth\.test: answered "invalid_auth"$/);
    await expect(api.identity()).rejects.not.toThrow(/secret/);
  });

  test.each<[string, object, string]>([
    ['an error of the server', { status: 500 }, 'request_failed'],
    ['an answer that was lost', { lostAnswer: true }, 'request_failed'],
    ['an error of the method', { error: 'fatal_error' }, 'fatal_error'],
  ])('does not repeat what met %s', async (_, fault, code) => {
    const { slack, api } = start();
    slack.fault = () => fault as never;
    expect(await failure(api.identity())).toEqual({ name: 'SlackError', code, retryAfterMs: undefined });
    expect(slack.calls).toHaveLength(1);
  });

  test('leaves a method alone for as long as Slack asked, and the others not', async () => {
    const { clock, slack, api } = start();
    slack.fault = (method) => (method === 'chat.postMessage' && slack.calls.length === 1 ? { retryAfterSeconds: 30 } : undefined);
    const post = () => api.post({ channel: CHANNEL }, { text: 'hello' });
    expect(await failure(post())).toEqual({ name: 'SlackError', code: 'ratelimited', retryAfterMs: 30_000 });
    await clock.advance(29_000);
    expect(await failure(post())).toEqual({ name: 'SlackError', code: 'ratelimited', retryAfterMs: 1_000 });
    await api.identity();
    expect(slack.calls.map(({ method }) => method)).toEqual(['chat.postMessage', 'auth.test']);
    await clock.advance(1_000);
    await post();
    expect(slack.channel(CHANNEL).messages).toHaveLength(1);
  });

  test('finds its own message by its marker, on whatever page it is', async () => {
    const { slack, api } = start();
    const { ts } = slack.say(CHANNEL, 'fix it');
    const place = { channel: CHANNEL, thread: ts };
    for (let count = 0; count < 450; count += 1) slack.say(CHANNEL, `${count}`, { threadTs: ts });
    const posted = await api.post(place, { text: 'Working' }, 'uid/accepted');
    expect([await api.find(place, 'uid/accepted'), await api.find(place, 'uid/progress')]).toEqual([posted, undefined]);
  });

  test('reads a thread whole, and of an endless one the end', async () => {
    const { slack, api } = start();
    const { ts } = slack.say(CHANNEL, 'fix it');
    for (let count = 1; count < 1_300; count += 1) slack.say(CHANNEL, `${count}`, { threadTs: ts });
    const { messages, leftOut } = await api.conversation({ channel: CHANNEL, thread: ts });
    expect([messages.length, messages[0]?.text, messages.at(-1)?.text, leftOut]).toEqual([1_000, '300', '1299', 300]);
  });

  test('knows channels that another company reads, or is invited to', async () => {
    const { slack, api } = start();
    slack.channel('C0SHARED0').is_ext_shared = true;
    slack.channel('C0PENDING').is_pending_ext_shared = true;
    expect(await Promise.all([CHANNEL, 'C0SHARED0', 'C0PENDING'].map((id) => api.isShared(id)))).toEqual([false, true, true]);
  });
});
