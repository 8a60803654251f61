import type { AgentConfig, Task, TaskSpawner, TaskStatus, Workspace } from '@taskwright/schema';
import type { ReadData } from '../agent-configs/referenced-data.ts';
import type { Amounts } from '../budgets/amounts.ts';
import type { Plan } from '../kube/plan.ts';
import type { TokenState } from '../workspaces/installation-tokens.ts';
import type { BranchFacts } from './gates/branch.ts';
import type { BudgetStandings } from './gates/budget.ts';
import type { SlotFacts } from './gates/slot.ts';
import type { LogReading } from './outcome/log-result.ts';
import type { Images } from './pod/image.ts';
import type { ObservedJob, ObservedPod } from './observed.ts';
import type { NetworkRules } from './network/network-rules.ts';
import type { ServiceNamed } from './network/policy-objects.ts';

/** What the rules may know without a question to the server. */
export interface CachedFacts {
  readonly task: Task;
  /** The Job of the Task's name, whoever owns it. */
  readonly job?: ObservedJob;
  /** The Pods that a Job of this name controls, or controlled before it went. */
  readonly pods: readonly ObservedPod[];
  /** The Workspace the Task names, if it names one and it exists. */
  readonly workspace?: Workspace;
  /** An AgentConfig of the Task's namespace, if it exists. */
  readonly agentConfig: (name: string) => AgentConfig | undefined;
  /** Another Task of the namespace, if it exists. */
  readonly taskNamed: (name: string) => Task | undefined;
  /** The Tasks that name this one in `dependsOn`. */
  readonly dependants: readonly Task[];
  /** Who else is on the branch of the Task; left out when it names none, or a Workspace that does not exist. */
  readonly branch?: BranchFacts;
  /** Where the Task stands among those of its TaskSpawner; left out when none made it, or one that sets no limit. */
  readonly slot?: SlotFacts;
  /** The TaskSpawner that made the Task, if it still exists. */
  readonly spawner?: TaskSpawner;
  /** Why no TaskSpawner may make anything for now, and none of its Tasks starts. Left out: they may. */
  readonly pausedBecause?: string;
  /** The budgets that the Task comes under. Not asked for, they are not counted. */
  readonly budgets: () => BudgetStandings;
  /** What the Task spent is written down. */
  readonly hasRecord: boolean;
  /** What agents may reach. Left out: they get no policy. */
  readonly network?: NetworkRules;
  readonly images: Images;
  /** So many requests are under way that what can wait should. */
  readonly serverIsBusy: boolean;
  readonly now: Date;
}

/** Everything the rules of this folder may know. They do no I/O: what is not in here, they cannot depend on. */
export interface TaskFacts extends CachedFacts {
  /** The Secrets and ConfigMaps that `dataToRead` asked for. */
  readonly read: ReadData;
  /** What the logs held that `logsToRead` asked for, by the uid of the Pod. */
  readonly logs: ReadonlyMap<string, LogReading>;
  /** Of a token for the Workspace, once nothing else is in the Task's way; nothing if its Secret holds no GitHub App. */
  readonly gitToken?: TokenState;
  /** The claim of the clone cache, where the Workspace names one that exists. */
  readonly cloneCache?: string;
  /** The Services that `servicesToRead` asked for. */
  readonly serviceNamed: ServiceNamed;
  /** What the Task may spend before it is stopped, if it is about to start and stopped for that. */
  readonly limit?: Partial<Amounts> | undefined;
}

export type TaskPlan = Plan<TaskStatus>;
