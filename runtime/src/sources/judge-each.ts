import { InFlightLimit } from '../kube/in-flight-limit.ts';
import type { Discovery } from './source.ts';
import type { FailedEvent, SkippedEvent, SourceEvent } from './source-event.ts';

/** What one item of a list comes to. */
export type Judged = { readonly event: SourceEvent } | { readonly skipped: Pick<SkippedEvent, 'filter' | 'seen'> };

interface Judging<Item> {
  readonly about: (item: Item) => Pick<SkippedEvent, 'id' | 'summary'>;
  readonly judge: (item: Item) => Promise<Judged>;
  /** Whether an error concerns the item alone, and not the whole look: what is told of it then. */
  readonly problemOf: (error: unknown) => string | undefined;
  readonly signal: AbortSignal;
}

/** Requests about single items at a time. */
const MOST_AT_A_TIME = 8;
const LONGEST_SEEN = 200;

/** Judges each item by itself, in their order: what makes one fail is told of that one. */
export async function judgeEach<Item>(items: readonly Item[], { about, judge, problemOf, signal }: Judging<Item>): Promise<Discovery> {
  const limit = new InFlightLimit(MOST_AT_A_TIME);
  const [events, skipped, failed]: [SourceEvent[], SkippedEvent[], FailedEvent[]] = [[], [], []];
  const results = await Promise.all(items.map((item) => limit.run(async () => {
    try {
      return { item, judged: await judge(item) };
    } catch (error) {
      signal.throwIfAborted();
      const problem = problemOf(error);
      if (problem === undefined) throw error;
      return { item, problem };
    }
  }, signal)));
  for (const { item, judged, problem } of results) {
    if (judged === undefined) failed.push({ ...about(item), problem });
    else if ('event' in judged) events.push(judged.event);
    else skipped.push({ ...about(item), ...judged.skipped, seen: judged.skipped.seen.slice(0, LONGEST_SEEN) });
  }
  return { events, skipped, failed };
}
