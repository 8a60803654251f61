import { type CustomResourceDefinition, crdOf } from './crd.ts';
import { agentKind } from './kaos/agent.ts';
import { mcpServerKind } from './kaos/mcp-server.ts';
import { modelApiKind } from './kaos/model-api.ts';
import { agentConfigKind } from './kelos/agent-config.ts';
import { sessionSpawnerKind } from './kelos/session-spawner.ts';
import { sessionKind } from './kelos/session.ts';
import { taskBudgetKind } from './kelos/task-budget.ts';
import { taskPipelineKind } from './kelos/task-pipeline.ts';
import { taskRecordKind } from './kelos/task-record.ts';
import { taskSpawnerKind } from './kelos/task-spawner.ts';
import { taskKind } from './kelos/task.ts';
import { webhookGatewayKind } from './kelos/webhook-gateway.ts';
import { workerPoolKind } from './kelos/worker-pool.ts';
import { workspaceKind } from './kelos/workspace.ts';
import type { Kind } from './kind.ts';

/** Every kind of ours. What is not listed here has no CRD, no construct and no page in the docs. */
export const kinds: readonly Kind[] = [
  taskKind, workspaceKind, agentConfigKind, taskBudgetKind, taskRecordKind,
  workerPoolKind, taskSpawnerKind, taskPipelineKind, sessionKind, sessionSpawnerKind, webhookGatewayKind,
  agentKind, mcpServerKind, modelApiKind,
];

/** The definitions of kinds with several versions, by their names. */
export const CONVERTED_DEFINITIONS: readonly string[] = kinds.filter(({ versions }) => versions.length > 1).map(({ plural, group }) => `${plural}.${group}`);

/** The CRDs of all kinds: the content of `crds/`, for those who load them without reading files. */
export function crds(): CustomResourceDefinition[] {
  return kinds.map(crdOf);
}
