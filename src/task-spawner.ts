import { type ApiObject, type ApiObjectMetadata, type Duration, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import type { CodingAgent } from './coding-agent';
import type { ContextSource } from './context-source';
import * as l1 from './l1';
import { checkSpec } from './private/check-spec';
import { checkBranch } from './private/git';
import type { KnownVariable } from './private/known-event';
import { checkLabelKey, checkLabelValue } from './private/labels';
import { checkObjectName, duplicatesOf } from './private/names';
import { type Problem, quote } from './private/problem';
import { addChecks } from './private/program';
import { checkEachMade, checkMade, copyOfList } from './private/shape';
import type { SpawnerTemplate } from './private/spawner-templates';
import { checkTaskAnnotations } from './private/task-annotations';
import { TEMPLATE_NAMES, checkTaskTemplate, checkTaskTemplateShape, renderTaskTemplate } from './private/task-template';
import { checkSpawnerTemplates } from './private/template-checks';
import { isTemplate, templateOf, withoutActions } from './private/template-text';
import type { ITask } from './task';
import type { EventTrigger } from './triggers/event-trigger';
import type { IWorkspace } from './workspace';

/** How a TaskSpawner is made. */
export interface TaskSpawnerProps {
  /**
   * The metadata of the object. Names of Tasks begin with its name, so one of your own has at most 63 characters less what the event adds.
   *
   * @default - a name made of the path of the construct, the namespace of the chart
   */
  readonly metadata?: ApiObjectMetadata;
  /** What is waited for: `Trigger.githubIssues(…)` or another. */
  readonly trigger: EventTrigger;
  /** Who does the work. */
  readonly agent: CodingAgent;
  /**
   * The repository to work on. Triggers of GitHub and Linear need one, unless the agent is one of a pool.
   *
   * @default - none: the agents start in an empty directory; in a pool, the repository of the pool
   */
  readonly workspace?: IWorkspace;
  /**
   * What the agent is asked to do: a Go template over the variables of the event. The `event` of the trigger has the expressions for them.
   *
   * @default - the title of the event
   */
  readonly prompt?: string;
  /**
   * The branch to work on: a Go template. Tasks on one branch of a repository run one after the other.
   *
   * @default - the `ref` of the Workspace
   */
  readonly branch?: string;
  /**
   * The name of the Task: a Go template, in which context sources cannot be read. What is no name is made one, and cut to 63 characters. An event whose name a Task
   * of this spawner has already becomes no Task.
   *
   * @default - the name of the spawner and the ID of the event
   */
  readonly nameTemplate?: string;
  /**
   * Labels of the Tasks; the values are Go templates.
   *
   * @default - the label `kelos.dev/taskspawner` alone, which says which spawner made them
   */
  readonly taskLabels?: { readonly [name: string]: string };
  /**
   * Annotations of the Tasks; the values are Go templates. What a Task may spend, and when it is tried again, is said by those of `taskwright.dev`.
   *
   * @default - only those that say what they were made of
   */
  readonly taskAnnotations?: { readonly [name: string]: string };
  /**
   * Texts that are fetched for each event, for its templates to read; at most 8.
   *
   * @default - none
   */
  readonly contextSources?: ContextSource[];
  /**
   * Tasks that have to succeed before one of these starts.
   *
   * @default - none
   */
  readonly dependsOn?: ITask[];
  /**
   * How long a Task is kept after it has finished. Zero deletes it at once.
   *
   * @default - for ever
   */
  readonly ttlAfterFinished?: Duration;
  /**
   * The same in seconds, for a number that a program reads or computes.
   *
   * @default - `ttlAfterFinished`
   */
  readonly ttlSecondsAfterFinished?: number;
  /**
   * `owner/repo` that pull requests are meant for, when the Workspace is a fork of it.
   *
   * @default - the repository of the trigger, where it names one
   */
  readonly upstreamRepo?: `${string}/${string}`;
  /**
   * Which failures of the Pod are tried again and which are not, as in a Job. `FailIndex` is not possible here.
   *
   * @default - any failure is tried again once
   */
  readonly podFailurePolicy?: l1.PodFailurePolicy;
  /**
   * Most Tasks of this spawner that have not finished; the reference drops webhooks and messages that find no room. 0 is no limit.
   *
   * @default - there is none
   */
  readonly maxConcurrency?: number;
  /**
   * Most Tasks that this spawner ever makes; the reference does not count those of webhooks and messages. 0 is no limit.
   *
   * @default - there is none
   */
  readonly maxTotalTasks?: number;
  /**
   * Make no more Tasks. Those that run go on.
   *
   * @default false
   */
  readonly suspend?: boolean;
}

/**
 * Makes a Task of each event: of an issue, a pull request, a webhook or the time of a schedule.
 *
 * Operators of the reference act on it. The operator of this project does not yet.
 *
 * @example
 *
 * const issues = Trigger.githubIssues({ labels: ['actor/bot'], excludeLabels: ['needs-input'] });
 * new TaskSpawner(this, 'workers', {
 *   trigger: issues,
 *   agent: CodingAgent.claudeCode({ credentials: Credentials.apiKey(SecretRef.fromName('claude')) }),
 *   workspace: new Workspace(this, 'shop', { repo: 'https://github.com/acme/shop.git' }),
 *   maxConcurrency: 3,
 *   branch: `bot-${issues.event.number}`,
 *   prompt: `Fix #${issues.event.number}: ${issues.event.title}\n\n${issues.event.body}`,
 * });
 */
export class TaskSpawner extends Construct {
  /** The name of the object. */
  public readonly name: string;
  /** The namespace of the object. */
  public readonly namespace?: string;
  private readonly resource: ApiObject;
  private readonly dependsOn: ITask[];
  private readonly contextSources: ContextSource[];

  public constructor(scope: Construct, id: string, private readonly props: TaskSpawnerProps) {
    super(scope, id);
    this.dependsOn = copyOfList(props.dependsOn, `[${this.node.path}] dependsOn`);
    this.contextSources = copyOfList(props.contextSources, `[${this.node.path}] contextSources`);
    this.resource = new l1.CfgTaskSpawner(this, 'Resource', { metadata: this.metadata(), spec: Lazy.any({ produce: () => this.render() }) });
    this.name = this.resource.name;
    this.namespace = this.resource.metadata.namespace;
    addChecks(this, () => this.check());
  }

  private metadata(): ApiObjectMetadata | undefined {
    const { metadata } = this.props;
    const annotations = this.annotations();
    return Object.keys(annotations).length === 0 ? metadata : { ...metadata, annotations: { ...annotations, ...metadata?.annotations } };
  }

  /** What the kind of the reference has no field for. A misshapen trigger has none, and is reported at the end. */
  private annotations(): { readonly [name: string]: string } {
    const { trigger } = this.props;
    return typeof trigger?._annotations === 'function' ? trigger._annotations() : {};
  }

  private render(): l1.TaskSpawnerSpec {
    const { trigger, agent, prompt, nameTemplate, taskLabels, taskAnnotations, maxConcurrency, maxTotalTasks, suspend } = this.props;
    return {
      when: trigger?._render(),
      taskTemplate: {
        promptTemplate: prompt,
        nameTemplate,
        ...renderTaskTemplate({ ...this.props, dependsOn: this.dependsOn }),
        metadata: taskLabels || taskAnnotations ? { labels: taskLabels, annotations: taskAnnotations } : undefined,
        contextSources: this.contextSources.length === 0 ? undefined : this.contextSources.map((source) => source._render()),
      },
      credentials: agent?._credentialsPool(),
      maxConcurrency,
      maxTotalTasks,
      suspend,
    };
  }

  private check(): Problem[] {
    const misshapen = this.checkShape();
    if (misshapen.length > 0) return misshapen;
    const { trigger } = this.props;
    const problems = [
      ...this.checkName(),
      ...(trigger ? trigger._check(this.resource) : [{ code: 'required', path: 'trigger', fix: 'pass Trigger.githubIssues({ … }) or another' } as const]),
      ...this.checkWorkspace(),
      ...checkTaskTemplate(this.resource, { ...this.props, dependsOn: this.dependsOn }),
      ...duplicatesOf(this.contextSources.map(({ name }) => name)).map((name): Problem => ({ code: 'duplicate', path: 'contextSources', got: quote(name), fix: 'rename one of them' })),
      ...this.contextSources.flatMap((source, index) => source._check(this.resource, `contextSources[${index}]`)),
      ...this.checkTemplates(),
      ...this.checkTaskMetadata(),
      ...this.checkAnnotations(),
    ];
    const spec = this.render();
    const sources = Object.keys(spec.when ?? {}).map((source) => [`spec.when.${source}`, 'trigger']);
    return checkSpec('TaskSpawner', spec, problems, { ...SPEC_NAMES, ...Object.fromEntries(sources) });
  }

  private checkShape(): Problem[] {
    const { trigger } = this.props;
    const notMade = trigger === undefined ? [] : checkMade(trigger, '_check', 'Trigger.githubIssues({ … }) or another', 'trigger');
    const notSources = checkEachMade(this.contextSources, '_render', 'ContextSource.http(…)', 'contextSources');
    return [
      ...(notMade.length > 0 ? notMade : trigger?._checkShape() ?? []),
      ...checkTaskTemplateShape(this.props),
      ...(notSources.length > 0 ? notSources : this.contextSources.flatMap((source, index) => source._checkShape(`contextSources[${index}]`))),
    ];
  }

  /** The operator puts the ID of the event behind it, and the result is the name of a Job. */
  private checkName(): Problem[] {
    const { trigger, nameTemplate } = this.props;
    const suffix = nameTemplate === undefined ? trigger?._suffix ?? 0 : 0;
    const problems = checkObjectName(this.name, { becomesLabel: true });
    if (problems.length > 0 || this.name.length + suffix <= LONGEST_TASK_NAME) return problems;
    return [{
      code: 'too-long', path: 'metadata.name', got: `${this.name.length} characters`, allowed: `at most ${LONGEST_TASK_NAME - suffix}, since its Tasks are called like it with up to ${suffix} more`, fix: 'shorten the name, or set nameTemplate',
    }];
  }

  private checkWorkspace(): Problem[] {
    const { trigger, agent, workspace } = this.props;
    if (workspace || !trigger?._needsWorkspace || !agent || agent.workerPool) return [];
    return [{ code: 'required', path: 'workspace', allowed: 'this trigger needs one', fix: 'pass the Workspace of the repository' }];
  }

  private checkTemplates(): Problem[] {
    const { trigger, prompt, branch, nameTemplate, taskLabels, taskAnnotations } = this.props;
    if (!trigger) return [];
    const templates: SpawnerTemplate[] = [
      ...templateOf('prompt', prompt, this.dependsOn.length > 0 ? 'rendered-prompt' : 'prompt'),
      ...templateOf('branch', branch, 'branch'),
      ...templateOf('nameTemplate', nameTemplate, 'name'),
      ...Object.entries(taskLabels ?? {}).flatMap(([name, value]) => templateOf(`taskLabels[${JSON.stringify(name)}]`, value, 'label')),
      ...Object.entries(taskAnnotations ?? {}).flatMap(([name, value]) => templateOf(`taskAnnotations[${JSON.stringify(name)}]`, value, 'annotation')),
      ...this.contextSources.flatMap((source, index) => source._templates(`contextSources[${index}]`)).filter(({ text }) => isTemplate(text)),
    ];
    return [
      ...(templates.length === 0 ? [] : checkSpawnerTemplates(templates, trigger._event, this.contextSources.map(({ name }) => name))),
      ...(branch === undefined ? [] : checkBranch(withoutActions(branch), 'branch')),
      ...this.checkPrompt(trigger),
    ];
  }

  /** Left out it is the title of the event, and there has to be one. */
  private checkPrompt({ _event: { called, variables } }: EventTrigger): Problem[] {
    const { prompt } = this.props;
    if (prompt === undefined && !isText(variables.get('Title'))) return [{ code: 'required', path: 'prompt', allowed: `${called} has no text`, fix: 'say what the agent should do' }];
    return typeof prompt === 'string' && prompt.trim() === '' ? [{ code: 'required', path: 'prompt', fix: 'say what the agent should do' }] : [];
  }

  private checkAnnotations(): Problem[] {
    const written = this.props.metadata?.annotations ?? {};
    return Object.entries(this.annotations()).filter(([name, text]) => written[name] !== undefined && written[name] !== text).map(([name]): Problem => ({
      code: 'ambiguous', path: 'trigger.reporting', allowed: `annotation ${name} is set too`, fix: 'keep one of them',
    }));
  }

  private checkTaskMetadata(): Problem[] {
    const [taskLabels, taskAnnotations] = [this.props.taskLabels ?? {}, this.props.taskAnnotations ?? {}];
    const reserved = (path: string, names: object) => Object.keys(names).filter((name) => name.startsWith(OPERATORS_OWN)).map((name): Problem => ({
      code: 'reserved-name', path, got: quote(name), allowed: `what begins with ${OPERATORS_OWN} is the operator's to write`, fix: 'rename it',
    }));
    const fixed = Object.fromEntries(Object.entries(taskAnnotations).filter(([, value]) => typeof value === 'string' && !isTemplate(value)));
    return [
      ...Object.entries(taskLabels).flatMap(([name, value]) => [...checkLabelKey(name, 'taskLabels'), ...checkLabelValue(withoutActions(value), `taskLabels[${JSON.stringify(name)}]`)]),
      ...Object.keys(taskAnnotations).flatMap((name) => checkLabelKey(name, 'taskAnnotations')),
      ...reserved('taskLabels', taskLabels),
      ...reserved('taskAnnotations', taskAnnotations),
      ...checkTaskAnnotations(fixed, {}).map((problem) => ({ ...problem, path: problem.path.replace('metadata.annotations', 'taskAnnotations') })),
    ];
  }
}

/** What the Job of a Task, whose name is a label, takes. */
const LONGEST_TASK_NAME = 63;

const OPERATORS_OWN = 'kelos.dev/';

/** Whether somebody wrote it: what a service makes up says nothing to an agent. */
function isText(variable: KnownVariable | undefined): boolean {
  return variable !== undefined && variable.from === undefined;
}

/** Which property a part of the spec comes from. */
const SPEC_NAMES = {
  ...Object.fromEntries(Object.entries(TEMPLATE_NAMES).map(([path, name]) => [path.replace('spec.', 'spec.taskTemplate.'), name])),
  'spec.when': 'trigger',
  'spec.when.jira.secretRef': 'trigger.secret',
  'spec.when.githubWebhook.gatewayRef': 'trigger.gateway',
  'spec.when.linearWebhook.gatewayRef': 'trigger.gateway',
  'spec.when.webhook.gatewayRef': 'trigger.gateway',
  'spec.when.slack.excludeFilters[0].channels': 'trigger.excludeChannels',
  'spec.taskTemplate': '',
  'spec.taskTemplate.promptTemplate': 'prompt',
  'spec.taskTemplate.metadata.labels': 'taskLabels',
  'spec.taskTemplate.metadata.annotations': 'taskAnnotations',
  'spec.credentials': 'agent.credentials',
};
