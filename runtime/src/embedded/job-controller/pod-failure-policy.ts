import type { ContainerStatus, Pod } from '../pod.ts';
import type { PodFailurePolicy, PodFailureRule } from './job.ts';

export type FailureVerdict =
  /** Counts toward `backoffLimit`: what happens without a policy, and when no rule matches. */
  | { readonly action: 'Count' }
  | { readonly action: 'Ignore' }
  | { readonly action: 'FailJob'; readonly message: string };

/**
 * What a failed Pod means for its Job. The first rule that matches decides; exit codes of 0 and containers that have not
 * ended match nothing. Only Pods in phase `Failed` are judged, since a Pod that is being deleted may still succeed.
 */
export function judgeFailure(pod: Pod, policy: PodFailurePolicy | undefined): FailureVerdict {
  if (policy === undefined || pod.status?.phase !== 'Failed') return { action: 'Count' };
  for (const [index, rule] of policy.rules.entries()) {
    const what = matchExitCodes(pod, rule) ?? matchConditions(pod, rule);
    if (what === undefined) continue;
    // A Job without indexes cannot fail one of them: the API refuses FailIndex there, and so does the Task controller.
    if (rule.action === 'FailJob') return { action: 'FailJob', message: `${what} matching FailJob rule at index ${index}` };
    return { action: rule.action === 'Ignore' ? 'Ignore' : 'Count' };
  }
  return { action: 'Count' };
}

function matchExitCodes({ metadata, status }: Pod, { onExitCodes }: PodFailureRule): string | undefined {
  if (onExitCodes === undefined) return undefined;
  const { containerName, operator, values } = onExitCodes;
  const matches = ({ name, state: { terminated } }: ContainerStatus) =>
    terminated !== undefined &&
    terminated.exitCode !== 0 &&
    (containerName === undefined || containerName === null || containerName === name) &&
    values.includes(terminated.exitCode) === (operator === 'In');
  const container = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])].find(matches);
  return container && `Container ${container.name} for pod ${metadata.namespace}/${metadata.name} failed with exit code ${container.state.terminated!.exitCode}`;
}

function matchConditions({ metadata, status }: Pod, { onPodConditions }: PodFailureRule): string | undefined {
  const matched = onPodConditions?.find((pattern) =>
    status?.conditions?.some(({ type, status: value }) => type === pattern.type && value === (pattern.status ?? 'True')),
  );
  return matched && `Pod ${metadata.namespace}/${metadata.name} has condition ${matched.type}`;
}
