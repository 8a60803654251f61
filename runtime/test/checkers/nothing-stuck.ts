import type { Run } from './run.ts';

/** No key waits for a worker, no process refuses to end, and every Task says where it stands and why. */
export function nothingStuck({ history, processes, atEnd }: Run): string[] {
  const busy = atEnd.some(({ isLeading, isIdle }) => isLeading && !isIdle) ? ['keys wait for a worker'] : [];
  const hung = processes.flatMap(({ hung }) => (hung > 0 ? [`${hung} processes did not end when they were asked to`] : []));
  const idle = atEnd.some(({ isLeading }) => isLeading) ? [] : ['nobody leads'];
  const mute = history.of('Task').filter(({ goneAt }) => goneAt === undefined).flatMap(({ name, statuses }) => {
    const { phase, message, conditions = [] } = statuses.at(-1)?.status ?? {};
    return phase && message && conditions.every(({ reason }) => reason) ? [] : [`Task "${name}" has the phase ${phase} and the message ${message}`];
  });
  return [...busy, ...hung, ...idle, ...mute];
}
