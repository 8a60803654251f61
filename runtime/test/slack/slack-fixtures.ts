import type { TaskSpawner } from '@taskwright/schema';
import type { Clock } from '../../src/kube/clock.ts';
import { Deliveries, type DeliveriesOptions } from '../../src/slack/deliveries.ts';
import { SlackApi } from '../../src/slack/slack-api.ts';
import type { SkippedEvent, SourceEvent } from '../../src/sources/source-event.ts';
import type { Decision } from '../../src/spawners/decision.ts';
import type { Spawning } from '../../src/spawners/spawning.ts';
import { SlackServer } from '../../src/testing/slack-server.ts';
import { bot, contextOf } from '../sources/slack/slack-fixtures.ts';

/** Takes what comes, once per spawner and name, as the real one does. */
export class FakeSpawning implements Spawning {
  readonly made: string[] = [];
  readonly skipped: SkippedEvent[] = [];
  readonly events: SourceEvent[] = [];
  /** Called before each is taken. */
  before?: (spawner: TaskSpawner, event: SourceEvent) => Promise<void> | void;
  /** What is decided instead. */
  decides?: Partial<Decision>;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async take(spawner: TaskSpawner, event: SourceEvent): Promise<Decision> {
    await this.before?.(spawner, event);
    const task = `${spawner.metadata.name}-${event.nameSuffix}`;
    const decision = { at: this.#clock.now(), event: event.id, summary: event.summary };
    if (this.decides) return { ...decision, outcome: 'Refused', ...this.decides };
    if (this.made.includes(task)) return { ...decision, outcome: 'Known', task };
    this.made.push(task);
    this.events.push(event);
    return { ...decision, outcome: 'Fired', task };
  }

  async skip(_: TaskSpawner, skipped: SkippedEvent): Promise<void> {
    this.skipped.push(skipped);
  }
}

export interface Rig {
  readonly slack: SlackServer;
  readonly api: SlackApi;
  readonly spawning: FakeSpawning;
  readonly deliveries: Deliveries;
}

/** Everything between Slack and the making of Tasks, with Slack's own client on a server in this process. */
export function aRig(clock: Clock, spawners: readonly TaskSpawner[], options: Partial<DeliveriesOptions> = {}): Rig {
  const slack = new SlackServer({ clock });
  const api = new SlackApi({ token: 'xoxb-test', clock, fetch: slack.fetch });
  const spawning = new FakeSpawning(clock);
  const deliveries = new Deliveries({ api, bot, spawners: () => spawners, spawning, contextOf, deniesSharedChannels: false, clock, ...options });
  return { slack, api, spawning, deliveries };
}
