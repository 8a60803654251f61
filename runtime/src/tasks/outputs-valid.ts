import type { Condition, Task, TaskFailure } from '@taskwright/schema';
import { conditionOf } from '../kube/condition.ts';
import type { DeclaredOutputs } from './declared-outputs.ts';

/** Says of a Task that declares outputs whether its agent left them. A run that failed for another reason says nothing of them. */
const OUTPUTS_VALID = 'OutputsValid';

export interface OutputsFacts {
  readonly task: Task;
  /** Left out: it declares none. */
  readonly declared?: DeclaredOutputs;
  /** Left out: it succeeded. */
  readonly failed?: TaskFailure;
  /** Of the Task. */
  readonly message: string;
  readonly now: Date;
}

/** The conditions of a Task that ends, with the one about its outputs. */
export function withOutputsValid(conditions: readonly Condition[], { task, declared, failed, message, now }: OutputsFacts): Condition[] {
  const others = conditions.filter(({ type }) => type !== OUTPUTS_VALID);
  if (!declared || (failed && failed !== 'OutputInvalid')) return others;
  const said = failed ? { status: 'False' as const, reason: 'OutputInvalid', message } : { status: 'True' as const, reason: 'OutputsLeft', message: 'The agent left what the Task declares' };
  return [...others, conditionOf(task, { type: OUTPUTS_VALID, ...said }, now)];
}
