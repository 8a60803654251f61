import type { Condition, Task } from '@taskwright/schema';
import { toKubeTime } from '../kube/time.ts';
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
  'BranchQueued',
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

/** The Task's conditions with `Admitted` as it is now, and without what a budget said before. Its time only moves when its status does. */
export function withAdmission(task: Task, reason: AdmissionReason, message: string, now: Date): Condition[] {
  const others = (task.status?.conditions ?? []).filter(({ type }) => type !== ADMITTED && type !== BUDGET_BLOCKED);
  const before = task.status?.conditions?.find(({ type }) => type === ADMITTED);
  const status = reason === 'Admitted' ? 'True' : 'False';
  const { generation } = task.metadata;
  const condition: Condition = {
    type: ADMITTED,
    status,
    reason,
    message,
    lastTransitionTime: before?.status === status ? before.lastTransitionTime : toKubeTime(now),
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  };
  return [...others, condition];
}
