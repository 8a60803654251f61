import type * as l1 from '../l1';
import { expressionsOf, knownEvent } from '../private/known-event';
import { duplicatesOf } from '../private/names';
import { type Problem, quote } from '../private/problem';
import { checkPattern } from '../private/re2-check';
import { itemsIn, textsIn } from '../private/shape';
import { EventTrigger } from './event-trigger';
import type { SlackMessageEvent } from './events';

/** What a message of Slack has to be like. */
export interface SlackMatch {
  /**
   * A regular expression (RE2) that has to match somewhere in the text, without the mentions that it begins with. At most 256 characters.
   *
   * @default - any text will do
   */
  readonly pattern?: string;
  /**
   * Also take messages that do not mention the bot.
   *
   * @default false
   */
  readonly mentionOptional?: boolean;
}

/** Which messages of Slack become Tasks. A slash command does in any of the channels, whatever else is asked for. */
export interface SlackOptions {
  /**
   * IDs of the channels that are listened to, such as `C0123ABCD`; at most 64.
   *
   * @default - every channel that the bot is in
   */
  readonly channels?: string[];
  /**
   * IDs of channels, and of conversations with one person (`D…`), that are not listened to; at most 64. Slash commands do not count there either.
   *
   * @default - none
   */
  readonly excludeChannels?: string[];
  /**
   * What a message has to be like: one of these has to match; at most 8.
   *
   * @default - it has to mention the bot
   */
  readonly triggers?: SlackMatch[];
  /**
   * Regular expressions (RE2) of which none may match; at most 10, of at most 256 characters each.
   *
   * @default - none
   */
  readonly excludePatterns?: string[];
  /**
   * Whether messages of bots count: none, all (also those of this one), or those of other bots.
   *
   * @default 'None'
   */
  readonly botMessagePolicy?: 'None' | 'All' | 'OthersOnly';
}

/** Listens to messages of Slack that mention the bot, or match. */
export class SlackTrigger extends EventTrigger {
  /** What templates may read, as the expressions that read it. */
  public readonly event: SlackMessageEvent = expressionsOf<SlackMessageEvent>('SlackMessageEvent');
  /** @internal */
  public readonly _event = knownEvent('SlackMessageEvent');
  /** The name of the spawner is shortened to make room. @internal */
  public readonly _suffix = undefined;
  /** @internal */
  public readonly _needsWorkspace = false;

  public constructor(private readonly options: SlackOptions = {}) {
    super();
  }

  /** @internal */
  public _render(): l1.TaskSpawnerTrigger {
    const { excludeChannels, ...others } = this.options;
    return { slack: { ...others, excludeFilters: excludeChannels && [{ channels: excludeChannels }] } };
  }

  /** @internal */
  public _check(): Problem[] {
    const { channels, excludeChannels, triggers, excludePatterns } = this.options;
    const [given, excluded] = [itemsIn<SlackMatch | null>(triggers), itemsIn<string>(excludePatterns)];
    const matches = given.map((match) => match ?? {});
    return [
      ...checkChannels(textsIn(channels), textsIn(excludeChannels)),
      ...(excludeChannels?.length === 0 ? [{ code: 'too-few', path: 'trigger.excludeChannels', got: '0', allowed: 'at least 1', fix: 'leave it out' } as const] : []),
      ...given.flatMap((match, index): Problem[] => (match === null ? [{ code: 'type', path: `trigger.triggers[${index}]`, got: 'nothing', allowed: 'it has to be an object' }] : [])),
      ...matches.flatMap(({ pattern }, index) => checkPattern(pattern, `trigger.triggers[${index}].pattern`)),
      ...excluded.flatMap((pattern, index) => checkPattern(pattern, `trigger.excludePatterns[${index}]`)),
      ...excluded.flatMap((pattern, index) => (matches.length > 0 && matches.every((match) => match.pattern === pattern)
        ? [{ code: 'never-matches', path: `trigger.excludePatterns[${index}]`, got: quote(pattern), allowed: 'it is the pattern of triggers too', fix: 'take it out of one of them' } as const]
        : [])),
      ...this.checkLoop(matches),
    ];
  }

  /** What the operator writes into a thread is a message of the bot, and mentions nobody. */
  private checkLoop(matches: readonly SlackMatch[]): Problem[] {
    if (this.options.botMessagePolicy !== 'All') return [];
    const any = matches.findIndex(({ pattern = '', mentionOptional }) => mentionOptional === true && pattern === '');
    if (any < 0) return [];
    return [{ code: 'wakes-itself', path: `trigger.triggers[${any}]`, allowed: 'with botMessagePolicy All every message of the bot is one', fix: 'pass OthersOnly, or a pattern that its messages do not match' }];
  }
}

function checkChannels(channels: readonly string[], excluded: readonly string[]): Problem[] {
  return [
    ...duplicatesOf(channels).map((channel): Problem => ({ code: 'duplicate', path: 'trigger.channels', got: quote(channel), fix: 'keep one of them' })),
    ...excluded.filter((channel) => channels.includes(channel)).map((channel): Problem => ({
      code: 'never-matches', path: 'trigger.excludeChannels', got: quote(channel), allowed: 'it is in channels too', fix: 'take it out of one of them',
    })),
  ];
}
