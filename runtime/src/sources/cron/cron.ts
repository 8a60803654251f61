import { isScheduleFault, parseSchedule, type Schedule } from 'cdk8s-taskwright/schedule';
import { toKubeTime } from '../../kube/time.ts';
import { type Discovery, type PolledSource, SourceError } from '../source.ts';
import type { SkippedEvent, SourceEvent } from '../source-event.ts';
import { newestTicks, nextTick } from './ticks.ts';

/** Ticks that were missed become at most this many Tasks, whatever the policy. */
const MOST_TICKS = 100;
/** A tick that is seen this late was missed, in milliseconds: longer than it takes a replica to take over from another. */
const LATE_MS = 120_000;
/** The clock may be set, and no timer hears of it. */
const LONGEST_WAIT_MS = 60_000;

const POLICY = 'taskwright.dev/missed-ticks';

/**
 * The times of a schedule. Nothing is asked of anybody: what is due follows from the schedule, the clock, and the last tick of which something has become.
 *
 * What came while nobody looked (an operator that was away, a spawner that was suspended) is one tick, the newest, unless the spawner asks for all of them, or for none.
 */
export const cronSource: PolledSource<'cron'> = {
  trigger: 'cron',
  isLocal: true,

  nextLookMs({ schedule }, now) {
    const next = nextTick(read(schedule), now);
    return next === undefined ? LONGEST_WAIT_MS : Math.min(next.getTime() - now.getTime(), LONGEST_WAIT_MS);
  },

  async discover({ schedule }, { spawner, clock }, since): Promise<Discovery> {
    const now = clock.now();
    const policy = spawner.metadata.annotations?.[POLICY] ?? 'last';
    const { ticks, isWhole } = newestTicks(read(schedule), since, now, MOST_TICKS);
    const kept = policy === 'all' ? ticks : ticks.slice(-1).filter((tick) => policy !== 'none' || now.getTime() - tick.getTime() <= LATE_MS);
    const missed = ticks.slice(0, ticks.length - kept.length);
    return {
      events: kept.map((tick) => eventOf(tick, schedule)),
      skipped: [...(isWhole ? [] : [tooMany(ticks[0]!, since)]), ...missed.map((tick) => missedTick(tick, policy))],
      failed: [],
    };
  },
};

function read(text: string): Schedule {
  const schedule = parseSchedule(text);
  if (isScheduleFault(schedule)) throw new SourceError(`when.cron.schedule: is not a schedule, got ${JSON.stringify(text)}; ${[schedule.allowed, schedule.fix].filter(Boolean).join('; ')}`);
  return schedule;
}

function eventOf(tick: Date, schedule: string): SourceEvent {
  const time = toKubeTime(tick);
  const id = idOf(tick);
  const none = { Body: '', URL: '', Labels: '', Comments: '', Branch: '', ReviewState: '', ReviewComments: '' };
  return {
    id,
    nameSuffix: id,
    summary: `tick of ${time}`,
    variables: { ...none, ID: id, Number: 0n, Title: time, Kind: 'Issue', Time: time, Schedule: schedule },
    labels: [],
    time: tick,
    annotations: {},
  };
}

function missedTick(tick: Date, policy: string): SkippedEvent {
  return { id: idOf(tick), summary: `tick of ${toKubeTime(tick)}`, filter: `metadata.annotations[${POLICY}]`, seen: policy };
}

function tooMany(first: Date, since: Date): SkippedEvent {
  return { id: `before-${idOf(first)}`, summary: `ticks between ${toKubeTime(since)} and ${toKubeTime(first)}`, filter: `metadata.annotations[${POLICY}]`, seen: `more than ${MOST_TICKS} ticks` };
}

/** `20060102-1504`, by the clocks of UTC. */
function idOf(tick: Date): string {
  return tick.toISOString().slice(0, 16).replace(/[-:]/g, '').replace('T', '-');
}
