import { type ApiObject, type ApiObjectMetadata, type Duration, Lazy } from 'cdk8s';
import { Construct, type IConstruct } from 'constructs';
import type { CodingAgent } from './coding-agent';
import type { Cost } from './cost';
import * as l1 from './l1';
import { type Output, checkOutputs, outputSchemaOf } from './output';
import { checkOutputSchema, outputsIn } from './output-schema';
import { checkSpec } from './private/check-spec';
import { cycleThrough, leadingIntoCycles } from './private/cycle';
import { checkBranch } from './private/git';
import { checkObjectName } from './private/names';
import type { Problem } from './private/problem';
import { addChecks, Program } from './private/program';
import { existingObject } from './private/reference';
import { checkDuration, checkMade, copyOfList } from './private/shape';
import { annotationsFor, checkTaskAnnotations, MEASURES } from './private/task-annotations';
import { TEMPLATE_NAMES, type TaskTemplateProps, checkTaskTemplate, checkTaskTemplateShape, renderTaskTemplate } from './private/task-template';
import { checkPrompt } from './private/template-checks';
import type { Retries } from './retries';
import type { IWorkspace } from './workspace';

/** A Task that this program defines, or that exists already. */
export interface ITask {
  /** The name of the object. */
  readonly name: string;
  /**
   * The namespace it is in.
   *
   * @default - that of who refers to it
   */
  readonly namespace?: string;
}

/** How a Task is made. */
export interface TaskProps {
  /**
   * The metadata of the object. The Job takes its name, so a name of your own has at most 63 characters.
   *
   * @default - a name made of the path of the construct, the namespace of the chart
   */
  readonly metadata?: ApiObjectMetadata;
  /** Who does the work. */
  readonly agent: CodingAgent;
  /**
   * What the agent is asked to do. With `dependsOn` it is a Go template over what those Tasks left: `{{.Deps.plan.Results.branch}}`, or
   * `{{index .Deps "task-a" "Outputs"}}` for a name that is no identifier. Each has `Name`, `Outputs` (a list) and `Results` (texts by name).
   * Without `dependsOn` it is given to the agent as it is.
   */
  readonly prompt: string;
  /**
   * The repository to work on.
   *
   * @default - none: the agent starts in an empty directory; in a pool, the repository of the pool
   */
  readonly workspace?: IWorkspace;
  /**
   * The branch to work on. It is made if the repository does not have it. Tasks on one branch of a repository run
   * one after the other, the oldest first.
   *
   * @default - the `ref` of the Workspace
   */
  readonly branch?: string;
  /**
   * What the agent has to leave, by name. It is told, what it leaves is checked, and a Task whose agent leaves something else fails. Each becomes a
   * result of the Task, which others read by `result`.
   *
   * @default - what every agent leaves: branch, commit, pull requests, tokens, cost, its last words
   */
  readonly outputs?: { readonly [name: string]: Output };
  /**
   * The Tasks that have to succeed first. When one fails, this one does.
   *
   * @default - none
   */
  readonly dependsOn?: ITask[];
  /**
   * How long the object is kept after it has finished. Zero deletes it at once.
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
   * How long the object is kept after it has failed.
   *
   * @default - as long as one that succeeded
   */
  readonly ttlAfterFailed?: Duration;
  /**
   * Whether, when and after which failures it is tried again, by another Job. Each one is told in an event, and what all of them spent counts.
   *
   * @default - never; a failed Pod is started again once by its Job
   */
  readonly retries?: Retries;
  /**
   * What it may cost. Under a TaskBudget that much is set aside for it, so it starts only where it fits as a whole.
   *
   * @default - it does not say; the budget sets aside what others like it have cost
   */
  readonly maxCost?: Cost;
  /**
   * How many tokens it may send to models, those of a cache included. The same holds as of `maxCost`.
   *
   * @default - it does not say
   */
  readonly maxInputTokens?: number;
  /**
   * How many tokens models may produce for it. The same holds as of `maxCost`.
   *
   * @default - it does not say
   */
  readonly maxOutputTokens?: number;
  /**
   * Stop the agent when it has spent what it may: at the end of the model's answer that passed the limit. The Task has failed then, with all that it
   * did, and is not tried again unless `retries.on` says so. It has one Pod: another would not know what the first has spent. Agents that tell what
   * they used only at their end cannot be stopped.
   *
   * @default - what it may spend is set aside under a TaskBudget, and not enforced, unless that asks for it
   */
  readonly hardStop?: boolean;
  /**
   * `owner/repo` that pull requests are meant for, when the Workspace is a fork of it.
   *
   * @default - the remote of the Workspace called `upstream`
   */
  readonly upstreamRepo?: `${string}/${string}`;
  /**
   * Which failures of the Pod are tried again and which are not, as in a Job. `FailIndex` is not possible here.
   *
   * @default - any failure is tried again once
   */
  readonly podFailurePolicy?: l1.PodFailurePolicy;
}

