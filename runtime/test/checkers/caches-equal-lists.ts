import { isDeepStrictEqual } from 'node:util';
import type { Run } from './run.ts';

/** When nothing goes wrong any more, every cache is what the server would list. */
export function cachesEqualLists({ caches }: Run): string[] {
  return caches.flatMap(({ kind, cached, listed }) => (isDeepStrictEqual(cached, listed) ? [] : [`the cache of ${kind} holds [${cached.join(', ')}], the server [${listed.join(', ')}]`]));
}
