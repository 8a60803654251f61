import { call, type Expression, literal } from '../expression.ts';

const UNITS = [['days', 86_400], ['hours', 3600], ['minutes', 60], ['seconds', 1]] as const;

/** In the largest unit of which it is a whole number. */
export function durationOf(seconds: number): Expression {
  const [unit, length] = seconds === 0 ? UNITS[3] : UNITS.find(([, each]) => seconds % each === 0)!;
  return call(`Duration.${unit}`, literal(seconds / length));
}
