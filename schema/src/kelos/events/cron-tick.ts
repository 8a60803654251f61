import type { Event } from './event.ts';

/** Number and Kind are there too, and say nothing: 0 and Issue. */
export const cronTickEvent: Event = {
  title: 'CronTickEvent',
  called: 'a tick of a schedule',
  variables: {
    ID: { description: 'The time by the clocks of UTC, as 20260102-1504.', from: 'service' },
    Title: { description: 'The same as Time.', from: 'service' },
    Time: { description: 'The time by the clocks of UTC, as 2026-01-02T15:04:00Z.', from: 'service' },
    Schedule: { description: 'The schedule.', from: 'service' },
  },
};
