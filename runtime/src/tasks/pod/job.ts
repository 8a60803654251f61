import assert from 'node:assert/strict';
import { OUTPUT_SCHEMA, type Task, taskResource, type Workspace } from '@taskwright/schema';
import type { ConfigMap, Job, JobSpec, PodFailurePolicyRule, PodSpec, Secret } from '@taskwright/schema/kubernetes';
import type { MergedConfig } from '../../agent-configs/merge.ts';
import { mcpServersJson } from '../../agent-configs/mcp-servers.ts';
import { pluginFiles } from '../../agent-configs/plugins.ts';
import type { ReadData } from '../../agent-configs/referenced-data.ts';
import { skillsPlan } from '../../agent-configs/skills.ts';
import type { Amounts } from '../../budgets/amounts.ts';
import { controllerReference } from '../../kube/object.ts';
import { cloneCacheOf } from '../../workspaces/clone-cache.ts';
import { preparationOf } from '../../workspaces/preparation.ts';
import { parseRepository } from '../../workspaces/repository.ts';
import { gitAccessOf } from '../../workspaces/git-access.ts';
import type { TokenState } from '../../workspaces/installation-tokens.ts';
import { tokenScopeOf } from '../../workspaces/token-scope.ts';
import { tokenSecret } from '../../workspaces/token-secret.ts';
import { BRANCH_LABEL, branchLockOf } from '../branch-lock.ts';
import { declaredOutputsOf } from '../declared-outputs.ts';
import { limitAnnotations } from '../enforced-limit.ts';
import { JobBuildError } from '../job-build-error.ts';
import { childNameOf, jobNameOf, taskLabelOf } from '../names.ts';
import { SLOT_LABEL, spawnerOf } from '../slot.ts';
import type { Worker } from '../worker.ts';
import { agentContainer } from './agent-container.ts';
import { MCP_SERVERS } from './environment.ts';
import type { Images } from './image.ts';
import { checkVariableSize, inputsOf } from './inputs.ts';
import { OUTPUT_INVALID_EXIT_CODE } from '../../agent/result.ts';
import { AGENT_CONTAINER } from './paths.ts';
import { checkPodOverrides, schedulingOverrides } from './pod-overrides.ts';
import { needsPreparation, type PodRequest } from './pod-request.ts';
import { prepareContainer } from './prepare-container.ts';
import { podSecurityContext } from './security-context.ts';
import { podVolumes } from './volumes.ts';

export interface JobFacts {
  readonly task: Task;
  readonly worker: Worker;
  /** The one the Task names, if it names one. */
  readonly workspace?: Workspace;
  readonly config: MergedConfig;
  readonly read: ReadData;
  /** The token, for a Workspace whose Secret holds a GitHub App. */
  readonly gitToken?: TokenState;
  /** The claim that mirrors of repositories are in, if there is one. */
  readonly cloneCache?: string;
  readonly images: Images;
  /** What it may spend before it is stopped. Left out: it is not. */
  readonly limit?: Partial<Amounts> | undefined;
}

/** A Task's Job and what its Pods mount or read; all of it belongs to the Task and goes with it. */
export interface JobObjects {
  readonly configMaps: readonly ConfigMap[];
  readonly secrets: readonly Secret[];
  readonly job: Job;
}

/** Builds everything a Task runs with. Throws a JobBuildError that says what cannot be built. */
export function buildJob({ task, worker, workspace, config, read, gitToken, cloneCache, images, limit }: JobFacts): JobObjects {
  checkPodOverrides(worker.podOverrides, cloneCacheOf(workspace));
  const plugins = pluginFiles(config);
  const skills = skillsPlan(config.skills);
  const mcpServers = mcpServersJson(config.mcpServers, read);
  const preparation = preparationOf({ workspace, branch: task.spec.branch, skills: skills.sources });
  const request: PodRequest = {
    task,
    worker,
    workspace,
    repository: workspace && parseRepository(workspace.spec?.repo ?? ''),
    ...gitSecrets({ task, workspace, read, gitToken }),
    config,
    plugins,
    skills,
    inputs: inputsOf(task.spec.prompt, preparation),
    ...(cloneCache && { cloneCache }),
    hasMcpServers: config.mcpServers.length > 0,
    limit,
    outputs: declaredOutputsOf(task),
  };
  const { files } = request.inputs;
  return {
    configMaps: [
      ...(plugins.items.length > 0 ? [configMap(task, 'plugins', plugins.data)] : []),
      ...(Object.keys(files).length > 0 ? [configMap(task, 'inputs', files)] : []),
    ],
    secrets: [...(request.hasMcpServers ? [mcpSecret(task, mcpServers)] : []), ...(gitToken ? [gitHubTokenSecret(task, workspace!, gitToken)] : [])],
    job: job(request, images),
  };
}

/** Throws for what a Job whose Pods are all alike cannot do. */
export function checkFailurePolicy({ spec }: Task): void {
  for (const [index, { action }] of (spec.podFailurePolicy?.rules ?? []).entries()) {
    if (action === 'FailIndex') throw new JobBuildError(`podFailurePolicy.rules[${index}].action: FailIndex is not supported for Task Jobs`);
  }
}

