import type { TaskSpec } from '@taskwright/schema';
import { literal } from '../expression.ts';
import { inlineAgent, pooledAgent, textOf } from './agent.ts';
import type { Find, Props } from './construct.ts';
import { durationOf } from './duration.ts';

/** A Task whose agent is said in `worker` or by a pool; older ones, with the deprecated fields, have no construct. */
export function taskProps({ prompt, worker, workerPoolRef, branch, dependsOn, upstreamRepo, ttlSecondsAfterFinished, podFailurePolicy, model, effort }: TaskSpec, { find, typed }: Find): Props | undefined {
  const agent = workerPoolRef ? pooledAgent(find('WorkerPool', workerPoolRef.name), { model, effort }) : worker && inlineAgent(worker, { find, typed });
  if (!agent) return undefined;
  return {
    agent,
    workspace: worker?.workspaceRef && find('Workspace', worker.workspaceRef.name),
    branch: textOf(branch),
    dependsOn: dependsOn && { kind: 'list', items: dependsOn.map((name) => find('Task', name)) },
    upstreamRepo: upstreamRepo === undefined ? undefined : literal(upstreamRepo, true),
    ...ttlSecondsAfterFinished !== undefined && { ttlAfterFinished: durationOf(ttlSecondsAfterFinished) },
    podFailurePolicy: podFailurePolicy && typed(podFailurePolicy, 'podFailurePolicy'),
    prompt: literal(prompt),
  };
}