/**
 * One piece of work for a coding agent. The operator runs it once, in a Pod of its own or on a pool, and writes what came of
 * it into the status: branch, commit, pull request, tokens, cost.
 *
 * The spec of a Task never changes in the cluster. To ask for something else, give the construct another id.
 *
 * @example
 *
 * new Task(this, 'fix', {
 *   agent: CodingAgent.claudeCode({ credentials: Credentials.apiKey(SecretRef.fromName('claude')) }),
 *   workspace: new Workspace(this, 'shop', { repo: 'https://github.com/acme/shop.git' }),
 *   branch: 'fix-rounding',
 *   prompt: 'Prices are rounded twice. Fix it, with a test.',
 * });
 */
export class Task extends Construct implements ITask {
  /** A Task that exists already, in the namespace of who refers to it. */
  public static fromTaskName(name: string): ITask {
    return existingObject(name);
  }

  /** The name of the object. */
  public readonly name: string;
  /** The namespace of the object. */
  public readonly namespace?: string;
  private readonly resource: ApiObject;
  private readonly dependsOn: ITask[];
  /** Left out: it declares no outputs, or none that can be rendered. */
  private readonly outputSchema?: object;

  public constructor(scope: Construct, id: string, private readonly props: TaskProps) {
    super(scope, id);
    const { outputs = {} } = props;
    this.dependsOn = copyOfList(props.dependsOn, `[${this.node.path}] dependsOn`);
    this.outputSchema = checkOutputs(outputs, 'outputs').length > 0 ? undefined : outputSchemaOf(outputs);
    this.resource = new l1.CfgTask(this, 'Resource', { metadata: this.metadata(), spec: Lazy.any({ produce: () => this.render() }) });
    this.name = this.resource.name;
    this.namespace = this.resource.metadata.namespace;
    addChecks(this, () => this.check());
  }

  /** Makes this Task wait until others have succeeded. */
  public addDependsOn(...tasks: ITask[]): void {
    this.dependsOn.push(...tasks);
  }

  /**
   * A result of this Task, for the prompt of one that has it in `dependsOn`: `{{.Deps.plan.Results.steps}}`. One of `outputs`, or of what every agent
   * leaves: `branch`, `commit` and so on. An optional output that was left out is an empty text.
   *
   * @param name the name of the output
   */
  public result(name: string): string {
    const output = this.props.outputs?.[name];
    const expression = resultOf(this.name, name, { isSure: output !== undefined && !output._isOptional });
    expressionsOf(this).set(expression, this);
    return expression;
  }

  private metadata(): ApiObjectMetadata | undefined {
    const { metadata } = this.props;
    const annotations = this.annotations();
    return Object.keys(annotations).length === 0 ? metadata : { ...metadata, annotations: { ...annotations, ...metadata?.annotations } };
  }

  /** What the kind of the reference has no field for. Misshapen values are left out, and reported at the end. */
  private annotations(): { readonly [name: string]: string } {
    const { retries, ttlAfterFailed, maxCost, maxInputTokens, maxOutputTokens, hardStop } = this.props;
    return annotationsFor({
      'retries.limit': textOf(retries?.limit),
      'retries.backoff': secondsOf(retries?.backoff),
      'retries.on': Array.isArray(retries?.on) ? retries.on.join(',') : undefined,
      'ttlAfterFailed': secondsOf(ttlAfterFailed),
      'maxCost': typeof maxCost?._render === 'function' ? maxCost._render() : undefined,
      'maxInputTokens': textOf(maxInputTokens),
      'maxOutputTokens': textOf(maxOutputTokens),
      'hardStop': textOf(hardStop || undefined),
      'outputs': this.outputSchema && JSON.stringify(this.outputSchema),
    });
  }

  private render(): l1.TaskSpec {
    return { prompt: this.props.prompt, ...renderTaskTemplate(this.template) };
  }

  private get template(): TaskTemplateProps {
    return { ...this.props, dependsOn: this.dependsOn };
  }

  private check(): Problem[] {
    const misshapen = this.checkShape();
    if (misshapen.length > 0) return misshapen;
    const { branch, retries, ttlAfterFailed, hardStop, outputs } = this.props;
    const problems = [
      ...checkObjectName(this.name, { becomesLabel: true }),
      ...(this.outputSchema === undefined ? [] : checkOutputSchema(this.outputSchema, { path: 'outputs' })),
      ...(branch === undefined ? [] : checkBranch(branch, 'branch')),
      ...this.checkValues(),
      ...checkTaskTemplate(this.resource, this.template, { ttlAfterFailed, retries, hardStop, outputs }),
      ...this.checkTemplate(),
      ...this.checkCycle(),
      ...(this.props.maxCost?._check('maxCost') ?? []),
    ];
    const told = new Set(problems.map(({ path }) => path));
    problems.push(...checkTaskAnnotations(this.resource.metadata.toJson()?.annotations ?? {}, this.annotations()).filter(({ path }) => !told.has(path)));
    return checkSpec('Task', this.render(), problems, TEMPLATE_NAMES);
  }

