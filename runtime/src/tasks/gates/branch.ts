import type { Task } from '@taskwright/schema';
import { isAhead, wantsBranch } from '../branch-lock.ts';
import type { Gate } from '../gate.ts';

/** Who else is on the branch of a Task. */
export interface BranchFacts {
  /** The other Tasks that want it and have not started, whatever they wait for. */
  readonly waiting: readonly Task[];
  /** Whose agents are at work on it, or about to be. */
  readonly holders: readonly BranchHolder[];
}

export interface BranchHolder {
  readonly taskName: string;
  /** When it counts as gone though it may still be there: a node that is lost never says that a Pod has ended. */
  readonly goneAt?: Date;
}

/**
 * Lets one Task at a time work on a branch, the oldest first.
 *
 * Only a Task whose agent is at work holds the branch, and only one that could start now goes before a younger one: a Task that waits for
 * something else, a dependency or a budget, keeps its place but nobody from starting. So no two Tasks ever wait for each other.
 *
 * A Task waits behind the one just before it and not behind the first, so that its message changes once when that one starts, however
 * long the queue is.
 */
export const branchGate: Gate = ({ task, branch, now }) => {
  if (!branch) return undefined;
  const name = task.spec.branch!;
  const before = branch.waiting.filter((other) => isAhead(other, task) && wantsBranch(other));
  if (before.length > 0) {
    const last = before.reduce((latest, other) => (isAhead(latest, other) ? other : latest));
    return { hold: 'BranchQueued', message: `Waiting for branch "${name}" (queued behind ${last.metadata.name})` };
  }
  const holder = branch.holders.find(({ goneAt }) => goneAt === undefined || goneAt > now);
  if (!holder) return undefined;
  return {
    hold: 'BranchLocked',
    message: `Waiting for branch "${name}" (locked by ${holder.taskName})`,
    ...(holder.goneAt ? { retryAfterMs: holder.goneAt.getTime() - now.getTime() } : {}),
  };
};
