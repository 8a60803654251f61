/** The kinds Taskwright speaks: their types, and the definitions everything else about them is derived from. */
export { type CustomResourceDefinition, crdOf, rootSchema } from './crd.ts';
export { type AgentConfig, type AgentConfigSpec, type McpServer, type Plugin, type SkillPackage, agentConfigKind, agentConfigResource } from './kelos/agent-config.ts';
export { AGENT_TYPES, type AgentType, CREDENTIAL_KEYS } from './kelos/agent-type.ts';
export type { Condition } from './kelos/condition.ts';
export type { Credentials } from './kelos/credentials.ts';
export { BUILT_IN_INIT_CONTAINERS, type PodOverrides, RESERVED_PREFIX, WORKSPACE_VOLUME } from './kelos/pod-overrides.ts';
export type { AgentConfigReference, SecretReference, WorkerPoolReference, WorkspaceReference } from './kelos/references.ts';
export { TASK_PHASES, type Task, type TaskPhase, type TaskSpec, type TaskStatus, taskKind, taskResource } from './kelos/task.ts';
export { type AnnotationRule, MOST_RETRIES, TASK_ANNOTATIONS, TASK_FAILURES, type TaskFailure } from './kelos/task-annotations.ts';
export { type TaskBudget, type TaskBudgetSpec, type TaskBudgetStatus, taskBudgetKind, taskBudgetResource } from './kelos/task-budget.ts';
export { type TaskRecord, type TaskRecordSpec, taskRecordKind, taskRecordResource } from './kelos/task-record.ts';
export type { TaskUsage } from './kelos/usage.ts';
export type { WorkerSpec } from './kelos/worker.ts';
export { type GitRemote, type Workspace, type WorkspaceFile, type WorkspaceSpec, workspaceKind, workspaceResource } from './kelos/workspace.ts';
export { type Kind, type KindVersion, type PrinterColumn, type Resource, resourceOf, storedVersion } from './kind.ts';
export { crds, kinds } from './kinds.ts';
export { type StructuralSchema, type ValidationRule, isDeprecated } from './structural.ts';
export { toStructural } from './to-structural.ts';
