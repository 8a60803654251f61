import type { TaskBudgetSpec } from '@taskwright/schema';

/** The time in which spend counts together: from `start`, inclusive, to `end`, exclusive. */
export interface BudgetWindow {
  readonly start: Date;
  readonly end: Date;
}

const MINUTE_MS = 60_000;
/** No place on earth is further from UTC. */
const FURTHEST_MS = 15 * 60 * MINUTE_MS;

/**
 * The window that a moment is in: the local day, from its first instant to that of the next. Where clocks change it has 23 or 25 hours, and
 * where they change at midnight it begins at the hour that comes first.
 *
 * Throws a RangeError for a time zone or a period that there is not.
 */
export function windowOf({ type, timezone = 'UTC' }: TaskBudgetSpec['period'], now: Date): BudgetWindow {
  if (type !== 'Daily') throw new RangeError(`spec.period.type: ${JSON.stringify(type)} is no period; it has to be Daily`);
  const [year, month, day] = localDate(now.getTime(), timezone).split('-').map(Number) as [number, number, number];
  return { start: firstInstant(Date.UTC(year, month - 1, day), timezone), end: firstInstant(Date.UTC(year, month - 1, day + 1), timezone) };
}

/** The first minute of a local day, which is given by its midnight in UTC. Local dates never go back, so it can be halved in on. */
function firstInstant(midnightMs: number, timezone: string): Date {
  const date = localDate(midnightMs, 'UTC');
  let [before, from] = [midnightMs - FURTHEST_MS, midnightMs + FURTHEST_MS];
  while (from - before > MINUTE_MS) {
    const middle = before + Math.floor((from - before) / 2 / MINUTE_MS) * MINUTE_MS;
    if (localDate(middle, timezone) >= date) from = middle;
    else before = middle;
  }
  return new Date(from);
}

const formats = new Map<string, Intl.DateTimeFormat>();
/** Making one takes a thousand times as long as using it; there are about 600 zones, and names that are none are not kept. */
function formatOf(timezone: string): Intl.DateTimeFormat {
  let format = formats.get(timezone);
  if (!format) formats.set(timezone, (format = new Intl.DateTimeFormat('en-CA', { timeZone: timezone, year: 'numeric', month: '2-digit', day: '2-digit' })));
  return format;
}

/** `2026-03-29`, which sorts as dates do. */
function localDate(ms: number, timezone: string): string {
  try {
    return formatOf(timezone).format(ms);
  } catch {
    throw new RangeError(`spec.period.timezone: ${JSON.stringify(timezone)} is no time zone; it has to be an IANA name, such as Europe/Berlin`);
  }
}
