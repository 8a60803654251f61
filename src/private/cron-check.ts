import { type Problem, quote } from './problem';

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

/** Checks a cron expression as an operator reads it: five fields of lists, ranges, steps and names; no seconds, no time zone, none of L, W and #. */
export function checkCron(expression: unknown, path: string): Problem[] {
  if (typeof expression !== 'string') return [];
  const broken = brokenRule(expression.trim());
  return broken === undefined ? [] : [{ code: 'invalid-cron', path, got: quote(expression), ...broken }];
}

type Broken = Pick<Problem, 'allowed' | 'fix'>;

function brokenRule(expression: string): Broken | undefined {
  if (/^(CRON_)?TZ=/.test(expression)) return { allowed: 'it is by the clocks of UTC', fix: 'leave the time zone out, and say the hour in UTC' };
  if (expression.startsWith('@')) {
    const written = DESCRIPTORS[expression.toLowerCase()];
    return { allowed: 'it has to be of five fields', fix: written && `write ${written}` };
  }
  const fields = expression.split(/\s+/);
  if (fields.length !== FIELDS.length) {
    return { allowed: `it has to be of five fields: ${FIELDS.map(({ name }) => name).join(', ')}`, fix: fields.length === 6 ? 'leave the seconds out' : undefined };
  }
  const values: number[][] = [];
  for (const [index, field] of fields.entries()) {
    const read = valuesOf(field, index);
    if (!Array.isArray(read)) return read;
    values.push(read);
  }
  return neverComes(fields, values);
}

/** The values that a field stands for, or what is wrong with it. */
function valuesOf(field: string, index: number): number[] | Broken {
  const values: number[] = [];
  for (const part of field.split(',')) {
    const read = rangeOf(part, index);
    if (!Array.isArray(read)) return read;
    values.push(...read);
  }
  return values;
}

function rangeOf(part: string, index: number): number[] | Broken {
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

/** The 30th of February. With a day of the week as well, either of the two is enough. */
function neverComes([, , , , weekday]: string[], [, , days, months]: number[][]): Broken | undefined {
  if (!weekday.split(',').some((part) => /^[*?](\/0*1)?$/.test(part))) return undefined;
  const longest = Math.max(...months.map((month) => LONGEST_MONTHS[month - 1]));
  return days.some((day) => day <= longest) ? undefined : { allowed: 'none of these months has such a day' };
}
