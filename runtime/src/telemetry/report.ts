import { AGENT_TYPES, type Session, type Task, TASK_PHASES, type TaskRecord, type TaskSpawner, type WorkerPool } from '@taskwright/schema';
import { type Amounts, amountsOf, NOTHING, sum } from '../budgets/amounts.ts';
import type { KubeObject } from '../kube/object.ts';
import type { TriggerName } from '../sources/source.ts';
import { formatDecimal } from '../tasks/outcome/quantity.ts';
import { usageOf } from '../tasks/outcome/usage.ts';

/** What is sent: numbers, words of this file, and the three facts that are given. */
export type Properties = Readonly<Record<string, number | string | boolean | readonly string[] | Readonly<Record<string, number>>>>;

/** What is known without a look at any object. */
export interface Facts {
  /** That of the operator. */
  readonly version: string;
  readonly k8sVersion: string;
  /** The user's own word for this installation. */
  readonly environment: string;
}

/** What triggers are called in a report. One that is added to the schema is missing here, and does not compile. */
const SOURCES: Readonly<Record<TriggerName, string>> = {
  githubIssues: 'github_issues',
  githubPullRequests: 'github_pull_requests',
  githubWebhook: 'github_webhook',
  linearWebhook: 'linear_webhook',
  webhook: 'generic_webhook',
  cron: 'cron',
  jira: 'jira',
  slack: 'slack',
  gitlabIssues: 'gitlab_issues',
  gitlabMergeRequests: 'gitlab_merge_requests',
  giteaIssues: 'gitea_issues',
  giteaPullRequests: 'gitea_pull_requests',
};

const SESSION_PHASES = ['Pending', 'Ready', 'Suspended', 'Failed'];
const POOL_PHASES = ['Pending', 'Ready', 'Scaling', 'Failed'];

/**
 * Counts objects, one after the other, and keeps none: what a cluster holds may be large.
 *
 * **Guarantee** No text of an object is in {@link properties}: a type, a phase or a source that is not a known word is `unknown` or `Unknown`.
 *
 * **Assumes** That TaskRecords are added before Tasks: the spend of a Task counts by its record, and by the Task only where there is none. A Task that ends
 * between the two counts by itself, and one that is deleted had its record first.
 */
export class Report {
  readonly #resources = new Map<string, number>();
  readonly #namespaces = new Set<string>();
  readonly #recorded = new Set<string>();
  readonly #tasks = { types: new Tally(), phases: new Tally() };
  readonly #sessions = { types: new Tally(), phases: new Tally() };
  readonly #spawners = new Tally();
  readonly #pools = new Tally();
  readonly #replicas = { desired: 0, current: 0, ready: 0 };
  #spent: Amounts = NOTHING;

  /** A kind with no objects is reported, too. */
  addKind(plural: string): void {
    this.#resources.set(plural, this.#of(plural));
  }

  /** An object of a kind that is known by its plural. It may lack its spec, as those of the reference may. */
  add(plural: string, object: KubeObject): void {
    this.#resources.set(plural, this.#of(plural) + 1);
    if (object.metadata.namespace !== undefined) this.#namespaces.add(object.metadata.namespace);
    if (plural === 'taskrecords') this.#addRecord(object as TaskRecord);
    if (plural === 'tasks') this.#addTask(object as Task);
    if (plural === 'sessions') this.#addSession(object as Session);
    if (plural === 'taskspawners') this.#spawners.add(sourceOf(object as TaskSpawner));
    if (plural === 'workerpools') this.#addPool(object as WorkerPool);
  }

  properties({ version, k8sVersion, environment }: Facts): Properties {
    const { cost, inputTokens, outputTokens } = this.#spent;
    return {
      version,
      k8s_version: k8sVersion,
      environment,
      tasks_total: this.#of('tasks'),
      tasks_by_type: this.#tasks.types.counts(),
      tasks_by_phase: this.#tasks.phases.counts(),
      sessions_total: this.#of('sessions'),
      sessions_by_type: this.#sessions.types.counts(),
      sessions_by_phase: this.#sessions.phases.counts(),
      taskspawners_total: this.#of('taskspawners'),
      taskspawners_by_source: this.#spawners.counts(),
      workerpools_total: this.#of('workerpools'),
      workerpools_by_phase: this.#pools.counts(),
      workerpools_desired_replicas: this.#replicas.desired,
      workerpools_current_replicas: this.#replicas.current,
      workerpools_ready_replicas: this.#replicas.ready,
      feature_task_spawners: this.#of('taskspawners') > 0,
      feature_agent_configs: this.#of('agentconfigs') > 0,
      feature_workspaces: this.#of('workspaces') > 0,
      feature_source_types: Object.keys(this.#spawners.counts()).filter((source) => source !== 'unknown'),
      scale_namespaces: this.#namespaces.size,
      usage_total_cost_usd: Number(formatDecimal(cost)),
      usage_total_input_tokens: Number(inputTokens),
      usage_total_output_tokens: Number(outputTokens),
      ...Object.fromEntries([...this.#resources].map(([plural, count]) => [`resources_${plural}`, count])),
      // An installation is no person: whoever receives this keeps no profile of it.
      $process_person_profile: false,
    };
  }

  #of(plural: string): number {
    return this.#resources.get(plural) ?? 0;
  }

  #addRecord({ metadata, spec }: TaskRecord): void {
    this.#recorded.add(spec?.taskRef?.uid ?? metadata.name!);
    this.#spent = sum([this.#spent, amountsOf(spec?.usage)]);
  }

  #addTask({ metadata, spec, status }: Task): void {
    this.#tasks.types.add(known(spec?.worker?.type || spec?.type, AGENT_TYPES) ?? 'unknown');
    this.#tasks.phases.add(known(status?.phase, TASK_PHASES) ?? 'Unknown');
    if (!this.#recorded.has(metadata.uid!)) this.#spent = sum([this.#spent, amountsOf(status?.usage ?? usageOfResults(status?.results ?? {}))]);
  }

  #addSession({ spec, status }: Session): void {
    this.#sessions.types.add(known(spec?.worker?.type, AGENT_TYPES) ?? 'unknown');
    this.#sessions.phases.add(known(status?.phase, SESSION_PHASES) ?? 'Unknown');
  }

  #addPool({ spec, status }: WorkerPool): void {
    this.#pools.add(known(status?.phase, POOL_PHASES) ?? 'Unknown');
    this.#replicas.desired += spec?.replicas ?? 1;
    this.#replicas.current += status?.replicas ?? 0;
    this.#replicas.ready += status?.readyReplicas ?? 0;
  }
}

/** Words, and how often each was there. */
class Tally {
  readonly #counts = new Map<string, number>();

  add(word: string): void {
    this.#counts.set(word, (this.#counts.get(word) ?? 0) + 1);
  }

  /** In the order of the alphabet, so that two reports of one cluster are equal. */
  counts(): Record<string, number> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

function known(word: string | undefined, words: readonly string[]): string | undefined {
  return words.find((one) => one === word);
}

/** With several triggers, or none, a spawner makes nothing. */
function sourceOf({ spec }: TaskSpawner): string {
  const when = spec?.when ?? {};
  const triggers = (Object.keys(SOURCES) as TriggerName[]).filter((name) => when[name] !== undefined);
  return triggers.length === 1 ? SOURCES[triggers[0]!] : 'unknown';
}

/** Older Tasks have no usage, and their results are spelled in both ways. */
function usageOfResults(results: Readonly<Record<string, string>>) {
  return usageOf(Object.fromEntries(Object.entries(results).map(([name, value]) => [name.replaceAll('_', '-'), value])));
}
