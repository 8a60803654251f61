import type { Task, Workspace } from '@taskwright/schema';
import type { Amounts } from '../../budgets/amounts.ts';
import type { MergedConfig } from '../../agent-configs/merge.ts';
import type { PluginFiles } from '../../agent-configs/plugins.ts';
import type { SkillsPlan } from '../../agent-configs/skills.ts';
import type { Repository } from '../../workspaces/repository.ts';
import type { DeclaredOutputs } from '../declared-outputs.ts';
import type { Worker } from '../worker.ts';
import type { Inputs } from './inputs.ts';

/** Everything a Pod is built from, worked out once; each file of this folder turns its part of it into its part of the Pod. */
export interface PodRequest {
  readonly task: Task;
  readonly worker: Worker;
  readonly workspace?: Workspace;
  /** Of the Workspace; nothing when there is none or its URL names none. */
  readonly repository?: Repository;
  /** Where the token for git is. Left out: git has none. */
  readonly token?: { readonly secretName: string; readonly key: 'GITHUB_TOKEN' | 'password' };
  /** The Secret that says which name goes with the token. Left out: the host decides. */
  readonly usernameSecretName?: string;
  /** The Secret with the key for SSH. */
  readonly sshSecretName?: string;
  /** The PersistentVolumeClaim that mirrors of repositories are in. */
  readonly cloneCache?: string;
  readonly config: MergedConfig;
  readonly plugins: PluginFiles;
  readonly skills: SkillsPlan;
  readonly inputs: Inputs;
  readonly hasMcpServers: boolean;
  /** What it may spend before it is stopped. Left out: it is not. */
  readonly limit?: Partial<Amounts> | undefined;
  /** What the agent has to leave. Left out: the Task does not say. */
  readonly outputs?: DeclaredOutputs;
}

/** Whether anything has to be done before the agent starts. */
export function needsPreparation(request: PodRequest): boolean {
  return request.workspace !== undefined || hasPlugins(request);
}

export function hasPlugins({ config }: PodRequest): boolean {
  return config.plugins.length > 0 || config.skills.length > 0;
}
