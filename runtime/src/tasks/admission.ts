import type { Condition, Task } from '@taskwright/schema';
import { conditionOf } from '../kube/condition.ts';
import { BUDGET_BLOCKED } from './budget-blocked.ts';

/** Why a Task has no Job yet. Each names one cause, so that a program can act on it; docs/errors.md explains each, and a test compares the two. */
export const HOLD_REASONS = [
  'WorkerPoolUnsupported',
  'CreationRefused',
  'NamespaceTerminating',
  'JobNameTaken',
  'DependencyMissing',
  'DependencyUnfinished',
  'AnnotationInvalid',
  'RetryBackOff',
  'BudgetExceeded',
  'BudgetReserved',
  'BudgetInvalid',
  'BranchLocked',
  'MaxConcurrencyReached',
  'SpawningPaused',
  'WorkspaceMissing',
  'WorkspaceIncomplete',
  'AgentConfigMissing',
  'AgentConfigIncomplete',
  'SecretMissing',
  'SecretKeyMissing',
  'ConfigMapMissing',
  'ConfigMapKeyMissing',
  'GitHubTokenPending',
  'GitHubTokenFailed',
] as const;

export type HoldReason = (typeof HOLD_REASONS)[number];

/** Why a Task never gets a Job. */
export const REFUSAL_REASONS = ['SpecMissing', 'DependencyFailed', 'DependencyCycle', 'JobNameTaken', 'JobBuildFailed', 'PluginConfigMapFailed', 'MCPSecretFailed', 'TemplateFailed'] as const;

export type RefusalReason = (typeof REFUSAL_REASONS)[number];

export type AdmissionReason = 'Admitted' | HoldReason | RefusalReason;

/** Says whether a Task was let through to a Job: `True` from then on, `False` with what it waits for or why it never will. */
export const ADMITTED = 'Admitted';

/** The Task's conditions with `Admitted` as it is now, and without what a budget said before. */
export function withAdmission(task: Task, reason: AdmissionReason, message: string, now: Date): Condition[] {
  const others = (task.status?.conditions ?? []).filter(({ type }) => type !== ADMITTED && type !== BUDGET_BLOCKED);
  return [...others, conditionOf(task, { type: ADMITTED, status: reason === 'Admitted' ? 'True' : 'False', reason, message }, now)];
}