  /** What is not what it has to be cannot be rendered, and then nothing else can be checked. */
  private checkShape(): Problem[] {
    const { ttlAfterFailed, retries, maxCost, outputs } = this.props;
    return [
      ...checkTaskTemplateShape(this.props),
      ...checkDuration(ttlAfterFailed, 'ttlAfterFailed'),
      ...checkDuration(retries?.backoff, 'retries.backoff'),
      ...(maxCost === undefined ? [] : checkMade(maxCost, '_render', 'Cost.usd(…)', 'maxCost')),
      ...(outputs === undefined ? [] : checkOutputs(outputs, 'outputs')),
    ];
  }

  private checkValues(): Problem[] {
    const { prompt, hardStop } = this.props;
    const problems: Problem[] = [];
    if (hardStop && MEASURES.every((measure) => this.props[measure] === undefined)) {
      problems.push({ code: 'required', path: 'maxCost', allowed: 'hardStop has nothing to stop it at', fix: 'set maxCost, maxInputTokens or maxOutputTokens' });
    }
    if (typeof prompt === 'string' && prompt.trim() === '') problems.push({ code: 'required', path: 'prompt', fix: 'say what the agent should do' });
    return problems;
  }

  /** Only with dependencies is a prompt a template. */
  private checkTemplate(): Problem[] {
    const { prompt } = this.props;
    if (typeof prompt !== 'string' || !this.dependsOn.every((task) => typeof task?.name === 'string')) return [];
    // Checking a template loads the engine.
    if (!prompt.includes('{{')) return [];
    // Without dependencies a prompt is given as it is.
    if (this.dependsOn.length === 0) return this.checkForgotten(prompt);
    return checkPrompt(prompt, this.dependsOn.map((task) => ({ name: task.name, outputs: task instanceof Task ? task.declaredOutputs() : undefined })));
  }

  private declaredOutputs(): readonly string[] | undefined {
    return this.outputSchema && outputsIn(this.outputSchema).names;
  }

  /** Without dependencies the agent would be given the braces. */
  private checkForgotten(prompt: string): Problem[] {
    const expressions = [...expressionsOf(this)].filter(([expression]) => prompt.includes(expression));
    return expressions.map(([expression, task]) => ({ code: 'unknown-variable', path: 'prompt', got: expression, allowed: 'without dependsOn it is given to the agent as it is', fix: `add ${task.node.path} to dependsOn` }));
  }

  private checkCycle(): Problem[] {
    const awaited = ({ dependsOn }: Task) => dependsOn.filter(isTask);
    // To look for a way back from each Task of a long chain takes the square of its length.
    const waiting = Program.of(this).once('tasks that wait for ever', (objects) => leadingIntoCycles(objects.map(({ node }) => node.scope).filter(isTask), awaited));
    const cycle = waiting.has(this) ? cycleThrough<Task>(this, awaited) : undefined;
    // One Task of a cycle speaks for all of them.
    if (!cycle?.every((task) => task.node.path >= this.node.path)) return [];
    return [{ code: 'cycle', path: 'dependsOn', got: [...cycle, this].map(({ node }) => node.path).join(' → '), fix: 'take one of these out' }];
  }
}

function isTask(construct: unknown): construct is Task {
  return construct instanceof Task;
}

function textOf(value: unknown): string | undefined {
  return value === undefined ? undefined : String(value);
}

function secondsOf(duration: Duration | undefined): string | undefined {
  return typeof duration?.toSeconds === 'function' ? String(duration.toSeconds({ integral: false })) : undefined;
}

/** The results that Tasks of a program were asked for, as they stand in prompts. */
const expressions = new WeakMap<IConstruct, Map<string, Task>>();

function expressionsOf({ node: { root } }: Task): Map<string, Task> {
  const known = expressions.get(root) ?? new Map<string, Task>();
  expressions.set(root, known);
  return known;
}

/** What may be missing is read with `index`, which makes it an empty text. */
function resultOf(task: string, name: string, { isSure }: { isSure: boolean }): string {
  const isIdentifier = (text: string) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(text);
  if (!isSure || !isIdentifier(name)) return `{{index .Deps ${JSON.stringify(task)} "Results" ${JSON.stringify(name)}}}`;
  return isIdentifier(task) ? `{{.Deps.${task}.Results.${name}}}` : `{{(index .Deps ${JSON.stringify(task)}).Results.${name}}}`;
}
