import type { AgentConfigReference, AgentType, Credentials, PodOverrides, Task } from '@taskwright/schema';

/** How and where a Task runs, whichever of the two spellings it uses. */
export interface Worker {
  readonly type: AgentType;
  readonly credentials: Credentials;
  readonly workspaceName?: string;
  readonly agentConfigRefs: readonly AgentConfigReference[];
  readonly model?: string;
  readonly effort?: string;
  /** Replaces the image of the agent type. */
  readonly image?: string;
  readonly podOverrides: PodOverrides;
}

/** `spec.worker` wins over the fields of the same name in `spec`, one by one: a member that says nothing does not hide the other. */
export function workerOf({ spec }: Task): Worker {
  const worker = spec.worker ?? {};
  const refs = worker.agentConfigRefs ?? [];
  const workspaceName = (worker.workspaceRef ?? spec.workspaceRef)?.name;
  const model = worker.model || spec.model;
  const effort = worker.effort || spec.effort;
  const image = worker.image || spec.image;
  return {
    type: (worker.type || spec.type || '') as AgentType,
    credentials: worker.credentials ?? spec.credentials ?? { type: 'none' },
    ...(workspaceName ? { workspaceName } : {}),
    agentConfigRefs: refs.length > 0 ? refs : (spec.agentConfigRefs ?? []),
    ...(model ? { model } : {}),
    ...(effort ? { effort } : {}),
    ...(image ? { image } : {}),
    podOverrides: worker.podOverrides ?? spec.podOverrides ?? {},
  };
}
