/** Why no Task can be made of an event, whoever tries again: its author has to change the TaskSpawner, or the event what it says. */
export class TaskBuildError extends Error {
  override readonly name = 'TaskBuildError';
  /** A path in the spec: `taskTemplate.branch`. */
  readonly field: string;
  /** What the field came to, as a line of at most 200 characters; left out where it came to nothing. */
  readonly seen: string | undefined;

  constructor(field: string, problem: string, seen?: string) {
    super(`${field}: ${problem}`);
    this.field = field;
    this.seen = seen === undefined ? undefined : oneLine(seen);
  }
}

const LONGEST_SEEN = 200;

/** Text from outside, so that it can stand in a status or on a terminal: without control characters, and short. */
export function oneLine(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ').trim();
  const cut = [...line].slice(0, LONGEST_SEEN).join('');
  return cut === line ? line : `${cut}…`;
}
