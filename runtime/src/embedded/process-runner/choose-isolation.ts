import { probeBubblewrap } from './bubblewrap.ts';
import type { Isolation, IsolationKind } from './isolation.ts';
import { pathMapping } from './path-mapping.ts';

/** The best isolation this machine offers, or the one that is asked for. Throws when that one does not work here. */
export async function chooseIsolation(wanted?: IsolationKind): Promise<Isolation> {
  if (wanted === 'path-mapping') return pathMapping;
  const probe = await probeBubblewrap();
  if ('isolation' in probe) return probe.isolation;
  if (wanted === 'bubblewrap') throw new Error(`isolation: bubblewrap does not work on this machine, ${probe.reason}; leave the option out to map paths instead`);
  return pathMapping;
}
