import type { TaskSpec } from '@taskwright/schema';
import { literal } from '../expression.ts';
import { inlineAgent, type Pool, pooledAgent } from './agent.ts';
import type { Find, Props } from './find.ts';
import { durationOf } from './duration.ts';
import { list } from './members.ts';

type Template = Pick<TaskSpec, 'worker' | 'workerPoolRef' | 'dependsOn' | 'upstreamRepo' | 'ttlSecondsAfterFinished' | 'podFailurePolicy' | 'model' | 'effort'>;

/**
 * What Tasks and the templates of Tasks say in the same properties. One whose agent is said in neither `worker` nor a pool, but in the deprecated fields, has no
 * construct.
 */
export function taskTemplateProps({ worker, workerPoolRef, dependsOn, upstreamRepo, ttlSecondsAfterFinished, podFailurePolicy, model, effort }: Template, find: Find, credentials?: Pool): Props | undefined {
  const agent = workerPoolRef ? pooledAgent(find.find('WorkerPool', workerPoolRef.name), { model, effort }) : worker && inlineAgent(worker, find, credentials);
  return agent && {
    agent,
    workspace: worker?.workspaceRef && find.find('Workspace', worker.workspaceRef.name),
    dependsOn: dependsOn && list(dependsOn.map((name) => find.find('Task', name))),
    upstreamRepo: upstreamRepo === undefined ? undefined : literal(upstreamRepo, true),
    ...ttlSecondsAfterFinished !== undefined && { ttlAfterFinished: durationOf(ttlSecondsAfterFinished) },
    podFailurePolicy: podFailurePolicy && find.typed(podFailurePolicy, 'podFailurePolicy'),
  };
}
