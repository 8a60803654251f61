import { call, type Expression, literal } from '../expression.ts';

const UNITS = [['days', 86_400], ['hours', 3600], ['minutes', 60], ['seconds', 1]] as const;

/** In the largest unit of which it is a whole number. */
export function durationOf(seconds: number): Expression {
  const [unit, length] = seconds === 0 ? UNITS[3] : UNITS.find(([, each]) => seconds % each === 0)!;
  return call(`Duration.${unit}`, literal(seconds / length));
}

const LETTERS: Readonly<Record<string, string>> = { h: 'hours', m: 'minutes', s: 'seconds' };

/** As Go writes it, in one unit: `5m`. Of several, as in `1m30s`, no property is. */
export function pollIntervalOf(text: string | undefined): Expression | undefined {
  const [, amount, letter] = /^(\d{1,9})([hms])$/.exec(text ?? '') ?? [];
  return amount === undefined ? undefined : call(`Duration.${LETTERS[letter!]}`, literal(Number(amount)));
}

/** As the Gateway API writes it: `1m30s`. */
export function gatewayTimeout(text: string | undefined): Expression | undefined {
  const [all, hours = 0, minutes = 0, seconds = 0, millis = 0] = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/.exec(text ?? '') ?? [];
  if (!all) return undefined;
  return Number(millis) > 0
    ? call('Duration.millis', literal((Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000 + Number(millis)))
    : durationOf(Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds));
}