function job(request: PodRequest, images: Images): Job {
  const { task, worker, outputs } = request;
  const { labels: userLabels, activeDeadlineSeconds } = worker.podOverrides;
  const lock = branchLockOf(task, request.workspace);
  const spawner = spawnerOf(task);
  const labels = { ...userLabels, ...ownLabels(task), ...(lock === undefined ? {} : { [BRANCH_LABEL]: lock }), ...(spawner && { [SLOT_LABEL]: spawner.uid }) };
  checkFailurePolicy(task);
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { ...childMetadata(task, jobNameOf(task)), labels, ...limitAnnotations(request.limit) },
    spec: {
      ...podsOfJob(request),
      ...(activeDeadlineSeconds === undefined ? {} : { activeDeadlineSeconds }),
      // A second attempt starts when the first is really over: two agents never push to one branch.
      podReplacementPolicy: 'Failed',
      template: { metadata: { labels, ...(outputs && { annotations: { [OUTPUT_SCHEMA]: outputs.schema } }) }, spec: podSpec(request, images) },
    },
  };
}

/** Kubernetes takes this many rules in `podFailurePolicy`. */
const MOST_FAILURE_RULES = 20;

/** The work is done, and another Pod would do it again. */
const REFUSED_OUTPUTS: PodFailurePolicyRule = { action: 'FailJob', onExitCodes: { containerName: AGENT_CONTAINER, operator: 'In', values: [OUTPUT_INVALID_EXIT_CODE] } };

/**
 * How many Pods the Job may have, and after which failures. A Pod with a limit has no second: that would not know what the first has spent. Another Job of the
 * Task does (retry.ts). Where our rule has no room, nothing would keep Kubernetes from doing the work twice, so that Task is refused.
 */
function podsOfJob({ task: { spec: { podFailurePolicy } }, limit, outputs }: PodRequest): Pick<JobSpec, 'backoffLimit' | 'podFailurePolicy'> {
  const own = (podFailurePolicy?.rules ?? []).filter(({ action }) => !limit || action !== 'Ignore');
  // The author's own rules come first.
  const rules = [...own, ...(outputs ? [REFUSED_OUTPUTS] : [])];
  if (outputs && rules.length > MOST_FAILURE_RULES) {
    throw new JobBuildError(`podFailurePolicy.rules: too many, got ${own.length}; Kubernetes takes ${MOST_FAILURE_RULES}, and a Task that declares outputs needs one of them; leave ${rules.length - MOST_FAILURE_RULES} out`);
  }
  const policy = !limit && !outputs ? podFailurePolicy : rules.length > 0 ? { rules } : undefined;
  return { backoffLimit: limit ? 0 : 1, ...(policy ? { podFailurePolicy: policy } : {}) };
}

function podSpec(request: PodRequest, images: Images): PodSpec {
  const { podOverrides } = request.worker;
  const initContainers = [...(needsPreparation(request) ? [prepareContainer(request, images)] : []), ...(podOverrides.extraInitContainers ?? [])];
  const volumes = podVolumes(request);
  return {
    restartPolicy: 'Never',
    securityContext: podSecurityContext(request),
    ...schedulingOverrides(podOverrides),
    ...(volumes.length > 0 ? { volumes } : {}),
    ...(initContainers.length > 0 ? { initContainers } : {}),
    containers: [agentContainer(request, images), ...(podOverrides.extraContainers ?? [])],
  };
}

function configMap(task: Task, purpose: 'plugins' | 'inputs', data: Readonly<Record<string, string>>): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...childMetadata(task, childNameOf(task, purpose)), labels: ownLabels(task) }, data: { ...data } };
}

function mcpSecret(task: Task, json: string): Secret {
  const value = Buffer.from(checkVariableSize('the configuration of the MCP servers', json)).toString('base64');
  return { apiVersion: 'v1', kind: 'Secret', metadata: { ...childMetadata(task, childNameOf(task, 'mcp')), labels: ownLabels(task) }, data: { [MCP_SERVERS]: value } };
}

function gitSecrets({ task, workspace, read, gitToken }: Pick<JobFacts, 'task' | 'workspace' | 'read' | 'gitToken'>): Pick<PodRequest, 'token' | 'usernameSecretName' | 'sshSecretName'> {
  const secretName = workspace?.spec?.secretRef?.name;
  if (secretName === undefined) return {};
  const { tokenKey, hasUsername, hasSshKey } = gitAccessOf(read('Secret', secretName) ?? {});
  const minted = gitToken && { secretName: childNameOf(task, 'github-token'), key: 'GITHUB_TOKEN' as const };
  const token = minted ?? (tokenKey && { secretName, key: tokenKey });
  return { ...(token && { token }), ...(hasUsername && { usernameSecretName: secretName }), ...(hasSshKey && { sshSecretName: secretName }) };
}

function gitHubTokenSecret(task: Task, workspace: Workspace, token: TokenState): Secret {
  const scope = tokenScopeOf(workspace);
  assert(token.is === 'ready' && scope !== undefined, 'a Task is held until its token is there');
  const metadata = { ...childMetadata(task, childNameOf(task, 'github-token')), labels: ownLabels(task) };
  return tokenSecret({ metadata, ...token, appSecretName: workspace.spec.secretRef!.name, scope });
}

function childMetadata(task: Task, name: string) {
  return { name, namespace: task.metadata.namespace!, ownerReferences: [controllerReference(task, taskResource)] };
}

function ownLabels(task: Task): Record<string, string> {
  return {
    'kelos.dev/name': 'kelos',
    'kelos.dev/component': 'task',
    'kelos.dev/managed-by': 'kelos-controller',
    'kelos.dev/task': taskLabelOf(task),
  };
}
