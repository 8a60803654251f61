import { SPAWNER_ANNOTATIONS, type TaskSpawner, type WebhookGateway, type WorkerPool, type Workspace } from '@taskwright/schema';
import { type GatewayProblem, gatewayProblem } from '../webhooks/gateway-reference.ts';
import { triggersOf } from './trigger.ts';

/** Why a TaskSpawner makes no Tasks until somebody does something about it. */
export interface Obstacle {
  readonly reason: 'TriggerMissing' | 'SeveralTriggers' | 'AnnotationInvalid' | 'WorkerPoolMissing' | 'WorkspaceMissing' | GatewayProblem['reason'];
  readonly message: string;
  /** It comes true by itself when what is missing appears, and not by a change of the spawner. */
  readonly isAwaited?: true;
}

export interface References {
  readonly pool: (name: string) => WorkerPool | undefined;
  readonly workspace: (name: string) => Workspace | undefined;
  readonly gateway: (name: string) => WebhookGateway | undefined;
}

export function obstacleOf(spawner: TaskSpawner, references: References): Obstacle | undefined {
  const triggers = triggersOf(spawner);
  if (triggers.length === 0) return { reason: 'TriggerMissing', message: 'spec.when names no trigger; name one, and the Task that is made of its events in spec.taskTemplate' };
  if (triggers.length > 1) return { reason: 'SeveralTriggers', message: `spec.when has ${triggers.join(', ')}; a TaskSpawner waits for one: make another for each` };
  return wrongAnnotation(spawner) ?? missingReference(spawner, references) ?? wrongGateway(spawner, references);
}

function wrongAnnotation({ metadata: { annotations = {} } }: TaskSpawner): Obstacle | undefined {
  for (const [name, { pattern, allowed }] of Object.entries(SPAWNER_ANNOTATIONS)) {
    const value = annotations[name];
    if (value !== undefined && !new RegExp(pattern).test(value)) return { reason: 'AnnotationInvalid', message: `metadata.annotations[${name}] has to be ${allowed}` };
  }
  return undefined;
}

function wrongGateway(spawner: TaskSpawner, { gateway }: References): Obstacle | undefined {
  const problem = gatewayProblem(spawner, gateway);
  return problem && { ...problem, ...(problem.reason === 'GatewayMissing' ? { isAwaited: true } : {}) };
}

function missingReference(spawner: TaskSpawner, { pool, workspace }: Pick<References, 'pool' | 'workspace'>): Obstacle | undefined {
  const poolName = spawner.spec.taskTemplate.workerPoolRef?.name;
  if (poolName !== undefined && pool(poolName) === undefined) return { reason: 'WorkerPoolMissing', message: `Waiting for WorkerPool "${poolName}" to be created`, isAwaited: true };
  const name = workspaceNameOf(spawner, pool);
  if (name !== undefined && workspace(name) === undefined) return { reason: 'WorkspaceMissing', message: `Waiting for Workspace "${name}" to be created`, isAwaited: true };
  return undefined;
}

/** Where the Tasks of the spawner work: as the template says, its worker, or its pool. */
export function workspaceNameOf({ spec: { taskTemplate } }: TaskSpawner, pool: References['pool']): string | undefined {
  const named = taskTemplate.workspaceRef?.name ?? taskTemplate.worker?.workspaceRef?.name;
  const poolName = taskTemplate.workerPoolRef?.name;
  return named || (poolName === undefined ? undefined : (pool(poolName)?.spec as WorkerPool['spec'] | undefined)?.worker?.workspaceRef?.name) || undefined;
}
