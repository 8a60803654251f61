import type { Clock } from '../kube/clock.ts';
import type { GitHubClient } from './github-client.ts';
import { type DatedItem, settledVersion } from './item-version.ts';

/** Who asks, for one look. */
export interface Looking {
  readonly client: GitHubClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Three looks of the default interval. */
const BELIEVED_MS = 15 * 60_000;

/**
 * What the pages of a list are read for: while it is the same, so are they. One conditional request tells which item of the list's path was updated last, in
 * whatever state it is and whether a query would find it or not, since what leaves a list changes it too.
 *
 * **Guarantee** Asked for before the pages, it is another one afterwards if any item was updated since: a change while they are read is found by the next look.
 *
 * What GitHub dates no item for (a label that was renamed, an issue that was deleted or transferred) shows when the version ends, after a quarter of an hour at most.
 */
export async function listVersion(path: string, { client, clock, signal }: Looking): Promise<string | undefined> {
  const query = { state: 'all', sort: 'updated', direction: 'desc', per_page: 1 };
  const { items: [newest] } = await client.list<DatedItem>(path, { signal, query, keep: ({ number, updated_at }) => ({ number, updated_at }), mostPages: 1 });
  return newest && settledVersion(newest, clock, BELIEVED_MS, 0);
}
