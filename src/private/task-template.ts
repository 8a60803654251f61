import type { ApiObject, Duration } from 'cdk8s';
import type { CodingAgent } from '../coding-agent';
import type * as l1 from '../l1';
import { duplicatesOf } from './names';
import { type Problem, quote } from './problem';
import { TASK, type NamedObject, WORKER_POOL, WORKSPACE, checkReference } from './reference';
import { checkDuration, checkMade } from './shape';

/** What a Task says of its run, and what the template of one says in the same words. */
export interface TaskTemplateProps {
  readonly agent: CodingAgent;
  readonly workspace?: NamedObject;
  readonly branch?: string;
  readonly dependsOn?: readonly NamedObject[];
  readonly ttlAfterFinished?: Duration;
  readonly ttlSecondsAfterFinished?: number;
  readonly upstreamRepo?: string;
  readonly podFailurePolicy?: l1.PodFailurePolicy;
}

/** Which property a part of the spec of a Task comes from. */
export const TEMPLATE_NAMES = {
  'spec.worker': 'agent',
  'spec.worker.agentConfigRefs': 'agent.agentConfigs',
  'spec.worker.workspaceRef': 'workspace',
  'spec.workerPoolRef': 'agent',
};

/** The part of a spec that a Task and the template of one have in common. */
export function renderTaskTemplate(props: TaskTemplateProps): Omit<l1.TaskSpec, 'prompt'> {
  const { agent, workspace, branch, dependsOn = [], upstreamRepo, podFailurePolicy } = props;
  return {
    ...agent?._render(workspace),
    branch,
    dependsOn: dependsOn.length === 0 ? undefined : dependsOn.map((task) => task?.name),
    ttlSecondsAfterFinished: ttlSecondsOf(props),
    upstreamRepo,
    podFailurePolicy,
  };
}

/** What is not what it has to be cannot be rendered, and then nothing else can be checked. */
export function checkTaskTemplateShape({ agent, ttlAfterFinished }: TaskTemplateProps): Problem[] {
  const notMade = agent === undefined ? [] : checkMade(agent, '_check', 'CodingAgent.claudeCode({ … }) or another', 'agent');
  return [...(notMade.length > 0 ? notMade : agent?._checkShape() ?? []), ...checkDuration(ttlAfterFinished, 'ttlAfterFinished')];
}

/**
 * Checks what a Task and the template of one have in common, but for the branch: that of a template is one itself.
 *
 * @param from the object that says it
 * @param props what it says
 * @param ownPods further properties that only go with a Pod of its own
 */
export function checkTaskTemplate(from: ApiObject, props: TaskTemplateProps, ownPods: { readonly [property: string]: unknown } = {}): Problem[] {
  const { agent, workspace, dependsOn = [] } = props;
  return [
    ...(workspace === undefined ? [] : checkReference(from, WORKSPACE, workspace, 'workspace')),
    ...checkAgent(from, agent, props, ownPods),
    ...checkValues(props),
    ...checkFailureRules(props, ownPods.outputs !== undefined),
    ...dependsOn.flatMap((task, index) => checkReference(from, TASK, task, `dependsOn[${index}]`)),
    ...duplicatesOf(dependsOn.map((task) => task?.name)).map((name): Problem => ({ code: 'duplicate', path: 'dependsOn', got: quote(name), fix: 'keep one of them' })),
  ];
}

/** Kubernetes takes 20 rules; the operator adds one, by which outputs that were refused are not made a second time. */
function checkFailureRules({ podFailurePolicy }: TaskTemplateProps, hasOutputs: boolean): Problem[] {
  const count = podFailurePolicy?.rules?.length ?? 0;
  const most = hasOutputs ? 19 : 20;
  if (count <= most) return [];
  return [{ code: 'too-many', path: 'podFailurePolicy.rules', got: `${count}`, allowed: hasOutputs ? 'Kubernetes takes 20, and a Task with outputs needs one of them' : 'Kubernetes takes 20' }];
}

function ttlSecondsOf({ ttlAfterFinished, ttlSecondsAfterFinished }: TaskTemplateProps): number | undefined {
  return ttlAfterFinished?.toSeconds({ integral: false }) ?? ttlSecondsAfterFinished;
}

function checkAgent(from: ApiObject, agent: CodingAgent | undefined, props: TaskTemplateProps, ownPods: { readonly [property: string]: unknown }): Problem[] {
  if (!agent) return [{ code: 'required', path: 'agent', fix: 'pass CodingAgent.claudeCode({ … }) or another' }];
  if (!agent.workerPool) return agent._check(from, props.branch === undefined ? [] : ['KELOS_BRANCH']);
  return [...checkReference(from, WORKER_POOL, agent.workerPool, 'agent'), ...excludedByPool(props, ownPods)];
}

/** A pool has its own repository and its own Pods. */
function excludedByPool(props: TaskTemplateProps, ownPods: { readonly [property: string]: unknown }): Problem[] {
  const { workspace, branch, podFailurePolicy, dependsOn = [] } = props;
  const given = { workspace, branch, podFailurePolicy, dependsOn: dependsOn[0], ttlAfterFinished: ttlSecondsOf(props), ...ownPods };
  return Object.entries(given)
    .filter(([, value]) => value !== undefined)
    .map(([path]) => ({ code: 'excluded', path, fix: 'leave it out, or pass an agent that gets a Pod of its own' }));
}

function checkValues({ upstreamRepo, podFailurePolicy, ttlAfterFinished, ttlSecondsAfterFinished }: TaskTemplateProps): Problem[] {
  const problems: Problem[] = [];
  if (typeof upstreamRepo === 'string' && !/^[^/\s]+\/[^/\s]+$/.test(upstreamRepo)) {
    problems.push({ code: 'pattern', path: 'upstreamRepo', got: quote(upstreamRepo), allowed: 'it has to be owner/repo' });
  }
  podFailurePolicy?.rules?.forEach(({ action }, index) => {
    if (action === 'FailIndex') problems.push({ code: 'enum', path: `podFailurePolicy.rules[${index}].action`, got: quote(action), allowed: 'a Task is one Job without indexes' });
  });
  if (ttlAfterFinished !== undefined && ttlSecondsAfterFinished !== undefined) {
    problems.push({ code: 'ambiguous', path: 'ttlSecondsAfterFinished', allowed: 'ttlAfterFinished is set too', fix: 'keep one of them' });
  }
  return problems;
}
