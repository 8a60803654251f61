import type { Run } from './run.ts';

/** A Task that ended has ended: others have started because of it. */
export function terminalPhasesStay({ history }: Pick<Run, 'history'>): string[] {
  return history.of('Task').flatMap(({ name, statuses }) => {
    const end = statuses.findIndex(({ status }) => status.phase === 'Succeeded' || status.phase === 'Failed');
    const changed = end === -1 ? undefined : statuses.slice(end).find(({ status }) => JSON.stringify(status) !== JSON.stringify(statuses[end]!.status));
    return changed ? [`Task "${name}" was ${JSON.stringify(statuses[end]!.status)} and became ${JSON.stringify(changed.status)}`] : [];
  });
}
