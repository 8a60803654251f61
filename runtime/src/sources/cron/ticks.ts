import type { Schedule } from 'cdk8s-taskwright/schedule';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** How far a tick is looked for: from 2096 to 2104 there is no 29th of February. */
const FARTHEST_DAYS = 366 * 9;

/**
 * The first tick strictly after a time; `undefined` when there is none.
 *
 * A tick is each minute whose clock in the zone shows what the schedule asks for. So an hour that a change of the clocks skips has no tick, and one that it repeats has two,
 * as robfig/cron has it, which Kubernetes and the reference use.
 */
export function nextTick(schedule: Schedule, after: Date): Date | undefined {
  // The clocks of two places differ by no more than a day.
  const firstDay = startOfDay(after.getTime() - DAY_MS);
  const farthest = firstDay + FARTHEST_DAYS * DAY_MS;
  for (let day = firstDay; day < farthest; day += DAY_MS) {
    if (!isDayOf(schedule, new Date(day))) continue;
    const tick = ticksOf(schedule, day).find((time) => time > after.getTime());
    if (tick !== undefined) return new Date(tick);
  }
  return undefined;
}

/** The newest ticks after a time and until another, at most so many, the oldest first; and whether these are all. */
export function newestTicks(schedule: Schedule, after: Date, until: Date, most: number): { readonly ticks: readonly Date[]; readonly isWhole: boolean } {
  const ticks: number[] = [];
  const lastDay = startOfDay(until.getTime() + DAY_MS);
  for (let day = lastDay; day >= startOfDay(after.getTime() - DAY_MS); day -= DAY_MS) {
    if (!isDayOf(schedule, new Date(day))) continue;
    const ofDay = ticksOf(schedule, day).filter((time) => time > after.getTime() && time <= until.getTime());
    ticks.unshift(...ofDay);
    if (ticks.length > most) break;
  }
  return { ticks: ticks.slice(-most).map((time) => new Date(time)), isWhole: ticks.length <= most };
}

/** `day` is a day of the calendar, as the midnight of UTC of that date. */
function isDayOf({ months, days, weekdays, isEitherDay }: Schedule, day: Date): boolean {
  if (!months.includes(day.getUTCMonth() + 1)) return false;
  const isOfMonth = days.includes(day.getUTCDate());
  const isOfWeek = weekdays.includes(day.getUTCDay());
  return isEitherDay ? isOfMonth || isOfWeek : isOfMonth && isOfWeek;
}

/** The ticks of a day of the calendar in the zone, in their order. */
function ticksOf({ zone, hours, minutes }: Schedule, day: number): number[] {
  const shown = hours.flatMap((hour) => minutes.map((minute) => day + (hour * 60 + minute) * MINUTE_MS));
  if (zone === undefined) return shown;
  const before = offsetMs(zone, day - DAY_MS);
  const after = offsetMs(zone, day + 2 * DAY_MS);
  if (before === after) return shown.map((time) => time - before);
  const times = shown.flatMap((time) => [...new Set([time - before, time - after])].filter((instant) => instant + offsetMs(zone, instant) === time));
  return times.sort((a, b) => a - b);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' });
    formats.set(zone, format);
  }
  return format;
}

/** How far the clocks of a zone are ahead of UTC at a time. */
function offsetMs(zone: string, time: number): number {
  const parts = Object.fromEntries(formatOf(zone).formatToParts(time).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(parts.year!, parts.month! - 1, parts.day, parts.hour, parts.minute, parts.second) - Math.floor(time / 1_000) * 1_000;
}

function startOfDay(time: number): number {
  return Math.floor(time / DAY_MS) * DAY_MS;
}
