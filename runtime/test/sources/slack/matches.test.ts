import { expect, test } from 'vitest';
import { type Objection, objectionTo } from '../../../src/sources/slack/matches.ts';
import type { SlackBot, SlackEvent } from '../../../src/sources/slack/slack-event.ts';
import type { TriggerConfig } from '../../../src/sources/source.ts';
import { aCommand, aMessage, bot, CHANNEL } from './slack-fixtures.ts';

interface Row {
  readonly it: string;
  readonly config?: TriggerConfig<'slack'>;
  readonly event?: SlackEvent;
  readonly bot?: SlackBot;
  readonly objection?: Objection;
}

const plain = aMessage({ text: 'fix the login' });
const ofOther = aMessage({ user: '', botId: 'BOTHER', subtype: 'bot_message' });

test.each<Row>([
  { it: 'takes a mention' },
  { it: 'takes a mention with a display name', event: aMessage({ text: 'please <@UBOT|taskwright> fix it' }) },
  { it: 'leaves what mentions nobody', event: plain, objection: { filter: 'triggers', seen: 'no mention: fix the login' } },
  { it: 'leaves what mentions somebody else', event: aMessage({ text: '<@UBOTTOM> fix it' }), objection: { filter: 'triggers', seen: 'no mention: fix it' } },
  { it: 'is never mentioned without an ID', bot: { userId: '', botId: '' }, event: aMessage({ text: '<@> <@|x> fix it' }), objection: { filter: 'triggers', seen: 'no mention: fix it' } },

  { it: 'takes a channel of the list', config: { channels: ['C0OTHER00', CHANNEL] } },
  { it: 'leaves other channels', config: { channels: ['C0OTHER00'] }, objection: { filter: 'channels', seen: CHANNEL } },
  { it: 'takes every channel with an empty list', config: { channels: [] } },
  { it: 'leaves an excluded channel', config: { excludeFilters: [{ channels: ['D0123ABCD'] }, { channels: [CHANNEL] }] }, objection: { filter: 'excludeFilters[1].channels', seen: CHANNEL } },
  { it: 'excludes before it asks for the channels', config: { channels: ['C0OTHER00'], excludeFilters: [{ channels: [CHANNEL] }] }, objection: { filter: 'excludeFilters[0].channels', seen: CHANNEL } },
  { it: 'takes other channels than the excluded', config: { excludeFilters: [{ channels: ['D0123ABCD'] }] } },

  { it: 'takes what matches a trigger and mentions it', config: { triggers: [{ pattern: '^fix' }] } },
  { it: 'leaves what matches and mentions nobody', config: { triggers: [{ pattern: '^fix' }] }, event: plain, objection: { filter: 'triggers', seen: 'no mention: fix the login' } },
  { it: 'takes what matches where the mention is optional', config: { triggers: [{ pattern: '^fix', mentionOptional: true }] }, event: plain },
  { it: 'leaves what does not match', config: { triggers: [{ pattern: '^deploy' }] }, objection: { filter: 'triggers', seen: 'fix the login' } },
  { it: 'takes any text for a trigger without a pattern', config: { triggers: [{ mentionOptional: true }] }, event: plain },
  { it: 'takes what one of several triggers matches', config: { triggers: [{ pattern: '^deploy' }, { pattern: 'login$' }] } },
  { it: 'matches behind all mentions that it begins with', config: { triggers: [{ pattern: '^fix' }] }, event: aMessage({ text: ' <@UBOT>  <@UANN|ann>\n<@UBOT> fix it' }) },
  { it: 'matches anywhere in the text', config: { triggers: [{ pattern: 'login' }] } },
  { it: 'knows flags of RE2', config: { triggers: [{ pattern: '(?i)FIX' }] } },
  { it: 'matches nothing with what RE2 cannot read', config: { triggers: [{ pattern: 'fix(?=ed)' }] }, objection: { filter: 'triggers', seen: 'fix the login' } },
  { it: 'tries the other triggers beside it', config: { triggers: [{ pattern: '(' }, { pattern: 'fix' }] } },

  { it: 'leaves what an exclusion matches', config: { excludePatterns: ['draft', '^fix'] }, objection: { filter: 'excludePatterns[1]', seen: 'fix the login' } },
  { it: 'excludes though a trigger matches', config: { triggers: [{ pattern: 'fix' }], excludePatterns: ['login'] }, objection: { filter: 'excludePatterns[0]', seen: 'fix the login' } },
  { it: 'excludes nothing with what RE2 cannot read', config: { excludePatterns: ['(?<=x)', '('] } },
  { it: 'shows 200 characters of what it saw, none of them cut', config: { excludePatterns: ['😀'] }, event: aMessage({ text: `<@UBOT> ${'😀'.repeat(300)}` }), objection: { filter: 'excludePatterns[0]', seen: '😀'.repeat(200) } },

  { it: 'leaves messages of bots', event: ofOther, objection: { filter: 'botMessagePolicy', seen: 'a message of a bot' } },
  { it: 'leaves its own messages', event: aMessage({ user: 'UBOT' }), objection: { filter: 'botMessagePolicy', seen: 'a message of a bot' } },
  { it: 'takes messages of other bots', config: { botMessagePolicy: 'OthersOnly' }, event: ofOther },
  { it: 'takes messages of people too', config: { botMessagePolicy: 'OthersOnly' } },
  { it: 'knows itself by its user', config: { botMessagePolicy: 'OthersOnly' }, event: aMessage({ user: 'UBOT' }), objection: { filter: 'botMessagePolicy', seen: 'a message of ours' } },
  { it: 'knows itself by its bot, without a user', config: { botMessagePolicy: 'OthersOnly' }, event: aMessage({ user: '', botId: 'BBOT' }), objection: { filter: 'botMessagePolicy', seen: 'a message of ours' } },
  { it: 'takes its own messages if it is told to', config: { botMessagePolicy: 'All' }, event: aMessage({ user: 'UBOT', botId: 'BBOT' }) },
  { it: 'asks its own messages for a mention as well', config: { botMessagePolicy: 'All' }, event: aMessage({ user: 'UBOT', text: 'done' }), objection: { filter: 'triggers', seen: 'no mention: done' } },
  { it: 'takes nobody for itself without an ID', config: { botMessagePolicy: 'OthersOnly', triggers: [{ mentionOptional: true }] }, bot: { userId: '', botId: '' }, event: aMessage({ user: '', botId: '', subtype: 'bot_message' }) },

  { it: 'takes a slash command whatever it says', config: { triggers: [{ pattern: '^deploy' }], excludePatterns: ['login'] }, event: aCommand() },
  { it: 'leaves a slash command of another channel', config: { channels: ['C0OTHER00'] }, event: aCommand(), objection: { filter: 'channels', seen: CHANNEL } },
  { it: 'leaves a slash command of an excluded channel', config: { excludeFilters: [{ channels: [CHANNEL] }] }, event: aCommand(), objection: { filter: 'excludeFilters[0].channels', seen: CHANNEL } },
])('a trigger for Slack $it', ({ config = {}, event = aMessage(), bot: who = bot, objection }) => {
  expect(objectionTo(config, event, who)).toEqual(objection);
});
