import type { AgentConfigSpec, SessionSpec, TaskBudgetSpec, TaskPipelineSpec, TaskSpec, WebhookGatewaySpec, WorkerPoolSpec, WorkspaceSpec } from '@taskwright/schema';
import { call, type Expression, literal } from '../expression.ts';
import { keyOf, type ImportedObject } from '../manifest.ts';
import { kindOf, schemaOf } from '../known-kinds.ts';
import { expressionOf } from '../typed-expression.ts';
import { agentConfigProps } from './agent-config.ts';
import { annotated } from './annotated.ts';
import { sessionProps } from './session.ts';
import { taskBudgetProps } from './task-budget.ts';
import { taskPipelineProps } from './task-pipeline.ts';
import { taskProps } from './task.ts';
import { webhookGatewayProps } from './webhook-gateway.ts';
import { workerPoolProps } from './worker-pool.ts';
import { workspaceProps } from './workspace.ts';

/** The properties of an L2 construct. */
export type Props = Readonly<Record<string, Expression | undefined>>;

/** What a property is made of besides the spec. */
export interface Find {
  /** Another object of the namespace: its construct where the program has one, else a reference by name. */
  readonly find: (kind: 'Task' | 'Workspace' | 'AgentConfig' | 'WorkerPool', name: string) => Expression;
  /** A part of the spec as it is, with the types of L1. `[]` is an item of a list. */
  readonly typed: (value: unknown, ...path: string[]) => Expression;
}

/**
 * The properties with which the L2 construct of its kind probably makes the object: whoever asks has to try. `undefined` where there is no
 * construct, or none that could.
 */
export function propsOf(object: ImportedObject, constructs: ReadonlySet<string>): Props | undefined {
  const kind = kindOf(object);
  const { metadata: { namespace }, apiVersion } = object;
  if (!kind || object.spec === undefined) return undefined;
  const context: Find = {
    find: (named, name) => {
      const key = keyOf({ apiVersion, kind: named, metadata: { ...namespace !== undefined && { namespace }, name } });
      return constructs.has(key) ? { kind: 'reference', to: key } : call(`${named}.from${named}Name`, literal(name));
    },
    typed: (value, ...path) => expressionOf(value, path.reduce((schema, step) => (step === '[]' ? schema.items! : schema.properties![step]!), schemaOf(kind).properties!['spec']!)),
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
    case 'TaskPipeline': return taskPipelineProps(object.spec as TaskPipelineSpec, context);
    case 'WorkerPool': return workerPoolProps(object.spec as WorkerPoolSpec, context);
    case 'Session': return sessionProps(object.spec as SessionSpec, context);
    case 'WebhookGateway': return webhookGatewayProps(object.spec as WebhookGatewaySpec);
    default: return undefined;
  }
}
