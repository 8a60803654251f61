import type { Task } from '@taskwright/schema';
import { AllowedTargets } from '../context-sources/allowed-targets.ts';
import { ContextSources } from '../context-sources/context-sources.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Clock } from '../kube/clock.ts';
import { type ManualRun, manualTask, manualVariables } from './manual-task.ts';
import { Secrets } from './secrets.ts';
import { TaskBuildError } from './task-build-error.ts';

export interface ManualRunAccess {
  /** Of the person: Secrets of context sources are read with their rights. */
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** What context sources may reach beside the internet, as `--context-source-allow` of the operator says it. */
  readonly allowedTargets: readonly string[];
}

/**
 * The Task of a spawner that a person asks for, with its context, for them to create.
 *
 * **Errors** TaskBuildError for a template or a context source that fails, RangeError for a target that is none, an ApiError where the person may not read a Secret.
 */
export async function manualRun(run: ManualRun, { client, clock, signal, allowedTargets }: ManualRunAccess): Promise<Task> {
  const { metadata, spec: { taskTemplate: { contextSources = [] } } } = run.spawner;
  if (contextSources.length === 0) return manualTask(run);
  const contexts = new ContextSources({ clock, allowed: new AllowedTargets(allowedTargets) });
  try {
    const secrets = new Secrets({ client, clock });
    const fetched = await contexts.look((name) => secrets.read(metadata.namespace!, name), signal).fetch(contextSources, manualVariables(run));
    if (fetched.is === 'failed') throw new TaskBuildError('taskTemplate.contextSources', fetched.problem);
    return manualTask(run, fetched.texts);
  } finally {
    await contexts.close();
  }
}
