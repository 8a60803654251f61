import { isScheduleFault, parseSchedule } from '../schedule';
import { type Problem, quote } from './problem';

/** Checks a schedule as our operator reads it. */
export function checkCron(expression: unknown, path: string): Problem[] {
  if (typeof expression !== 'string') return [];
  const read = parseSchedule(expression);
  return isScheduleFault(read) ? [{ code: 'invalid-cron', path, got: quote(expression), ...read }] : [];
}
