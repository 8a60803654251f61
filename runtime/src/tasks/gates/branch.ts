import type { Task } from '@taskwright/schema';
import { wantsBranch } from '../branch-lock.ts';
import type { Gate } from '../gate.ts';
import { spawnerOf, waitsForSlot } from '../slot.ts';
import { isAhead } from '../turn.ts';

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
 * Lets one Task at a time work on a branch: the most urgent first, then the oldest.
 *
 * Only a Task whose agent is at work holds the branch, and only one that could start now goes before a younger one: a Task that waits for
 * something else, a dependency or a budget, keeps its place but nobody from starting. So no two Tasks ever wait for each other. Of one TaskSpawner, also who
 * waits for a slot goes before: the slot is its own matter, and else all of them would come to the branch and leave it with every Task that goes.
 *
 * A Task is told of the one just before it, which will have the branch before it does if it has not got it now. So nothing changes for it when
 * that one starts, and however long the queue is it is told once.
 */
export const branchGate: Gate = ({ task, branch, now }) => {
  if (!branch) return undefined;
  const ahead = branch.waiting.filter((other) => isAhead(other, task) && (wantsBranch(other) || isOfOneSlotLine(other, task)));
  const justAhead = ahead.reduce<Task | undefined>((last, other) => (last && isAhead(other, last) ? last : other), undefined);
  const holder: BranchHolder | undefined = justAhead ? { taskName: justAhead.metadata.name! } : branch.holders.find(({ goneAt }) => goneAt === undefined || goneAt > now);
  if (!holder) return undefined;
  return {
    hold: 'BranchLocked',
    message: `Waiting for branch "${task.spec.branch}" (locked by ${holder.taskName})`,
    ...(holder.goneAt ? { retryAfterMs: holder.goneAt.getTime() - now.getTime() } : {}),
  };
};

function isOfOneSlotLine(other: Task, task: Task): boolean {
  return waitsForSlot(other) && spawnerOf(other)?.uid === spawnerOf(task)?.uid;
}
