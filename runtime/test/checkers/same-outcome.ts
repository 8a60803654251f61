import { isDeepStrictEqual } from 'node:util';
import type { Task } from '@taskwright/schema';
import type { Run } from './run.ts';

/** What becomes of a Task does not depend on what happened between the operator and the server. */
export function sameOutcome({ history, expected, workload }: Pick<Run, 'history' | 'workload'> & { readonly expected: readonly Pick<Run, 'history'>[] }): string[] {
  return expected.flatMap((undisturbed, index) => undisturbed.history.of('Task').map(({ name }) => name).flatMap((name) => {
    const phaseOnly = workload[index]!.mayLoseOutcome ?? false;
    const [there, here] = [undisturbed.history.task(name)!, history.task(name)];
    if (!here) return [`Task "${name}" was never made`];
    // Whoever deletes a Task that runs may find it in any state.
    const wasDeleted = there.goneAt !== undefined && !isFinished(there.statuses.at(-1)?.status);
    if (wasDeleted) return [];
    const [wanted, got] = [there, here].map(({ statuses }) => comparable(statuses.at(-1)?.status, phaseOnly));
    return isDeepStrictEqual(wanted, got) ? [] : [`Task "${name}" ended as ${JSON.stringify(got)}, undisturbed as ${JSON.stringify(wanted)}`];
  }));
}

function isFinished(status: Task['status']): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

/** Without names that are chance, and without times. */
function comparable(status: Task['status'], phaseOnly: boolean): object {
  const { podName: _podName, startTime: _start, completionTime: _end, conditions = [], ...rest } = status ?? {};
  if (phaseOnly) return { phase: rest.phase };
  return { ...rest, conditions: conditions.map(({ lastTransitionTime: _time, ...condition }) => condition) };
}
