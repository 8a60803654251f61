import type { AgentConfigSpec, AgentSpec, McpServerSpec, ModelApiSpec, SessionSpawnerSpec, SessionSpec, TaskBudgetSpec, TaskPipelineSpec, TaskSpawnerSpec, TaskSpec, WebhookGatewaySpec, WorkerPoolSpec, WorkspaceSpec } from '@taskwright/schema';
import { call, literal } from '../expression.ts';
import { keyOf, type ImportedObject } from '../manifest.ts';
import { kindOf, schemaOf } from '../known-kinds.ts';
import { expressionOf, withoutTypes } from '../typed-expression.ts';
import { agentConfigProps } from './agent-config.ts';
import { annotated } from './annotated.ts';
import type { Find, Props } from './find.ts';
import { mcpServiceProps } from './mcp-service.ts';
import { modelApiProps } from './model-api.ts';
import { serviceAgentProps } from './service-agent.ts';
import { sessionSpawnerProps } from './session-spawner.ts';
import { sessionProps } from './session.ts';
import { taskBudgetProps } from './task-budget.ts';
import { taskPipelineProps } from './task-pipeline.ts';
import { taskSpawnerProps } from './task-spawner.ts';
import { taskProps } from './task.ts';
import { webhookGatewayProps } from './webhook-gateway.ts';
import { workerPoolProps } from './worker-pool.ts';
import { workspaceProps } from './workspace.ts';

/** Kinds whose constructs are called otherwise. */
const CLASSES: Readonly<Record<string, string>> = { Agent: 'ServiceAgent', MCPServer: 'McpService', ModelAPI: 'ModelApi' };

/** The class of the construct of a kind of ours. */
export function classOf(kind: string): string {
  return CLASSES[kind] ?? kind;
}

/**
 * The properties with which the L2 construct of its kind probably makes the object: whoever asks has to try. `undefined` where there is no
 * construct, or none that could.
 */
export function propsOf(object: ImportedObject, constructs: Pick<ReadonlySet<string>, 'has'>): Props | undefined {
  const kind = kindOf(object);
  const { metadata: { namespace }, apiVersion } = object;
  if (!kind || object.spec === undefined) return undefined;
  const typed: Find['typed'] = (value, ...path) => expressionOf(value, path.reduce((schema, step) => (step === '[]' ? schema.items! : schema.properties![step]!), schemaOf(kind).properties!['spec']!));
  const context: Find = {
    find: (named, name) => {
      const key = keyOf({ apiVersion, kind: named, metadata: { ...namespace !== undefined && { namespace }, name } });
      return constructs.has(key) ? { kind: 'reference', to: key } : call(`${classOf(named)}.from${classOf(named)}Name`, literal(name));
    },
    typed,
    plain: (value, ...path) => withoutTypes(typed(value, ...path)),
  };
  const own = specProps(kind.kind, object, context);
  if (!own) return undefined;
  const { namespace: _, annotations = {}, ...metadata } = object.metadata;
  const { props, rest } = annotated(kind.kind, annotations as Readonly<Record<string, string>>);
  return { metadata: expressionOf({ ...metadata, ...Object.keys(rest).length > 0 && { annotations: rest } }), ...own, ...props };
}

function specProps(kind: string, object: ImportedObject, context: Find): Props | undefined {
  switch (kind) {
    case 'Task': return taskProps(object.spec as TaskSpec, context);
    case 'Workspace': return workspaceProps(object.spec as WorkspaceSpec, context);
    case 'AgentConfig': return agentConfigProps(object.spec as AgentConfigSpec);
    case 'TaskBudget': return taskBudgetProps(object.spec as TaskBudgetSpec);
    case 'WorkerPool': return workerPoolProps(object.spec as WorkerPoolSpec, context);
    case 'Session': return sessionProps(object.spec as SessionSpec, context);
    case 'SessionSpawner': return sessionSpawnerProps(object.spec as SessionSpawnerSpec, context);
    case 'WebhookGateway': return webhookGatewayProps(object.spec as WebhookGatewaySpec);
    case 'TaskSpawner': return taskSpawnerProps(object.spec as TaskSpawnerSpec, context);
    case 'TaskPipeline': return taskPipelineProps(object.spec as TaskPipelineSpec, context);
    case 'Agent': return serviceAgentProps(object.spec as AgentSpec, context);
    case 'MCPServer': return mcpServiceProps(object.spec as McpServerSpec, context);
    case 'ModelAPI': return modelApiProps(object.spec as ModelApiSpec, context);
    default: return undefined;
  }
}
