import { expect, test } from 'vitest';
import { slackSettings } from '../../src/slack/slack-settings.ts';

const flags = { deniesSharedChannels: false };
const read = (path: string) => (path === '/etc/kelos/join-message.txt' ? ' Hello\n' : '');

test.each<[string, Record<string, string>, object | undefined]>([
  ['no app', {}, undefined],
  ['no app with empty variables', { SLACK_BOT_TOKEN: '', SLACK_APP_TOKEN: '' }, undefined],
  ['Socket Mode', { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' }, { botToken: 'xoxb-1', appToken: 'xapp-1', ...flags }],
  ['HTTP', { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 's' }, { botToken: 'xoxb-1', signingSecret: 's', ...flags }],
  ['a message', { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1', SLACK_JOIN_MESSAGE_FILE: '/etc/kelos/join-message.txt' }, { botToken: 'xoxb-1', appToken: 'xapp-1', joinMessage: 'Hello', ...flags }],
  ['a message of its own', { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1', SLACK_JOIN_MESSAGE: 'Hi', SLACK_JOIN_MESSAGE_FILE: '/empty' }, { botToken: 'xoxb-1', appToken: 'xapp-1', joinMessage: 'Hi', ...flags }],
  ['an empty message', { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1', SLACK_JOIN_MESSAGE_FILE: '/empty' }, { botToken: 'xoxb-1', appToken: 'xapp-1', ...flags }],
])('the environment is %s', (_, env, settings) => {
  expect(slackSettings(env, flags, read)).toEqual(settings);
});

test.each<[Record<string, string>, string]>([
  [{ SLACK_APP_TOKEN: 'xapp-secret' }, 'SLACK_BOT_TOKEN: is missing, though there are others of Slack; set it to the token of the bot, xoxb-…'],
  [{ SLACK_BOT_TOKEN: 'xapp-secret', SLACK_APP_TOKEN: 'xapp-1' }, 'SLACK_BOT_TOKEN: does not begin with xoxb-; it has to be the token of the bot'],
  [{ SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'secret' }, 'SLACK_APP_TOKEN: does not begin with xapp-; it has to be a token of the app with connections:write'],
  [{ SLACK_BOT_TOKEN: 'xoxb-secret' }, 'SLACK_APP_TOKEN: is missing; set it to a token of the app for Socket Mode, or set SLACK_SIGNING_SECRET for events over HTTP'],
])('what cannot be is told without a secret (%#)', (env, message) => {
  expect(() => slackSettings(env, flags, read)).toThrow(new RangeError(message));
});
