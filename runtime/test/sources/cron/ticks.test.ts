import { isScheduleFault, parseSchedule, type Schedule } from 'cdk8s-taskwright/schedule';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newestTicks, nextTick } from '../../../src/sources/cron/ticks.ts';

function read(text: string): Schedule {
  const schedule = parseSchedule(text);
  if (isScheduleFault(schedule)) throw new Error(schedule.allowed);
  return schedule;
}

/** The next few ticks. */
function ticks(schedule: string, after: string, count: number): string[] {
  const found: string[] = [];
  let at: Date | undefined = new Date(after);
  while (found.length < count && (at = nextTick(read(schedule), at)) !== undefined) found.push(`${at.toISOString().slice(0, 16)}Z`);
  return found;
}

describe('the next ticks', () => {
  test.each([
    ['*/15 * * * *', '2026-01-01T00:07:00Z', ['2026-01-01T00:15Z', '2026-01-01T00:30Z']],
    ['0 9 * * 1-5', '2026-01-02T09:00:00Z', ['2026-01-05T09:00Z', '2026-01-06T09:00Z']],
    ['59 23 31 12 *', '2026-01-01T00:00:00Z', ['2026-12-31T23:59Z', '2027-12-31T23:59Z']],
    ['0 0 29 2 *', '2026-01-01T00:00:00Z', ['2028-02-29T00:00Z', '2032-02-29T00:00Z']],
    ['@weekly', '2026-01-01T00:00:00Z', ['2026-01-04T00:00Z', '2026-01-11T00:00Z']],
    // Either day, when both are restricted; both, when one of them is not.
    ['0 0 13 * fri', '2026-01-10T00:00:00Z', ['2026-01-13T00:00Z', '2026-01-16T00:00Z']],
    ['0 0 13 * *', '2026-01-10T00:00:00Z', ['2026-01-13T00:00Z', '2026-02-13T00:00Z']],
    ['0 0 */1 * fri', '2026-01-10T00:00:00Z', ['2026-01-16T00:00Z', '2026-01-23T00:00Z']],
    ['0 0 */10 * fri', '2026-01-10T00:00:00Z', ['2026-01-11T00:00Z', '2026-01-16T00:00Z']],
    // By the clocks of a zone, half an hour off too.
    ['CRON_TZ=Asia/Kolkata 0 9 * * *', '2026-01-01T00:00:00Z', ['2026-01-01T03:30Z', '2026-01-02T03:30Z']],
    ['TZ=America/New_York 0 9 1 * *', '2026-01-31T00:00:00Z', ['2026-02-01T14:00Z', '2026-03-01T14:00Z']],
    ['TZ=Pacific/Kiritimati @daily', '2026-01-01T00:00:00Z', ['2026-01-01T10:00Z', '2026-01-02T10:00Z']],
    // In spring 02:30 is skipped, in autumn 01:30 comes twice.
    ['TZ=America/New_York 30 2 * * *', '2026-03-07T00:00:00Z', ['2026-03-07T07:30Z', '2026-03-09T06:30Z']],
    ['TZ=America/New_York 30 1 * * *', '2026-10-31T12:00:00Z', ['2026-11-01T05:30Z', '2026-11-01T06:30Z', '2026-11-02T06:30Z']],
    ['TZ=Europe/Berlin 0 * * * *', '2026-03-29T00:00:00Z', ['2026-03-29T01:00Z', '2026-03-29T02:00Z']],
    ['TZ=Australia/Lord_Howe 45 1 * * *', '2026-04-04T00:00:00Z', ['2026-04-04T14:45Z', '2026-04-04T15:15Z', '2026-04-05T15:15Z']],
  ])('of %s after %s', (schedule, after, expected) => {
    expect(ticks(schedule, after, expected.length)).toEqual(expected);
  });

  test('of a day that is eight years away', () => {
    expect(ticks('0 0 29 2 *', '2096-03-01T00:00:00Z', 1)).toEqual(['2104-02-29T00:00Z']);
  });
});

/** Every minute whose clock shows it, one after the other. */
function byMinutes({ zone = 'UTC', minutes, hours, days, months, weekdays, isEitherDay }: Schedule, after: Date, until: Date): number[] {
  const format = new Intl.DateTimeFormat('en', { timeZone: zone, hourCycle: 'h23', weekday: 'short', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' });
  const found: number[] = [];
  for (let at = Math.floor(after.getTime() / 60_000) * 60_000 + 60_000; at <= until.getTime(); at += 60_000) {
    const shown = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
    const [isOfMonth, isOfWeek] = [days.includes(Number(shown.day)), weekdays.includes(['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'].indexOf(shown.weekday!))];
    const isDay = isEitherDay ? isOfMonth || isOfWeek : isOfMonth && isOfWeek;
    if (isDay && months.includes(Number(shown.month)) && hours.includes(Number(shown.hour)) && minutes.includes(Number(shown.minute))) found.push(at);
  }
  return found;
}

const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'America/St_Johns'];
/** Around the days on which clocks change. */
const moments = ['2026-03-07T12:00:00Z', '2026-03-28T12:00:00Z', '2026-04-04T06:00:00Z', '2026-10-03T06:00:00Z', '2026-10-24T12:00:00Z', '2026-10-31T12:00:00Z', '2028-02-28T12:00:00Z'];
const field = (least: number, most: number) => fc.oneof({ weight: 2, arbitrary: fc.constant('*') }, fc.integer({ min: least, max: most }).map(String), fc.integer({ min: 2, max: 20 }).map((step) => `*/${step}`));
const schedules = fc.tuple(fc.constantFrom(...zones), field(0, 59), fc.oneof(field(0, 23), fc.constantFrom('0', '1', '2', '0-3')), field(1, 31), fc.constant('*'), field(0, 6)).map(([zone, ...fields]) => `TZ=${zone} ${fields.join(' ')}`);

test('ticks are the minutes whose clock shows them, found from either end', () => {
  fc.assert(
    fc.property(schedules, fc.constantFrom(...moments), fc.integer({ min: 0, max: 90_000 }), fc.integer({ min: 1, max: 5 }), (text, moment, secondsLater, most) => {
      const schedule = read(text);
      const after = new Date(Date.parse(moment) + secondsLater * 1_000);
      const until = new Date(after.getTime() + 26 * 3_600_000);
      const expected = byMinutes(schedule, after, until);
      const found: number[] = [];
      for (let at = nextTick(schedule, after); at !== undefined && at <= until; at = nextTick(schedule, at)) found.push(at.getTime());
      expect(found).toEqual(expected);
      const newest = newestTicks(schedule, after, until, most);
      expect({ ticks: newest.ticks.map((tick) => tick.getTime()), isWhole: newest.isWhole }).toEqual({ ticks: expected.slice(-most), isWhole: expected.length <= most });
    }),
    { numRuns: 60 },
  );
});
