const DEFAULT_MS = 300_000;
/** Nobody needs to know earlier, and a service that is asked without a pause shuts its door. */
const SHORTEST_MS = 1_000;
const UNITS_MS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, 'µs': 1e-3, 'μs': 1e-3, ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/**
 * The milliseconds from the end of one look to the next, as `pollInterval` says it: a Go duration, or seconds. What cannot be read is five minutes, as in the
 * reference; so is what is not more than nothing, where the reference never looks again (docs/compatibility.md, "How often a service is asked").
 */
export function pollIntervalMs(text: string | undefined): number {
  const ms = read(text ?? '');
  return ms > 0 ? Math.max(ms, SHORTEST_MS) : DEFAULT_MS;
}

function read(text: string): number {
  if (/^\+?\d+$/.test(text)) return Number(text) * UNITS_MS.s!;
  if (!/^\+?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(text)) return Number.NaN;
  return [...text.matchAll(/([\d.]+)(ns|us|µs|μs|ms|s|m|h)/g)].reduce((sum, [, amount, unit]) => sum + Number(amount) * UNITS_MS[unit!]!, 0);
}
