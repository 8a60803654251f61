import type { AgentConfig } from '@taskwright/schema';
import { mcpNeeds } from '../../agent-configs/mcp-servers.ts';
import { type MergedConfig, mergeAgentConfigs } from '../../agent-configs/merge.ts';
import type { DataNeed } from '../../agent-configs/referenced-data.ts';
import { missingForGit } from '../../workspaces/git-access.ts';
import type { Gate, Obstacle } from '../gate.ts';
import { JobBuildError } from '../job-build-error.ts';
import { credentialVariableOf } from '../pod/environment.ts';
import type { CachedFacts, TaskFacts } from '../task-facts.ts';
import { workerOf } from '../worker.ts';
import { isAboutToStart } from './cached-obstacle.ts';
import { appSecretOf } from './git-token.ts';

/** Holds a Task until every Secret and ConfigMap it names exists with the keys that its Pod reads. */
export const referencedDataGate: Gate<TaskFacts> = (facts) => {
  for (const need of dataNeeds(facts)) {
    const obstacle = unmet(need, facts);
    if (obstacle) return obstacle;
  }
  return undefined;
};

/** What has to be read from the API before this Task can be planned; nothing for a Task that does not start. */
export function dataToRead(facts: CachedFacts): DataNeed[] {
  if (!isAboutToStart(facts)) return [];
  try {
    const needs = dataNeeds(facts).map((need) => [`${need.kind}/${need.name}`, need] as const);
    return [...new Map(needs).values()];
  } catch (error) {
    if (error instanceof JobBuildError) return []; // The plan meets the same error, and reports it.
    throw error;
  }
}

/** Of what was read, that which holds the Task back: it has to be watched until it is there. */
export function dataToAwait(facts: TaskFacts): DataNeed[] {
  const isAwaited = (need: DataNeed) => unmet(need, facts) !== undefined || (facts.gitToken?.is === 'refused' && need.name === appSecretOf(facts)?.name);
  return dataToRead(facts).flatMap((read) => dataNeeds(facts).filter((need) => need.kind === read.kind && need.name === read.name && isAwaited(need)).slice(0, 1));
}

/** The AgentConfigs of the Task, laid over each other. Those that do not exist are left out: another gate holds the Task then. */
export function mergedConfigOf({ task, agentConfig }: Pick<TaskFacts, 'task' | 'agentConfig'>): MergedConfig {
  const configs = workerOf(task).agentConfigRefs.map(({ name }) => agentConfig(name));
  return mergeAgentConfigs(configs.filter((config): config is AgentConfig => config !== undefined));
}

function dataNeeds(facts: Pick<TaskFacts, 'task' | 'workspace' | 'agentConfig'>): DataNeed[] {
  const worker = workerOf(facts.task);
  const config = mergedConfigOf(facts);
  const credentialKey = credentialVariableOf(worker);
  const credentialSecret = worker.credentials.secretRef?.name;
  const workspaceSecret = facts.workspace?.spec?.secretRef?.name;
  return [
    ...(credentialKey && credentialSecret ? [{ kind: 'Secret' as const, name: credentialSecret, key: credentialKey }] : []),
    ...(workspaceSecret ? [{ kind: 'Secret' as const, name: workspaceSecret, forGit: true as const }] : []),
    ...config.skills.flatMap(({ secretRef }) =>
      secretRef ? [{ kind: 'Secret' as const, name: secretRef.name, key: 'GITHUB_TOKEN', nonEmpty: true }] : [],
    ),
    ...mcpNeeds(config.mcpServers),
  ];
}

function unmet({ kind, name, key, optional, nonEmpty, forGit }: DataNeed, { read }: TaskFacts): Obstacle | undefined {
  if (optional) return undefined;
  const data = read(kind, name);
  if (!data) return { hold: `${kind}Missing`, message: `Waiting for ${kind} "${name}" to be created` };
  const missing = forGit && missingForGit(data);
  if (missing) return { hold: 'SecretKeyMissing', message: `Waiting for Secret "${name}" to have ${missing}` };
  if (key === undefined || data[key] || (data[key] === '' && !nonEmpty)) return undefined;
  return { hold: `${kind}KeyMissing`, message: `Waiting for ${kind} "${name}" to have the key ${key}${data[key] === '' ? '; it is empty' : ''}` };
}
