import type { Task } from '@taskwright/schema';
import { Backoff } from '../kube/backoff.ts';
import type { KubeClient } from '../kube/client.ts';
import { sleep } from '../kube/clock.ts';
import { Controller } from '../kube/controller.ts';
import type { Informer } from '../kube/informer.ts';
import { silentLog } from '../kube/log.ts';
import type { KubeMetrics } from '../kube/metrics.ts';
import type { Random } from '../kube/random.ts';
import { Deliveries, type DeliveriesOptions } from './deliveries.ts';
import type { SlackPayload } from './payload.ts';
import type { ReceiveOptions } from './receive.ts';
import { slackReporter } from './reporting/slack-reporter.ts';
import { SlackApi } from './slack-api.ts';
import { SlackMetrics } from './slack-metrics.ts';
import type { SlackRequest } from './slack-request.ts';
import { type SlackAnswer, slackRoute } from './slack-route.ts';
import type { SlackSettings } from './slack-settings.ts';
import { SocketConnection } from './socket-connection.ts';

export interface SlackAppOptions extends Pick<DeliveriesOptions, 'spawners' | 'spawning' | 'contextOf' | 'clock' | 'log'> {
  readonly settings: SlackSettings;
  /** Writes what was told on Tasks; of a process that leads. */
  readonly client: KubeClient;
  /** Of each namespace that is watched, or of all. */
  readonly tasks: readonly Pick<Informer<Task>, 'get' | 'onChange' | 'remember'>[];
  /** How Slack is reached. */
  readonly fetch: typeof globalThis.fetch;
  readonly random: Random;
  readonly metrics?: KubeMetrics;
}

export interface SlackApp {
  /** What only the process does that leads: it listens by Socket Mode, and reports. */
  readonly controllers: readonly Controller[];
  /** Where events come over HTTP, on every replica; nothing where no secret tells them from others. */
  readonly route: ((request: SlackRequest) => Promise<SlackAnswer>) | undefined;
  /** Why nothing is heard. `undefined`: it is, or this process need not. */
  readonly problem: string | undefined;
  /** Closes the connection. Call it before the controllers are stopped. */
  close(): void;
}

/** The connection is a run of its controller that goes on for as long as the process leads. */
const FOR_EVER_MS = 10 * 365 * 86_400_000;

/** Makes an install an app of Slack: hears of it, and tells there what becomes of Tasks. */
export function slackApp(options: SlackAppOptions): SlackApp {
  const { settings, client, tasks, fetch, clock, random, log = silentLog, metrics } = options;
  const { botToken, appToken, signingSecret, apiUrl } = settings;
  const closing = new AbortController();
  const api = new SlackApi({ token: botToken, clock, fetch, ...(apiUrl ? { apiUrl } : {}) });
  const deliveries = new LateDeliveries(api, options, closing.signal);
  const counted: Pick<Deliveries, 'take'> = {
    async take(payload) {
      try {
        const receipt = await deliveries.take(payload);
        slackMetrics?.received('taken');
        return receipt;
      } catch (error) {
        slackMetrics?.received('refused');
        throw error;
      }
    },
  };
  const receiving: ReceiveOptions = { deliveries: counted, fetch, clock, log, ...(apiUrl ? { apiUrl } : {}) };
  const socket = appToken === undefined ? undefined : new SocketConnection({ ...receiving, appToken, random });
  const slackMetrics = metrics && new SlackMetrics(metrics.registry, () => socket?.isConnected ?? false);
  let isListening = false;

  const listening = socket && new Controller({
    name: 'slack-connection',
    sources: [],
    workers: 1,
    timeoutMs: FOR_EVER_MS,
    async reconcile(_, { signal }) {
      isListening = true;
      await socket.run(AbortSignal.any([signal, closing.signal]));
      isListening = false;
      return {};
    },
    clock, log, metrics: metrics?.controller('slack-connection'),
  });
  listening?.queue.add('slack');
  const reporters = tasks.map((informer) => slackReporter({ api, client, tasks: informer, clock, log, metrics: metrics?.controller('slack-report') }));

  return {
    controllers: [...(listening ? [listening] : []), ...reporters],
    route: signingSecret === undefined ? undefined : slackRoute(signingSecret, receiving),
    get problem() {
      return deliveries.problem ?? (isListening ? socket?.problem : undefined);
    },
    close: () => closing.abort(new Error('Slack is listened to no more')),
  };
}

/** Deliveries, once Slack has said who we are: until then they are refused and come again. */
class LateDeliveries implements Pick<Deliveries, 'take'> {
  #deliveries: Deliveries | undefined;
  #problem: string | undefined;

  constructor(api: SlackApi, options: SlackAppOptions, signal: AbortSignal) {
    void this.#introduce(api, options, signal);
  }

  get problem(): string | undefined {
    return this.#problem;
  }

  async take(payload: SlackPayload): ReturnType<Deliveries['take']> {
    if (!this.#deliveries) throw new Error('slack: it is not known yet who we are there');
    return this.#deliveries.take(payload);
  }

  /** Never rejects: a token that is wrong, or Slack that is away, may be mended outside. */
  async #introduce(api: SlackApi, { settings, spawners, spawning, contextOf, clock, random, log }: SlackAppOptions, signal: AbortSignal): Promise<void> {
    const backoff = new Backoff(clock, random, { baseMs: 1_000, capMs: 60_000, jitter: 0.5 });
    while (!signal.aborted && !this.#deliveries) {
      try {
        const bot = await api.identity();
        const { deniesSharedChannels, joinMessage } = settings;
        this.#deliveries = new Deliveries({ api, bot, spawners, spawning, contextOf, deniesSharedChannels, clock, ...(joinMessage ? { joinMessage } : {}), ...(log ? { log } : {}) });
        this.#problem = undefined;
        log?.info(bot, 'Slack knows us');
      } catch (err) {
        this.#problem = `Slack does not say who we are: ${(err as Error).message}; check SLACK_BOT_TOKEN`;
        log?.warn({ err }, 'Slack does not say who we are');
        await sleep(clock, backoff.nextMs(), signal).catch(() => {});
      }
    }
  }
}
