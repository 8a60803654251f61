import type * as l1 from '../l1';
import { checkCron } from '../private/cron-check';
import { expressionsOf, knownEvent } from '../private/known-event';
import type { Problem } from '../private/problem';
import { EventTrigger } from './event-trigger';
import type { CronTickEvent } from './events';

/** The length of `-20260102-1504`. */
const SUFFIX = 14;

/** Waits for the time of a schedule. */
export class CronTrigger extends EventTrigger {
  /** What templates may read, as the expressions that read it. */
  public readonly event: CronTickEvent = expressionsOf<CronTickEvent>('CronTickEvent');
  /** @internal */
  public readonly _event = knownEvent('CronTickEvent');
  /** @internal */
  public readonly _suffix = SUFFIX;
  /** @internal */
  public readonly _needsWorkspace = false;

  public constructor(
    /** When, as a cron expression of five fields, by the clocks of UTC. */
    public readonly schedule: string,
  ) {
    super();
  }

  /** @internal */
  public _render(): l1.TaskSpawnerTrigger {
    return { cron: { schedule: this.schedule } };
  }

  /** @internal */
  public _check(): Problem[] {
    return checkCron(this.schedule, 'trigger.schedule');
  }
}
