import type { Clock } from '../kube/clock.ts';
import { blockProblem } from './slack-blocks.ts';

export interface SlackServerOptions {
  readonly clock: Clock;
  /** The token that the Web API wants. @default xoxb-test */
  readonly botToken?: string;
  /** The token that opens connections. @default xapp-test */
  readonly appToken?: string;
}

/** A message as `conversations.replies` has it. */
export interface StoredMessage {
  readonly type: 'message';
  readonly ts: string;
  thread_ts?: string;
  readonly user?: string;
  readonly bot_id?: string;
  text: string;
  blocks?: readonly Record<string, unknown>[];
  metadata?: Record<string, unknown>;
  attachments?: readonly object[];
}

export interface StoredChannel {
  readonly id: string;
  is_ext_shared?: boolean;
  is_pending_ext_shared?: boolean;
  readonly messages: StoredMessage[];
}

/** What goes wrong in place of the answer, or after the work was done: then only the answer is lost. */
export type SlackFault = { readonly error: string } | { readonly retryAfterSeconds: number } | { readonly status: number } | { readonly lostAnswer: true };

export type Arguments = Readonly<Record<string, string>>;

const LONGEST_TEXT = 40_000;
const PAGE = 100;

/**
 * The methods of Slack's Web API that the operator calls, as its documentation describes them (https://docs.slack.dev/reference/methods), with their
 * errors: `ok: false` with a word, and 429 with `Retry-After`. {@link fetch} is called in place of the global one; `slack-socket-server.ts` has it on loopback,
 * with Socket Mode.
 */
export class SlackServer {
  readonly botUserId = 'UBOT';
  readonly botId = 'BBOT';
  readonly channels = new Map<string, StoredChannel>();
  /** Names by ID. */
  readonly users = new Map<string, string>();
  /** Channels that the bot has left. */
  readonly left: string[] = [];
  /** What was sent to `response_url`s. */
  readonly responses: Record<string, unknown>[] = [];
  /** Every call, in order. */
  readonly calls: { readonly method: string; readonly args: Arguments }[] = [];
  /** Asked before each call. */
  fault?: (method: string, args: Arguments) => SlackFault | undefined;
  /** Where Socket Mode listens, once it does. */
  socketUrl: string | undefined;
  readonly #options: SlackServerOptions;
  #lastTs = 0;

  constructor(options: SlackServerOptions) {
    this.#options = options;
  }

  channel(id: string): StoredChannel {
    const known = this.channels.get(id);
    if (known) return known;
    const channel: StoredChannel = { id, messages: [] };
    this.channels.set(id, channel);
    return channel;
  }

  /** The messages of a thread, the first of them its beginning. */
  thread(channel: string, ts: string): StoredMessage[] {
    return this.channel(channel).messages.filter((message) => message.ts === ts || message.thread_ts === ts);
  }

  /** Somebody writes; answered is the event that Slack sends of it. */
  say(channel: string, text: string, { user = 'UANN', threadTs, ...more }: { user?: string; threadTs?: string; bot_id?: string; attachments?: readonly object[] } = {}): Record<string, unknown> & { ts: string } {
    const message: StoredMessage = { type: 'message', ts: this.#ts(), user, text, ...(threadTs === undefined ? {} : { thread_ts: threadTs }), ...more };
    this.channel(channel).messages.push(message);
    return { ...message, channel, channel_type: 'channel', event_ts: message.ts };
  }

  readonly fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const request = new Request(input, { ...init, signal: null });
    const url = new URL(request.url);
    if (url.pathname.startsWith('/response/')) {
      this.responses.push((await request.json()) as Record<string, unknown>);
      return new Response('ok');
    }
    return this.answer(url.pathname.replace(/^\/api\//, ''), request.headers.get('authorization') ?? '', Object.fromEntries(new URLSearchParams(await request.text())));
  };

  async answer(method: string, authorization: string, args: Arguments): Promise<Response> {
    this.calls.push({ method, args });
    const { botToken = 'xoxb-test', appToken = 'xapp-test' } = this.#options;
    const fault = this.fault?.(method, args);
    if (fault && 'retryAfterSeconds' in fault) return json({ ok: false, error: 'ratelimited' }, 429, { 'retry-after': String(fault.retryAfterSeconds) });
    if (fault && 'status' in fault) return json({}, fault.status);
    if (fault && 'error' in fault) return json({ ok: false, error: fault.error });
    const token = (args['token'] ?? authorization.replace(/^Bearer /, '')) as string;
    if (token !== (method === 'apps.connections.open' ? appToken : botToken)) return json({ ok: false, error: 'invalid_auth' });
    const answer = this.#methods[method]?.(args) ?? { ok: false, error: 'unknown_method' };
    if (fault) throw new TypeError('fetch failed', { cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }) });
    return json(answer);
  }

