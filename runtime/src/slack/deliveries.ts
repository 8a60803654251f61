import type { TaskSpawner } from '@taskwright/schema';
import { type Clock, sleep } from '../kube/clock.ts';
import { type Log, silentLog } from '../kube/log.ts';
import { isOurs, readCommand, readMessage, type SlackBot, type SlackCommand, type SlackEvent, type SlackMessage } from '../sources/slack/slack-event.ts';
import { type SlackDetails, slackSource } from '../sources/slack/slack-source.ts';
import type { SourceContext } from '../sources/source.ts';
import type { Spawning } from '../spawners/spawning.ts';
import { ChannelOrder } from './channel-order.ts';
import { commandAnswer, type CommandOutcome } from './command-answer.ts';
import type { SlackPayload } from './payload.ts';
import { SharedChannels } from './shared-channels.ts';
import type { SlackApi } from './slack-api.ts';

export interface DeliveriesOptions {
  readonly api: SlackApi;
  readonly bot: SlackBot;
  /** Those that wait for Slack, of all namespaces. */
  readonly spawners: () => readonly TaskSpawner[];
  readonly spawning: Spawning;
  readonly contextOf: (spawner: TaskSpawner, signal: AbortSignal) => SourceContext;
  /** Nothing is done where another company reads along. */
  readonly deniesSharedChannels: boolean;
  /** What is said in a channel that the bot was invited to. Left out: nothing. */
  readonly joinMessage?: string;
  readonly clock: Clock;
  readonly log?: Log;
}

/** What to tell who sent it, besides that it arrived. */
export interface Receipt {
  /** For whoever typed a slash command. */
  readonly text?: string;
}

/** What a decision says that the option ruled out. */
export const DENIES_SHARED = '--deny-slack-connect-channels';

/** Events that are known again when they are sent again. Slack does so three times, within an hour. */
const MOST_REMEMBERED = 5_000;
/** All that one event may take. Slack has sent it again by then. */
const LONGEST_WORK_MS = 60_000;
/** A name or an address that takes longer is not worth being late for. */
const LONGEST_LOOKUP_MS = 1_500;

/**
 * Turns what Slack sends into Tasks.
 *
 * **Guarantee** When {@link take} resolves, what became of the event at every TaskSpawner is durable. An event that is sent again while it is worked on, or afterwards, is one event.
 * Events of a channel are taken in their order, those of several channels at a time.
 *
 * **Errors** {@link take} rejects when a TaskSpawner could not decide or too much waits: then it has to come again.
 */
export class Deliveries {
  readonly #options: DeliveriesOptions;
  readonly #log: Log;
  readonly #order = new ChannelOrder();
  readonly #shared: SharedChannels;
  /** By event ID, the oldest first. */
  readonly #taken = new Map<string, Promise<Receipt>>();

  constructor(options: DeliveriesOptions) {
    this.#options = options;
    this.#log = options.log ?? silentLog;
    this.#shared = new SharedChannels(options.api, options.clock);
  }

