import { itemVersion } from '../github/item-version.ts';
import type { Clock } from '../kube/clock.ts';
import type { ForgeItem } from './forge-items.ts';

/**
 * What the comments of an item are read for: while it is the same, so are they. Forges document how many comments an item of a list has, and that it was updated,
 * but not that an edit of a comment updates it: so it is good for an hour at most.
 */
export function commentsVersion({ number, updatedAt, commentCount }: ForgeItem, clock: Clock): string | undefined {
  const version = itemVersion({ number, updated_at: updatedAt }, clock);
  return version === undefined || commentCount === undefined ? undefined : `${version} ${commentCount}`;
}
