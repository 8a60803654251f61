/** Schedules as operators read them: the grammar of cron expressions, for the constructs that check them and the operator that follows them. */

/** The times of a schedule, by the clocks of its zone. */
export interface Schedule {
  /** IANA name. Left out: UTC. */
  readonly zone?: string;
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: readonly number[];
  /** January is 1. */
  readonly months: readonly number[];
  /** Sunday is 0. */
  readonly weekdays: readonly number[];
  /** Days of the month and of the week are both restricted: then one of the two is enough. */
  readonly isEitherDay: boolean;
}

/** Why a text is no schedule. */
export interface ScheduleFault {
  readonly allowed: string;
  readonly fix?: string;
}

/** The fields of a cron expression, in their order. Sunday is 0, and not 7. */
const FIELDS: readonly { readonly name: string; readonly least: number; readonly most: number; readonly words?: readonly string[] }[] = [
  { name: 'minute', least: 0, most: 59 },
  { name: 'hour', least: 0, most: 23 },
  { name: 'day of month', least: 1, most: 31 },
  { name: 'month', least: 1, most: 12, words: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] },
  { name: 'day of week', least: 0, most: 6, words: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
];

/** In a leap year. */
const LONGEST_MONTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const DESCRIPTORS: { readonly [name: string]: string } = {
  '@yearly': '0 0 1 1 *', '@annually': '0 0 1 1 *', '@monthly': '0 0 1 * *', '@weekly': '0 0 * * 0', '@daily': '0 0 * * *', '@midnight': '0 0 * * *', '@hourly': '0 * * * *',
};

/**
 * Reads a schedule: five fields of lists, ranges, steps and names, or a word such as `@daily`; before either, `CRON_TZ=` with a time zone. No seconds, none of L, W and #.
 */
export function parseSchedule(text: string): Schedule | ScheduleFault {
  const match = /^\s*(?:(?:CRON_)?TZ=(\S*)\s*)?(.*)$/s.exec(text)!;
  const [, zone, times] = match;
  if (zone !== undefined && !isZone(zone)) return { allowed: `${zone || 'nothing'} is not a time zone; it has to be an IANA name such as Europe/Berlin` };
  const read = readTimes(times.trim());
  return isScheduleFault(read) || zone === undefined ? read : { ...read, zone };
}

export function isScheduleFault(read: object): read is ScheduleFault {
  return 'allowed' in read;
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    // A number of hours is a zone to Intl, and to nobody else.
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}

function readTimes(times: string): Schedule | ScheduleFault {
  if (times.startsWith('@')) {
    const written = DESCRIPTORS[times];
    if (written !== undefined) return readTimes(written);
    const near = Object.keys(DESCRIPTORS).find((name) => name === times.toLowerCase());
    return { allowed: `it has to be of five fields, or one of ${Object.keys(DESCRIPTORS).join(', ')}`, fix: near && `write ${near}` };
  }
  const fields = times.split(/\s+/);
  if (fields.length !== FIELDS.length) {
    return { allowed: `it has to be of five fields: ${FIELDS.map(({ name }) => name).join(', ')}`, fix: fields.length === 6 ? 'leave the seconds out' : undefined };
  }
  const values: number[][] = [];
  for (const [index, field] of fields.entries()) {
    const read = valuesOf(field, index);
    if (!Array.isArray(read)) return read;
    values.push([...new Set(read)].sort((a, b) => a - b));
  }
  const [minutes, hours, days, months, weekdays] = values;
  const schedule = { minutes, hours, days, months, weekdays, isEitherDay: !isAny(fields[2]) && !isAny(fields[4]) };
  return neverComes(schedule, isAny(fields[4])) ? { allowed: 'none of these months has such a day' } : schedule;
}

/** The values that a field stands for, or what is wrong with it. */
function valuesOf(field: string, index: number): number[] | ScheduleFault {
  const values: number[] = [];
  for (const part of field.split(',')) {
    const read = rangeOf(part, index);
    if (!Array.isArray(read)) return read;
    values.push(...read);
  }
  return values;
}

function rangeOf(part: string, index: number): number[] | ScheduleFault {
  const { name, least, most, words } = FIELDS[index];
  const asked = `the ${name} has to be ${least} to ${most}${words ? ` or ${words[0]} to ${words[words.length - 1]}` : ''}, a range such as ${least}-${most}, a step such as */2, or a list of these`;
  const match = /^(?:([*?])|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/.exec(part);
  if (!match) return { allowed: asked };
  const [, any, from, to, step] = match;
  const first = any ? least : valueOf(from, index);
  // A step from a single value goes on to the end.
  const last = any || (to === undefined && step !== undefined) ? most : valueOf(to ?? from, index);
  if (!(first >= least && first <= most && last >= least && last <= most)) return { allowed: asked, fix: index === 4 && (from === '7' || to === '7') ? 'write Sunday as 0' : undefined };
  if (first > last) return { allowed: `the range ${part} of the ${name} ends before it begins`, fix: `write ${from}-${most},${least}-${to}` };
  if (step !== undefined && Number(step) === 0) return { allowed: `a step of the ${name} has to be at least 1` };
  const values: number[] = [];
  for (let value = first; value <= last; value += Number(step ?? 1)) values.push(value);
  return values;
}

function valueOf(text: string, index: number): number {
  const { least, words = [] } = FIELDS[index];
  if (/^\d+$/.test(text)) return Number(text);
  const word = words.indexOf(text.toLowerCase());
  return word === -1 ? NaN : word + least;
}

/** A step of more than one restricts, a step of one does not; of a list, one part that does not is enough. */
function isAny(field: string): boolean {
  return field.split(',').some((part) => /^[*?](\/0*1)?$/.test(part));
}

/** The 30th of February. With a day of the week as well, either of the two is enough. */
function neverComes({ days, months }: Schedule, isAnyWeekday: boolean): boolean {
  if (!isAnyWeekday) return false;
  const longest = Math.max(...months.map((month) => LONGEST_MONTHS[month - 1]));
  return days.every((day) => day > longest);
}
