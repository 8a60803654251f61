import { expect, test } from 'vitest';
import { readCommand, readMessage } from '../../../src/sources/slack/slack-event.ts';
import { aCommand, aMessage, CHANNEL } from './slack-fixtures.ts';

const sent = { type: 'message', channel: CHANNEL, user: 'UANN', text: '<@UBOT> fix the login', ts: '1763764800.000100' };
const typed = { command: '/fix', channel_id: CHANNEL, user_id: 'UANN', text: 'the login', trigger_id: '13345224609.738474920', response_url: '' };

test.each<[string, unknown, unknown]>([
  ['what a person wrote', sent, aMessage()],
  ['an answer', { ...sent, thread_ts: '1763764700.000100' }, aMessage({ threadTs: '1763764700.000100' })],
  ['what a bot wrote', { ...sent, user: undefined, subtype: 'bot_message', bot_id: 'BOTHER' }, aMessage({ user: '', subtype: 'bot_message', botId: 'BOTHER' })],
  ['what is attached, whatever shape it has', { ...sent, text: '', attachments: [{ pretext: 'Look', text: 7 }, {}] }, aMessage({ text: '', attachments: [{ pretext: 'Look', text: '', fallback: '' }, { pretext: '', text: '', fallback: '' }] })],
  ['files', { ...sent, subtype: 'file_share', files: [{ name: 'log.txt', permalink: 'https://acme.slack.com/files/log.txt' }] }, aMessage({ subtype: 'file_share', files: [{ name: 'log.txt', permalink: 'https://acme.slack.com/files/log.txt' }] })],
  ['no edit', { ...sent, subtype: 'message_changed' }, undefined],
  ['no deletion', { ...sent, subtype: 'message_deleted' }, undefined],
  ['no note that somebody answered', { ...sent, subtype: 'message_replied' }, undefined],
  ['nothing that says nothing', { ...sent, text: '' }, undefined],
  ['nothing without a channel', { ...sent, channel: undefined }, undefined],
  ['no other event', { ...sent, type: 'reaction_added' }, undefined],
  ['no list', [], undefined],
  ['nothing', undefined, undefined],
])('of messages it reads %s', (_, event, message) => {
  expect(readMessage(event)).toEqual(message);
});

test('a message of a thread is in the channel that was asked for', () => {
  expect(readMessage({ ...sent, channel: undefined }, CHANNEL)).toEqual(aMessage());
});

test.each<[string, unknown, unknown]>([
  ['what was typed', typed, aCommand()],
  ['it without the blanks around it', { ...typed, text: ' the login\n' }, aCommand()],
  ['nothing where only blanks are', { ...typed, text: ' ' }, undefined],
  ['nothing without a command', { ...typed, command: '' }, undefined],
  ['nothing of another shape', 'the login', undefined],
])('of a slash command it reads %s', (_, body, command) => {
  expect(readCommand(body)).toEqual(command);
});
