import type { Run } from './run.ts';

/** Who lost the lease writes nothing more, however long it stood still. */
export function onlyLeadersWrite({ usurped }: Run): string[] {
  return [...usurped];
}