  readonly #methods: Readonly<Record<string, (args: Arguments) => object>> = {
    'auth.test': () => ({ ok: true, url: 'https://acme.slack.com/', team: 'Acme', team_id: 'TACME', user: 'taskwright', user_id: this.botUserId, bot_id: this.botId }),
    'apps.connections.open': () => (this.socketUrl === undefined ? { ok: false, error: 'internal_error' } : { ok: true, url: this.socketUrl }),
    'users.info': ({ user = '' }) => {
      const name = this.users.get(user);
      return name === undefined ? { ok: false, error: 'user_not_found' } : { ok: true, user: { id: user, name: name.toLowerCase(), real_name: name } };
    },
    'chat.getPermalink': ({ channel = '', message_ts: ts = '' }) => (this.#find(channel, ts)
      ? { ok: true, channel, permalink: `https://acme.slack.com/archives/${channel}/p${ts.replace('.', '')}` }
      : { ok: false, error: 'message_not_found' }),
    'conversations.info': ({ channel = '' }) => {
      const found = this.channels.get(channel);
      return found ? { ok: true, channel: { id: channel, is_ext_shared: found.is_ext_shared ?? false, is_pending_ext_shared: found.is_pending_ext_shared ?? false } } : { ok: false, error: 'channel_not_found' };
    },
    'conversations.leave': ({ channel = '' }) => {
      this.left.push(channel);
      return { ok: true };
    },
    'conversations.replies': (args) => this.#replies(args),
    'chat.postMessage': (args) => this.#post(args),
    'chat.update': (args) => this.#update(args),
  };

  #replies({ channel = '', ts = '', cursor = '0', limit = String(PAGE), include_all_metadata: all }: Arguments): object {
    const messages = this.thread(channel, ts);
    if (messages[0]?.ts !== ts) return { ok: false, error: 'thread_not_found' };
    const [from, size] = [Number(cursor), Math.min(Number(limit), 1_000)];
    const page = messages.slice(from, from + size).map(({ metadata, ...message }) => ({ ...message, thread_ts: ts, ...(all === 'true' && metadata ? { metadata } : {}) }));
    const more = from + size < messages.length;
    return { ok: true, messages: page, has_more: more, response_metadata: { next_cursor: more ? String(from + size) : '' } };
  }

  #post({ channel = '', text = '', blocks, thread_ts: threadTs, metadata }: Arguments): object {
    const problem = this.#problem(channel, text, blocks);
    if (problem) return { ok: false, error: problem };
    if (threadTs !== undefined && !this.#find(channel, threadTs)) return { ok: false, error: 'thread_not_found' };
    const message: StoredMessage = {
      type: 'message', ts: this.#ts(), user: this.botUserId, bot_id: this.botId, text, ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
      ...(blocks === undefined ? {} : { blocks: JSON.parse(blocks) }), ...(metadata === undefined ? {} : { metadata: JSON.parse(metadata) }),
    };
    this.channel(channel).messages.push(message);
    return { ok: true, channel, ts: message.ts, message };
  }

  #update({ channel = '', ts = '', text = '', blocks }: Arguments): object {
    const problem = this.#problem(channel, text, blocks);
    if (problem) return { ok: false, error: problem };
    const message = this.#find(channel, ts);
    if (!message) return { ok: false, error: 'message_not_found' };
    if (message.bot_id !== this.botId) return { ok: false, error: 'cant_update_message' };
    message.text = text;
    if (blocks !== undefined) message.blocks = JSON.parse(blocks);
    return { ok: true, channel, ts, text };
  }

  #problem(channel: string, text: string, blocks: string | undefined): string | undefined {
    if (!this.channels.has(channel)) return 'channel_not_found';
    if (text === '' && blocks === undefined) return 'no_text';
    if ([...text].length > LONGEST_TEXT) return 'msg_too_long';
    return blocks === undefined ? undefined : blockProblem(JSON.parse(blocks));
  }

  #find(channel: string, ts: string): StoredMessage | undefined {
    return this.channels.get(channel)?.messages.find((message) => message.ts === ts);
  }

  /** Later than any before it, in microseconds. */
  #ts(): string {
    this.#lastTs = Math.max(this.#lastTs + 1, this.#options.clock.now().getTime() * 1_000);
    const text = String(this.#lastTs);
    return `${text.slice(0, -6)}.${text.slice(-6)}`;
  }
}

function json(body: object, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json; charset=utf-8', ...headers } });
}
