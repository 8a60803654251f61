import type { WorkerPoolSpec } from '@taskwright/schema';
import { literal } from '../expression.ts';
import { inlineAgent } from './agent.ts';
import type { Find, Props } from './find.ts';
import { volumeClaimOf } from './volume-claim.ts';

export function workerPoolProps({ worker, replicas, volumeClaimTemplate }: WorkerPoolSpec, find: Find): Props | undefined {
  const agent = inlineAgent(worker, find);
  return agent && {
    agent,
    workspace: worker.workspaceRef && find.find('Workspace', worker.workspaceRef.name),
    volume: volumeClaimOf(volumeClaimTemplate, find),
    replicas: replicas === undefined ? undefined : literal(replicas),
  };
}
