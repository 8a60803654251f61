import type { Duration } from 'cdk8s';
import { duplicatesOf } from './names';
import { type Problem, quote } from './problem';
import { checkDuration, textsIn } from './shape';

/** A dash and the number of an issue: of no repository has it passed seven digits. */
export const LONGEST_NUMBER = 8;

/** What every trigger that asks a service again and again has. */
interface Polling {
  readonly repo?: string;
  readonly labels?: readonly string[];
  readonly excludeLabels?: readonly string[];
  readonly author?: string;
  readonly excludeAuthors?: readonly string[];
  readonly priorityLabels?: readonly string[];
  readonly pollInterval?: Duration;
}

/** As Go reads it, in the unit that the program has; Go has no days. A fraction of a second is left to it. */
export function pollIntervalOf(interval: Duration | undefined): string | undefined {
  if (!interval) return undefined;
  const [amount, unit] = inUnit(interval);
  return Number.isInteger(amount) ? `${amount}${unit}` : `${interval.toSeconds({ integral: false })}s`;
}

function inUnit(interval: Duration): [amount: number, unit: string] {
  switch (interval.unitLabel()) {
    case 'days': case 'hours': return [interval.toHours({ integral: false }), 'h'];
    case 'minutes': return [interval.toMinutes({ integral: false }), 'm'];
    default: return [interval.toSeconds({ integral: false }), 's'];
  }
}

export function checkPollingShape({ pollInterval }: Polling, path: string): Problem[] {
  return checkDuration(pollInterval, `${path}.pollInterval`);
}

/** What makes a trigger find nothing, or ask without a pause. */
export function checkPolling({ repo, author, pollInterval, ...lists }: Polling, path: string): Problem[] {
  const problems: Problem[] = [];
  const [labels, excludeLabels, excludeAuthors, priorityLabels] = [lists.labels, lists.excludeLabels, lists.excludeAuthors, lists.priorityLabels].map(textsIn);
  if (typeof repo === 'string' && !isRepository(repo)) {
    problems.push({ code: 'pattern', path: `${path}.repo`, got: quote(repo), allowed: 'it has to be owner/repo, or a URL such as https://github.com/owner/repo' });
  }
  for (const label of labels) if (excludeLabels.includes(label)) problems.push({ code: 'never-matches', path: `${path}.excludeLabels`, got: quote(label), allowed: 'it is in labels too', fix: 'take it out of one of them' });
  if (author !== undefined && excludeAuthors.includes(author)) problems.push({ code: 'never-matches', path: `${path}.excludeAuthors`, got: quote(author), allowed: 'it is the author too', fix: 'take it out of one of them' });
  for (const label of duplicatesOf(priorityLabels)) problems.push({ code: 'duplicate', path: `${path}.priorityLabels`, got: quote(label), fix: 'keep one of them' });
  if (pollInterval !== undefined && pollInterval.toSeconds({ integral: false }) < 1) {
    problems.push({ code: 'too-small', path: `${path}.pollInterval`, got: pollIntervalOf(pollInterval), allowed: 'at least a second' });
  }
  return problems;
}

function isRepository(text: string): boolean {
  return /^[\w.-]+\/[\w.-]+$/.test(text) || /^(https?:\/\/[^/\s]+\/|git@[^:/\s]+:)[\w.-]+\/[\w.-]+\/?$/.test(text);
}
