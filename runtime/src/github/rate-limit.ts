export type Headers = Readonly<Record<string, string | number | undefined>>;

/** What GitHub asks of who was limited and not told for how long. */
const LIMITED_MS = 60_000;
/** A host that says "in a year" is not obeyed. */
const LONGEST_LIMIT_MS = 3_600_000;

/**
 * How long GitHub asks us to wait, where an answer says that there were too many requests: it says so in one of two ways, or leaves us to its
 * documentation. Nothing if the answer is about something else.
 */
export function limitedForMs(headers: Headers, status: number, nowMs: number, message = ''): number | undefined {
  const waits = (ms: number) => Math.min(Math.max(Number.isFinite(ms) ? ms : LIMITED_MS, 1_000), LONGEST_LIMIT_MS);
  if (headers['retry-after'] !== undefined) return waits(Number(headers['retry-after']) * 1_000);
  if (status !== 403 && status !== 429) return undefined;
  if (String(headers['x-ratelimit-remaining']) === '0') return waits(Number(headers['x-ratelimit-reset'] ?? Number.NaN) * 1_000 - theirNowMs(headers, nowMs));
  return status === 429 || /\bsecondary rate\b/i.test(message) ? LIMITED_MS : undefined;
}

/** The time by the clock of who answered. */
function theirNowMs(headers: Headers, nowMs: number): number {
  const theirs = Date.parse(String(headers.date ?? ''));
  return Number.isNaN(theirs) ? nowMs : theirs;
}

/** What is left of the requests of an hour. */
export interface RateState {
  readonly limit: number;
  readonly remaining: number;
  /** Until the count begins anew. */
  readonly resetInMs: number;
}

/** What an answer says of it. An Enterprise Server that limits nobody says nothing. */
export function rateState(headers: Headers, nowMs: number): RateState | undefined {
  const [limit, remaining, resetSeconds] = ['limit', 'remaining', 'reset'].map((name) => Number(headers[`x-ratelimit-${name}`] ?? Number.NaN)) as [number, number, number];
  if (![limit, remaining, resetSeconds].every(Number.isFinite)) return undefined;
  return { limit, remaining, resetInMs: Math.min(Math.max(resetSeconds * 1_000 - theirNowMs(headers, nowMs), 0), LONGEST_LIMIT_MS) };
}
