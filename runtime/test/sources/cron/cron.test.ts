import type { TaskSpawner } from '@taskwright/schema';
import { describe, expect, test } from 'vitest';
import { silentLog } from '../../../src/kube/log.ts';
import { cronSource } from '../../../src/sources/cron/cron.ts';
import type { SourceContext } from '../../../src/sources/source.ts';
import { ManualClock } from '../../kube/manual-clock.ts';
import { aSpawner } from '../../spawners/spawner-fixtures.ts';

const nobody = () => {
  throw new Error('a schedule asks nobody');
};

/** What a look at that time finds, of a spawner whose last look was then. */
async function look(schedule: string, since: string, now: string, annotations: TaskSpawner['metadata']['annotations'] = {}) {
  const context: SourceContext = {
    spawner: aSpawner({ spec: { when: { cron: { schedule } } }, annotations }),
    readSecret: nobody,
    fetch: nobody,
    github: undefined as never,
    clock: new ManualClock(now),
    signal: new AbortController().signal,
    log: silentLog,
  };
  const { events, skipped, failed } = await cronSource.discover({ schedule }, context, new Date(since));
  expect(failed).toEqual([]);
  return { events: events.map(({ id }) => id), skipped: skipped.map(({ id, seen }) => `${id}: ${seen}`) };
}

const minutely = '* * * * *';
const policy = (value: string) => ({ 'taskwright.dev/missed-ticks': value });

describe('a look at a schedule', () => {
  test.each([
    { it: 'finds a tick', now: '2026-01-01T00:01:00Z', events: ['20260101-0001'], skipped: [] },
    { it: 'finds nothing before it', now: '2026-01-01T00:00:59Z', events: [], skipped: [] },
    { it: 'finds no tick of the last look again', since: '2026-01-01T00:01:00Z', now: '2026-01-01T00:01:30Z', events: [], skipped: [] },
    { it: 'finds nothing when the clock went back', since: '2026-01-01T01:00:00Z', now: '2026-01-01T00:30:00Z', events: [], skipped: [] },
    { it: 'finds the newest of those that were missed', now: '2026-01-01T00:03:30Z', events: ['20260101-0003'], skipped: ['20260101-0001: last', '20260101-0002: last'] },
    { it: 'finds all of them where that is asked for', now: '2026-01-01T00:03:30Z', annotations: policy('all'), events: ['20260101-0001', '20260101-0002', '20260101-0003'], skipped: [] },
    { it: 'finds none of them where that is asked for', schedule: '@hourly', now: '2026-01-01T02:02:01Z', annotations: policy('none'), events: [], skipped: ['20260101-0100: none', '20260101-0200: none'] },
    { it: 'is not late while another replica takes over', schedule: '@hourly', now: '2026-01-01T02:02:00Z', annotations: policy('none'), events: ['20260101-0200'], skipped: ['20260101-0100: none'] },
  ])('$it', async ({ schedule = minutely, since = '2026-01-01T00:00:00Z', now, annotations, events, skipped }) => {
    expect(await look(schedule, since, now, annotations)).toEqual({ events, skipped });
  });

  test('finds a hundred of a year at most, and says that there were more', async () => {
    const { events, skipped } = await look(minutely, '2025-01-01T00:00:00Z', '2026-01-01T00:00:00Z', policy('all'));
    expect([events.length, events[0], events.at(-1)]).toEqual([100, '20251231-2221', '20260101-0000']);
    expect(skipped).toEqual(['before-20251231-2221: more than 100 ticks']);
  });

  test('says what is wrong with what is no schedule', async () => {
    await expect(look('@every 1h', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z')).rejects.toThrow('when.cron.schedule: is not a schedule, got "@every 1h"; it has to be of five fields, or one of @yearly');
  });

  test('gives templates what the reference gives them', async () => {
    const clock = new ManualClock('2026-01-01T00:01:00Z');
    const { events } = await cronSource.discover({ schedule: minutely }, { spawner: aSpawner(), clock } as unknown as SourceContext, new Date('2026-01-01T00:00:00Z'));
    expect(events[0]!.variables).toEqual({
      ID: '20260101-0001', Number: 0n, Title: '2026-01-01T00:01:00Z', Body: '', URL: '', Labels: '', Comments: '', Kind: 'Issue', Branch: '', ReviewState: '', ReviewComments: '', Time: '2026-01-01T00:01:00Z', Schedule: minutely,
    });
  });
});

test.each([
  ['* * * * *', '2026-01-01T00:00:30Z', 30_000],
  // The clock may be set meanwhile.
  ['@daily', '2026-01-01T00:00:00Z', 60_000],
  ['@daily', '2026-01-01T23:59:59Z', 1_000],
])('the next look of %s after %s', (schedule, now, ms) => {
  expect(cronSource.nextLookMs({ schedule }, new Date(now))).toBe(ms);
});
