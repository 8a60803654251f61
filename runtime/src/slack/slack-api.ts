import type { WebClient } from '@slack/web-api';
import type { Clock } from '../kube/clock.ts';
import { readMessage, type SlackBot } from '../sources/slack/slack-event.ts';
import type { SlackConversation } from '../sources/slack/slack-source.ts';

export interface SlackApiOptions {
  /** Of the bot: `xoxb-…`. */
  readonly token: string;
  /** With a slash at its end. Default: that of Slack. */
  readonly apiUrl?: string;
  /** Default: that of the machine. */
  readonly fetch?: typeof globalThis.fetch;
  readonly clock: Clock;
}

/** What a message is made of. */
export interface Posting {
  /** What notifications show, and whoever cannot show blocks. */
  readonly text: string;
  readonly blocks: readonly object[];
}

export interface Place {
  readonly channel: string;
  /** The `ts` of the message that the thread begins with. */
  readonly thread: string;
}

/** `code` is Slack's word for what is wrong, or `request_failed` when there was no answer: then it may have been done all the same. */
export class SlackError extends Error {
  override readonly name = 'SlackError';
  readonly code: string;
  /** Asking again earlier would answer the same. */
  readonly retryAfterMs: number | undefined;

  constructor(method: string, code: string, { retryAfterMs, cause }: { readonly retryAfterMs?: number; readonly cause?: unknown } = {}) {
    super(`Slack ${method}: answered "${code}"`, { cause });
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** One request, in milliseconds. */
const LONGEST_REQUEST_MS = 10_000;
/** Pages of a thread that are read, of which the last are kept. A thread of 5,000 messages is no conversation. */
const MOST_PAGES = 25;
const PAGE = 200;
/** Messages of a thread that are kept. */
const MOST_MESSAGES = 1_000;
/** How our own messages are known again: what they are about is in their metadata. */
const EVENT_TYPE = 'taskwright_report';

/**
 * The methods of Slack's Web API that we use, by Slack's own client.
 *
 * **Guarantee** A request ends within 10 s and is not repeated: who asks knows what may be. After a 429 the method is not called again before Slack said, whoever asks.
 *
 * **Errors** {@link SlackError}, whose message has neither the token nor what was sent.
 */
export class SlackApi {
  readonly #options: SlackApiOptions;
  /** By method: when it may be called again, in the clock's elapsed time. */
  readonly #blockedUntil = new Map<string, number>();
  #client: Promise<WebClient> | undefined;

  constructor(options: SlackApiOptions) {
    this.#options = options;
  }

  /** Who we are. */
  async identity(): Promise<SlackBot> {
    const { user_id: userId = '', bot_id: botId = '' } = await this.#call<{ user_id?: string; bot_id?: string }>('auth.test');
    return { userId, botId };
  }

  /** Answers the `ts` of the message. By `marker` {@link find} finds it again. */
  async post({ channel, thread }: { readonly channel: string; readonly thread?: string }, { text, blocks }: Partial<Posting>, marker?: string): Promise<string> {
    const metadata = marker === undefined ? undefined : { event_type: EVENT_TYPE, event_payload: { marker } };
    const { ts } = await this.#call<{ ts: string }>('chat.postMessage', { channel, thread_ts: thread, text, blocks, metadata, ...UNREAD });
    return ts;
  }

  async update({ channel }: Pick<Place, 'channel'>, ts: string, { text, blocks }: Posting): Promise<void> {
    await this.#call('chat.update', { channel, ts, text, blocks, ...UNREAD });
  }

  /** The `ts` of our message with that marker, if the thread has it. */
  async find({ channel, thread }: Place, marker: string): Promise<string | undefined> {
    for await (const page of this.#replies({ channel, thread }, { include_all_metadata: true })) {
      const found = page.find(({ metadata }) => metadata?.event_type === EVENT_TYPE && metadata.event_payload?.marker === marker);
      if (found) return found.ts;
    }
    return undefined;
  }

  /** The thread, whole unless it is longer than anybody's conversation; then its end. */
  async conversation({ channel, thread }: Place): Promise<SlackConversation> {
    const messages = [];
    let leftOut = 0;
    for await (const page of this.#replies({ channel, thread }, {})) {
      messages.push(...page.map((raw) => readMessage(raw, channel)).filter((message) => message !== undefined));
      leftOut += messages.splice(0, Math.max(0, messages.length - MOST_MESSAGES)).length;
    }
    return { messages, leftOut };
  }

  async permalink(channel: string, ts: string): Promise<string> {
    return (await this.#call<{ permalink?: string }>('chat.getPermalink', { channel, message_ts: ts })).permalink ?? '';
  }

  async userName(user: string): Promise<string> {
    const { user: found } = await this.#call<{ user?: { real_name?: string; name?: string } }>('users.info', { user });
    return found?.real_name || found?.name || user;
  }

  /** Whether people of another company read along, or are about to. */
  async isShared(channel: string): Promise<boolean> {
    const { channel: found } = await this.#call<{ channel?: { is_ext_shared?: boolean; is_pending_ext_shared?: boolean } }>('conversations.info', { channel });
    return found?.is_ext_shared === true || found?.is_pending_ext_shared === true;
  }

  async leave(channel: string): Promise<void> {
    await this.#call('conversations.leave', { channel });
  }

  async *#replies({ channel, thread }: Place, more: object): AsyncGenerator<RawReply[]> {
    let cursor: string | undefined;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const answer: RawReplies = await this.#call<RawReplies>('conversations.replies', { channel, ts: thread, limit: PAGE, cursor, ...more });
      yield answer.messages ?? [];
      cursor = answer.response_metadata?.next_cursor || undefined;
      if (cursor === undefined) return;
    }
  }

  async #call<T = object>(method: string, args: Record<string, unknown> = {}): Promise<T> {
    const { clock } = this.#options;
    const leftMs = (this.#blockedUntil.get(method) ?? -Infinity) - clock.elapsed();
    if (leftMs > 0) throw new SlackError(method, 'ratelimited', { retryAfterMs: leftMs });
    const client = await (this.#client ??= this.#open());
    try {
      return (await client.apiCall(method, args)) as T;
    } catch (cause) {
      const { code, data, retryAfter } = cause as { code?: string; data?: { error?: string }; retryAfter?: number };
      if (code !== 'slack_webapi_rate_limited_error') throw new SlackError(method, data?.error ?? 'request_failed', { cause });
      const retryAfterMs = Math.max(1, retryAfter ?? 1) * 1_000;
      this.#blockedUntil.set(method, clock.elapsed() + retryAfterMs);
      throw new SlackError(method, 'ratelimited', { retryAfterMs, cause });
    }
  }

  async #open(): Promise<WebClient> {
    const { token, apiUrl, fetch } = this.#options;
    const { WebClient: Client } = await import('@slack/web-api');
    return new Client(token, {
      ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
      ...(fetch === undefined ? {} : { fetch }),
      timeout: LONGEST_REQUEST_MS, rejectRateLimitedCalls: true, retryConfig: { retries: 0 }, allowAbsoluteUrls: false, logger: silentSlackLog,
    });
  }
}

/** What Slack would make of a text by itself: links to people by their names, pictures of addresses. */
const UNREAD = { parse: 'none', link_names: false, unfurl_links: false, unfurl_media: false } as const;

/** Slack's client logs what it sends, which is nobody's business; what goes wrong is in its errors. */
export const silentSlackLog = { debug() {}, info() {}, warn() {}, error() {}, setLevel() {}, setName() {}, getLevel: () => 'error' as never };

interface RawReply {
  readonly ts: string;
  readonly metadata?: { readonly event_type?: string; readonly event_payload?: { readonly marker?: string } };
}

interface RawReplies {
  readonly messages?: RawReply[];
  readonly response_metadata?: { readonly next_cursor?: string };
}
