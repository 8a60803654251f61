import type { SocketModeClient } from '@slack/socket-mode';
import { Backoff } from '../kube/backoff.ts';
import { sleep } from '../kube/clock.ts';
import { silentLog } from '../kube/log.ts';
import type { Random } from '../kube/random.ts';
import { readCallback, type SlackPayload } from './payload.ts';
import { receive, type ReceiveOptions } from './receive.ts';
import { silentSlackLog } from './slack-api.ts';

export interface SocketConnectionOptions extends ReceiveOptions {
  /** Of the app: `xapp-…`. */
  readonly appToken: string;
  readonly random: Random;
}

/** From asking for an address to the greeting on it. */
const LONGEST_START_MS = 30_000;
/** One that ends sooner did not work: the next one waits. */
const SHORT_MS = 10_000;
/** A connection is renewed every few hours, and Slack closes it itself to do so: nobody has to hear of that. */
const UNHEARD_MS = 60_000;

/**
 * Hears of events by Socket Mode, over a connection that we open.
 *
 * One process connects, the one that leads: Slack hands each event to any one of an app's connections, and who does not lead may not write what becomes of it.
 *
 * **Guarantee** A connection that ends is opened again, at once after one that worked, else with a back-off, until the signal aborts. An event is acknowledged as `receive` says, over the
 * connection that it came by; one whose connection ended before is sent again by Slack. Nothing it meets ends the process.
 *
 * The reconnecting of Slack's own client is not used: after an error that it takes for final, a refused connection among them, it ends in an unhandled rejection.
 */
export class SocketConnection {
  readonly #options: SocketConnectionOptions;
  #isConnected = false;
  #lostAt: number;
  #reason = 'it was not opened yet';

  constructor(options: SocketConnectionOptions) {
    this.#options = options;
    this.#lostAt = options.clock.elapsed();
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Why nothing is heard, once that has lasted for a minute. */
  get problem(): string | undefined {
    if (this.#isConnected || this.#options.clock.elapsed() - this.#lostAt < UNHEARD_MS) return undefined;
    return `no connection by Socket Mode: ${this.#reason}`;
  }

  /** Stays connected until the signal aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, random, log = silentLog } = this.#options;
    this.#lostAt = clock.elapsed();
    const backoff = new Backoff(clock, random, { baseMs: 1_000, capMs: 60_000, jitter: 0.5, resetAfterMs: 120_000 });
    while (!signal.aborted) {
      const startedAt = clock.elapsed();
      try {
        await this.#stayConnected(signal);
        if (clock.elapsed() - startedAt > SHORT_MS) continue;
      } catch (err) {
        this.#reason = (err as Error).message;
        if (!signal.aborted) log.warn({ err }, 'Slack cannot be heard');
      }
      await sleep(clock, backoff.nextMs(), signal).catch(() => {});
    }
  }

  /** Resolves when a connection that worked has ended, rejects when there was none. */
  async #stayConnected(signal: AbortSignal): Promise<void> {
    const { clock, log = silentLog } = this.#options;
    const client = await this.#client();
    const ended = new Promise<void>((resolve) => client.once('disconnected', () => resolve()));
    const done = new AbortController();
    const over = new Promise<void>((resolve) => AbortSignal.any([signal, done.signal]).addEventListener('abort', () => resolve(), { once: true }));
    const started = client.start().then(() => {}, (cause: unknown) => {
      throw new Error(`Slack did not open a connection: ${cause instanceof Error ? cause.message : 'it closed it before it greeted'}`, { cause });
    });
    try {
      const late = sleep(clock, LONGEST_START_MS, done.signal).then(() => 'late' as const, () => undefined);
      if ((await Promise.race([started, late, over])) === 'late') throw new Error(`Slack did not greet within ${LONGEST_START_MS} ms`);
      signal.throwIfAborted();
      this.#isConnected = true;
      log.info({}, 'Slack is heard');
      await Promise.race([ended, over]);
      this.#reason = 'Slack closed it';
    } finally {
      if (this.#isConnected) this.#lostAt = clock.elapsed();
      this.#isConnected = false;
      done.abort();
      void client.disconnect();
      // It may have been on its way when nobody wanted it any more.
      void started.then(() => client.disconnect(), () => {});
    }
  }

  async #client(): Promise<SocketModeClient> {
    const { appToken, apiUrl } = this.#options;
    const { SocketModeClient: Client } = await import('@slack/socket-mode');
    const client = new Client({
      appToken, autoReconnectEnabled: false, logger: silentSlackLog,
      clientOptions: { retryConfig: { retries: 0 }, rejectRateLimitedCalls: true, timeout: LONGEST_START_MS, allowAbsoluteUrls: false, ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }) },
    });
    client.on('slack_event', (envelope: Envelope) => void this.#hear(envelope));
    return client;
  }

  async #hear({ type, body, ack }: Envelope): Promise<void> {
    const { log = silentLog } = this.#options;
    const payload: SlackPayload | undefined = type === 'slash_commands' ? { kind: 'command', body } : readCallback(body);
    try {
      if (payload === undefined) return await ack();
      const acknowledgement = await receive(payload, this.#options);
      if (acknowledgement.isTaken) await ack(acknowledgement.text === undefined ? undefined : { text: acknowledgement.text });
    } catch (err) {
      log.warn({ err }, 'an event of Slack could not be acknowledged; it comes again');
    }
  }
}

interface Envelope {
  readonly type: string;
  readonly body: unknown;
  readonly ack: (response?: Record<string, unknown>) => Promise<void>;
}
