/** Two dashes, and 12 digits of what tells deliveries apart. */
const DASHES_AND_DIGITS = 14;

/**
 * How many characters come behind the name of a spawner in the names of what it makes of webhooks: a dash, the longest of what these deliveries are called, a dash, and
 * what tells them apart. An operator cuts the whole at 63, and with it what tells them apart: two deliveries would be one.
 */
export function deliverySuffix(names: readonly unknown[]): number {
  return DASHES_AND_DIGITS + Math.max(0, ...names.map((name) => `${name}`.length));
}
