import { expect, test } from 'vitest';
import { LONGEST_THREAD_TEXT, threadText } from '../../../src/sources/slack/thread-text.ts';
import { aMessage, bot } from './slack-fixtures.ts';

test('a thread tells who spoke: we and all bots are the agent', () => {
  const messages = [
    aMessage({ text: 'the login is broken' }),
    aMessage({ user: 'UBOT', text: 'Working on it' }),
    aMessage({ user: '', botId: 'BOTHER', text: 'CI is red' }),
    aMessage({ text: '', attachments: [{ pretext: '', text: 'a trace', fallback: '' }] }),
    aMessage({ text: '' }),
    aMessage({ text: '<@UBOT> and now?' }),
  ];
  expect(threadText(messages, bot)).toBe(
    'Slack thread conversation:\n\nUser: the login is broken\n\nAgent: Working on it\n\nAgent: CI is red\n\nUser: [attachment]\n> a trace\n\nUser: <@UBOT> and now?',
  );
});

test('a long thread loses its beginning, and says so', () => {
  const long = 'x'.repeat(LONGEST_THREAD_TEXT / 2);
  const text = threadText([aMessage({ text: long }), aMessage({ text: long }), aMessage({ text: 'fix it' })], bot, 40);
  expect(text).toBe(`Slack thread conversation:\n\n(41 earlier messages are left out)\n\nUser: ${long}\n\nUser: fix it`);
});

test('of a message that is longer than all of it the beginning is kept', () => {
  const text = threadText([aMessage({ text: 'before' }), aMessage({ text: 'x'.repeat(2 * LONGEST_THREAD_TEXT) })], bot);
  expect(text).toBe(`Slack thread conversation:\n\n(1 earlier messages are left out)\n\nUser: ${'x'.repeat(LONGEST_THREAD_TEXT - 6)}`);
});
