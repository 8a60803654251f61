import { RE2JS } from 're2js';
import type { SkippedEvent } from '../source-event.ts';
import type { TriggerConfig } from '../source.ts';
import { mentions, withoutLeadingMentions } from './mention.ts';
import { isOfBot, isOurs, type SlackBot, type SlackEvent } from './slack-event.ts';

/** Which field of the trigger rules the event out, and what it was held against. */
export type Objection = Pick<SkippedEvent, 'filter' | 'seen'>;

/** As much of a text as a decision shows. */
const MOST_SEEN_CHARACTERS = 200;

/**
 * Why the trigger does not wait for this event; nothing if it does. A slash command is meant by whoever types it, so only channels are asked about it.
 *
 * An expression that RE2 cannot read matches nothing, as in the reference: neither what it should take nor what it should rule out.
 */
export function objectionTo(config: TriggerConfig<'slack'>, event: SlackEvent, bot: SlackBot): Objection | undefined {
  const { channels = [], triggers = [], excludePatterns = [], excludeFilters = [], botMessagePolicy = 'None' } = config;
  const { channel } = event;
  const excluded = excludeFilters.findIndex(({ channels: listed = [] }) => listed.includes(channel));
  if (excluded >= 0) return { filter: `excludeFilters[${excluded}].channels`, seen: channel };
  if (channels.length > 0 && !channels.includes(channel)) return { filter: 'channels', seen: channel };
  if (event.kind === 'command') return undefined;

  if (isOfBot(event, bot) && botMessagePolicy !== 'All') {
    if (botMessagePolicy === 'None') return { filter: 'botMessagePolicy', seen: 'a message of a bot' };
    if (isOurs(event, bot)) return { filter: 'botMessagePolicy', seen: 'a message of ours' };
  }

  const isMentioned = mentions(event.text, bot.userId);
  const said = withoutLeadingMentions(event.text);
  const isTriggered = triggers.length === 0
    ? isMentioned
    : triggers.some(({ pattern = '', mentionOptional = false }) => (isMentioned || mentionOptional) && (pattern === '' || found(pattern, said)));
  if (!isTriggered) return { filter: 'triggers', seen: cut(isMentioned ? said : `no mention: ${said}`) };

  const ruledOut = excludePatterns.findIndex((pattern) => found(pattern, said));
  return ruledOut < 0 ? undefined : { filter: `excludePatterns[${ruledOut}]`, seen: cut(said) };
}

/** Patterns come from the specs that there are, and every message asks for all of them. */
const MOST_COMPILED = 2_000;
const compiled = new Map<string, RE2JS | undefined>();

function found(pattern: string, text: string): boolean {
  if (!compiled.has(pattern)) {
    if (compiled.size >= MOST_COMPILED) compiled.clear();
    compiled.set(pattern, compile(pattern));
  }
  return compiled.get(pattern)?.matcher(text).find() ?? false;
}

function compile(pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(pattern);
  } catch {
    return undefined;
  }
}

function cut(text: string): string {
  return [...text.slice(0, 2 * MOST_SEEN_CHARACTERS)].slice(0, MOST_SEEN_CHARACTERS).join('');
}