  take(payload: SlackPayload): Promise<Receipt> {
    if (payload.kind === 'command') return this.#takeCommand(payload.body);
    const known = this.#taken.get(payload.id);
    if (known) return known;
    const receipt = this.#takeEvent(payload.event);
    this.#taken.set(payload.id, receipt);
    for (const [id] of this.#taken) if (this.#taken.size > MOST_REMEMBERED) this.#taken.delete(id);
    receipt.catch(() => this.#taken.delete(payload.id));
    return receipt;
  }

  async #takeEvent(event: Readonly<Record<string, unknown>>): Promise<Receipt> {
    if (event['type'] === 'member_joined_channel') {
      if (event['user'] === this.#options.bot.userId && typeof event['channel'] === 'string') await this.#joined(event['channel']);
      return {};
    }
    const message = readMessage(event);
    if (message === undefined) return {};
    await this.#order.run(message.channel, () => this.#decide(message));
    return {};
  }

  async #takeCommand(body: unknown): Promise<Receipt> {
    const command = readCommand(body);
    if (command === undefined) return { text: 'Say what is to be done behind the command.' };
    if (command.user !== '' && command.user === this.#options.bot.userId) return {};
    return { text: commandAnswer(await this.#order.run(command.channel, () => this.#decide(command))) };
  }

  /** Asks every TaskSpawner. One that cannot decide keeps no other from it, and the event comes again for all: those that decided know it then. */
  async #decide(event: SlackEvent): Promise<CommandOutcome[]> {
    const { spawners, clock } = this.#options;
    const abort = new AbortController();
    const timer = clock.after(LONGEST_WORK_MS, () => abort.abort(new Error(`slack: an event was not taken within ${LONGEST_WORK_MS} ms`)));
    const details = this.#detailsOf(event);
    try {
      const results = await Promise.allSettled(spawners().map((spawner) => this.#decideFor(spawner, event, details, abort.signal)));
      const failures = results.filter((result) => result.status === 'rejected').map(({ reason }) => reason as unknown);
      if (failures.length > 0) throw new AggregateError(failures, `slack: ${failures.length} of ${results.length} TaskSpawners could not take an event`);
      return results.flatMap((result) => (result.status === 'fulfilled' && result.value ? [result.value] : []));
    } finally {
      timer.cancel();
    }
  }

  async #decideFor(spawner: TaskSpawner, event: SlackEvent, details: SlackDetails, signal: AbortSignal): Promise<CommandOutcome | undefined> {
    const { bot, spawning, contextOf, deniesSharedChannels } = this.#options;
    const config = spawner.spec.when.slack;
    if (config === undefined) return undefined;
    const found = await slackSource.match(config, { event, bot, details }, contextOf(spawner, signal));
    if ('filter' in found) {
      // Our own status messages come back to us: that they start nothing is no news.
      if (event.kind === 'command' || !isOurs(event, bot)) await spawning.skip(spawner, found);
      return undefined;
    }
    if (deniesSharedChannels && (await this.#shared.has(event.channel))) {
      await spawning.skip(spawner, { id: found.id, summary: found.summary, filter: DENIES_SHARED, seen: event.channel });
      return undefined;
    }
    return { spawner: spawner.metadata.name!, decision: await spawning.take(spawner, found, signal) };
  }

  /** Each is asked for once, however many TaskSpawners read it. */
  #detailsOf(event: SlackEvent): SlackDetails {
    const { api } = this.#options;
    return {
      permalink: once(() => this.#bestEffort('permalink', async () => (event.kind === 'command' ? '' : api.permalink(event.channel, event.ts)), '')),
      userName: once(() => this.#bestEffort('user', async () => (event.user === '' ? '' : api.userName(event.user)), event.user)),
      conversation: once(async () => (event.kind === 'command' ? undefined : this.#conversation(event))),
    };
  }

  /** What the agent is asked to do is in there, so it may take its time. */
  async #conversation({ channel, threadTs }: SlackMessage) {
    try {
      return await this.#options.api.conversation({ channel, thread: threadTs });
    } catch (err) {
      this.#log.warn({ err, channel }, 'a thread of Slack could not be read');
      return undefined;
    }
  }

  async #bestEffort(what: string, ask: () => Promise<string>, otherwise: string): Promise<string> {
    const over = new AbortController();
    const late = sleep(this.#options.clock, LONGEST_LOOKUP_MS, over.signal).then(() => otherwise, () => otherwise);
    try {
      return await Promise.race([ask(), late]);
    } catch (err) {
      this.#log.debug({ err, what }, 'Slack did not tell');
      return otherwise;
    } finally {
      over.abort();
    }
  }

  async #joined(channel: string): Promise<void> {
    const { api, deniesSharedChannels, joinMessage } = this.#options;
    this.#shared.forget(channel);
    if (deniesSharedChannels && (await this.#shared.has(channel))) {
      await api.leave(channel).catch((err: unknown) => this.#log.warn({ err, channel }, 'a shared channel of Slack could not be left'));
      return;
    }
    if (joinMessage) await api.post({ channel }, { text: joinMessage });
  }
}

/** For whoever types a slash command and waits: Slack takes answers there for half an hour. */
export function responseUrlOf(payload: SlackPayload): string {
  const command: SlackCommand | undefined = payload.kind === 'command' ? readCommand(payload.body) : undefined;
  return command?.responseUrl ?? '';
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => (answer ??= ask());
}
