import { expect, test } from 'vitest';
import { windowOf } from '../../src/budgets/window.ts';

test.each<{ it: string; timezone?: string; now: string; start: string; end: string }>([
  { it: 'a day of UTC, which is the default', now: '2026-05-05T12:00:00Z', start: '2026-05-05T00:00:00Z', end: '2026-05-06T00:00:00Z' },
  { it: 'its first instant', now: '2026-05-05T00:00:00Z', start: '2026-05-05T00:00:00Z', end: '2026-05-06T00:00:00Z' },
  { it: 'its last instant', now: '2026-05-05T23:59:59.999Z', start: '2026-05-05T00:00:00Z', end: '2026-05-06T00:00:00Z' },
  { it: 'the end of a month', now: '2026-01-31T12:00:00Z', start: '2026-01-31T00:00:00Z', end: '2026-02-01T00:00:00Z' },
  { it: 'a leap day', now: '2028-02-29T12:00:00Z', start: '2028-02-29T00:00:00Z', end: '2028-03-01T00:00:00Z' },
  { it: 'the end of a year', now: '2026-12-31T23:00:00Z', start: '2026-12-31T00:00:00Z', end: '2027-01-01T00:00:00Z' },
  { it: 'a day west of UTC, yesterday there', timezone: 'America/New_York', now: '2026-01-15T03:00:00Z', start: '2026-01-14T05:00:00Z', end: '2026-01-15T05:00:00Z' },
  { it: 'a day east of UTC, tomorrow there', timezone: 'Pacific/Kiritimati', now: '2026-01-15T11:00:00Z', start: '2026-01-15T10:00:00Z', end: '2026-01-16T10:00:00Z' },
  { it: 'a zone of quarters of an hour', timezone: 'Asia/Kathmandu', now: '2026-01-15T12:00:00Z', start: '2026-01-14T18:15:00Z', end: '2026-01-15T18:15:00Z' },
  { it: 'the 23 hours of spring', timezone: 'Europe/Berlin', now: '2026-03-29T12:00:00Z', start: '2026-03-28T23:00:00Z', end: '2026-03-29T22:00:00Z' },
  { it: 'the 25 hours of autumn', timezone: 'Europe/Berlin', now: '2026-10-25T12:00:00Z', start: '2026-10-24T22:00:00Z', end: '2026-10-25T23:00:00Z' },
  { it: 'a day that begins at one, since clocks change at midnight', timezone: 'America/Sao_Paulo', now: '2018-11-04T12:00:00Z', start: '2018-11-04T03:00:00Z', end: '2018-11-05T02:00:00Z' },
  { it: 'a day that ends with an hour twice before midnight', timezone: 'America/Sao_Paulo', now: '2018-02-17T12:00:00Z', start: '2018-02-17T02:00:00Z', end: '2018-02-18T03:00:00Z' },
  { it: 'the day before one that was left out', timezone: 'Pacific/Apia', now: '2011-12-30T09:00:00Z', start: '2011-12-29T10:00:00Z', end: '2011-12-30T10:00:00Z' },
])('$it', ({ timezone, now, start, end }) => {
  expect(windowOf({ type: 'Daily', ...(timezone ? { timezone } : {}) } as never, new Date(now))).toEqual({ start: new Date(start), end: new Date(end) });
});

test('every window begins where the one before it ended', () => {
  for (const timezone of ['UTC', 'Europe/Berlin', 'America/Sao_Paulo', 'Asia/Beirut', 'Africa/Cairo', 'Australia/Lord_Howe']) {
    let window = windowOf({ type: 'Daily', timezone }, new Date('2018-01-01T12:00:00Z'));
    for (let day = 0; day < 800; day += 1) {
      const next = windowOf({ type: 'Daily', timezone }, window.end);
      expect(next.start).toEqual(window.end);
      window = next;
    }
  }
});

test('what is no zone and no period is told', () => {
  expect(() => windowOf({ type: 'Daily', timezone: 'Europe/Atlantis' }, new Date(0))).toThrow('spec.period.timezone: "Europe/Atlantis" is no time zone; it has to be an IANA name, such as Europe/Berlin');
  expect(() => windowOf({ type: 'Monthly' } as never, new Date(0))).toThrow('spec.period.type: "Monthly" is no period; it has to be Daily');
});
