import type { Clock } from '../kube/clock.ts';

/** As every list of GitHub tells of an issue and of a pull request. */
export interface DatedItem {
  readonly number: number;
  readonly updated_at: string;
}

/**
 * What changed within the last minute may change again within the same second. It may also have reached one of GitHub's servers before another, and
 * their clock may not be ours.
 */
const SETTLED_MS = 60_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/**
 * What the comments, reviews and the like of an item are read for: while it is the same, so are they.
 *
 * GitHub does not say all that moves `updated_at`; an edit of a comment, a dismissed review or the deletion of either might not. So a version is good for an
 * hour at most, which ends at another minute for each item, lest all be asked about at once.
 */
export function itemVersion(item: DatedItem, clock: Clock): string | undefined {
  return settledVersion(item, clock, HOUR_MS, (item.number % 60) * MINUTE_MS);
}

/** Nothing while another change might bear the same date; another one every `periodMs`, `aheadMs` early. */
export function settledVersion({ number, updated_at: updated }: DatedItem, clock: Clock, periodMs: number, aheadMs: number): string | undefined {
  if (!(clock.now().getTime() - Date.parse(updated) > SETTLED_MS)) return undefined;
  return `${number} ${updated} ${Math.floor((clock.elapsed() + aheadMs) / periodMs)}`;
}
