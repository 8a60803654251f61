import { type ApiObject, type ApiObjectMetadata, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import type { CodingAgent } from './coding-agent';
import * as l1 from './l1';
import { checkSpec } from './private/check-spec';
import { checkBranch } from './private/git';
import { checkObjectName, duplicatesOf } from './private/names';
import { taskNamesOf } from './private/pipeline-names';
import { type Problem, quote } from './private/problem';
import { addChecks, Program } from './private/program';
import { checkStageTemplate } from './private/template-checks';
import { copyOfList } from './private/shape';
import { checkTaskTemplate, checkTaskTemplateShape, TEMPLATE_NAMES } from './private/task-template';
import type { IWorkspace } from './workspace';

/** What a stage of a TaskPipeline is. */
export interface TaskPipelineStageOptions {
  /** Who does the work. */
  readonly agent: CodingAgent;
  /**
   * What the agent is asked to do: a Go template over `.Matrix` and the stages before this one: `{{index .Stages "plan" 0 "Results" "branch"}}`. A stage
   * is a list of its Tasks, also where there is one; each has `Name`, `Matrix`, `Results` (texts by name) and `Outputs` (a list). What is missing fails
   * the stage.
   */
  readonly prompt: string;
  /**
   * The repository to work on.
   *
   * @default - none: the agent starts in an empty directory; in a pool, the repository of the pool
   */
  readonly workspace?: IWorkspace;
  /**
   * The branch to work on: a template like the prompt. Tasks on one branch of a repository run one after the other.
   *
   * @default - the `ref` of the Workspace
   */
  readonly branch?: string;
  /**
   * Makes one Task for each of these, at the same time, which reads what is in it as `.Matrix`: `{{.Matrix.service}}`. All have the same keys. 256 at most.
   *
   * @default - one Task, without
   */
  readonly matrix?: { [key: string]: string }[];
}

/** A stage of a TaskPipeline, and what it is called. */
export interface TaskPipelineStage extends TaskPipelineStageOptions {
  /** Its name, by which later stages read what it left. At most 63 lower-case letters, digits and `-`. */
  readonly name: string;
}

/** How a TaskPipeline is made. */
export interface TaskPipelineProps {
  /**
   * The metadata of the object. Its Tasks are called after it: `<name>-<stage>`, and with a matrix `<name>-<stage>-<number>`. Beyond 63 characters these
   * are cut, and end in a hash.
   *
   * @default - a name made of the path of the construct, the namespace of the chart
   */
  readonly metadata?: ApiObjectMetadata;
  /**
   * Its stages, in the order in which they run. 64 at most.
   *
   * @default - those that are added by `addStage`
   */
  readonly stages?: TaskPipelineStage[];
}

/**
 * Stages that run one after the other, once: a stage starts when all Tasks of the one before it have succeeded. One object is the pipeline and its run;
 * its stages cannot be changed, so to run something else, or once more, give the construct another id.
 *
 * The operator does not act on this kind yet; that of Kelos does. `AgentPipeline` makes Tasks that wait for each other, which both run.
 *
 * @example
 *
 * const agent = CodingAgent.codex({ credentials: Credentials.apiKey(SecretRef.fromName('codex')) });
 * const workspace = Workspace.fromWorkspaceName('shop');
 * const audit = new TaskPipeline(this, 'audit');
 * audit.addStage('look', { agent, workspace, matrix: [{ service: 'cart' }, { service: 'mail' }], prompt: 'Audit {{.Matrix.service}}.' });
 * audit.addStage('report', { agent, prompt: '{{range index .Stages "look"}}{{.Matrix.service}}: commit {{.Results.commit}}\n{{end}}' });
 */
export class TaskPipeline extends Construct {
  /** The name of the object. */
  public readonly name: string;
  /** The namespace of the object. */
  public readonly namespace?: string;
  private readonly resource: ApiObject;
  private readonly stages: TaskPipelineStage[];

  public constructor(scope: Construct, id: string, props: TaskPipelineProps = {}) {
    super(scope, id);
    this.stages = copyOfList(props.stages, `[${this.node.path}] stages`);
    this.resource = new l1.CfgTaskPipeline(this, 'Resource', { metadata: props.metadata, spec: Lazy.any({ produce: () => this.render() }) });
    this.name = this.resource.name;
    this.namespace = this.resource.metadata.namespace;
    addChecks(this, () => this.check());
  }

  /**
   * Adds a stage after all others.
   *
   * @param name what it is called
   * @param options what it is
   */
  public addStage(name: string, options: TaskPipelineStageOptions): void {
    this.stages.push({ ...options, name });
  }

  private render(): l1.TaskPipelineSpec {
    return { stages: this.stages.map(renderStage) };
  }

  private check(): Problem[] {
    const misshapen = this.stages.flatMap((stage, index) => (isObject(stage) ? within(index, checkTaskTemplateShape(stage)) : notAStage(index)));
    if (misshapen.length > 0) return misshapen;
    const problems = [
      ...checkObjectName(this.name, { becomesLabel: false }),
      ...this.stages.flatMap((stage, index) => within(index, this.checkStage(stage, this.stages.slice(0, index)))),
      ...duplicatesOf(this.stages.map(({ name }) => name)).map((name): Problem => ({ code: 'duplicate', path: 'stages', got: quote(name), fix: 'give each stage a name of its own' })),
    ];
    // Whose stages are called alike has said so.
    return checkSpec('TaskPipeline', this.render(), problems.some(({ code }) => code === 'duplicate') ? problems : [...problems, ...this.checkTaskNames()], specNames(this.stages.length));
  }

  private checkStage(stage: TaskPipelineStage, before: readonly TaskPipelineStage[]): Problem[] {
    const { prompt, branch, matrix } = stage;
    const scope = { stages: before.map(({ name }) => name), matrix: Object.keys(matrix?.[0] ?? {}) };
    const template = (text: unknown, path: string) => (typeof text === 'string' && text.includes('{{') ? checkStageTemplate(text, path, scope) : undefined);
    const problems = [
      ...checkTaskTemplate(this.resource, stage),
      ...checkPoolOptions(stage),
      ...(template(prompt, 'prompt') ?? []),
      ...(template(branch, 'branch') ?? (branch === undefined ? [] : checkBranch(branch, 'branch'))),
      ...checkMatrix(matrix),
    ];
    if (typeof prompt === 'string' && prompt.trim() === '') problems.push({ code: 'required', path: 'prompt', fix: 'say what the agent should do' });
    return problems;
  }

  /** A name that is taken fails the pipeline when the stage starts. */
  private checkTaskNames(): Problem[] {
    const taken = new Map<string, string>();
    for (const other of this.others()) {
      for (const { task } of other.tasks()) taken.set(task, `TaskPipeline ${other.name} makes a Task of that name`);
    }
    for (const { name, metadata } of Program.of(this).objects('Task', 'kelos.dev')) {
      if (metadata.namespace === this.namespace) taken.set(name, 'a Task of this program is called so');
    }
    const problems = new Map<string, Problem>();
    for (const { task, stage } of this.tasks()) {
      const path = `stages[${this.stages.indexOf(stage)}].name`;
      const by = taken.get(task);
      if (by !== undefined && !problems.has(path)) problems.set(path, { code: 'duplicate', path, got: `Task ${quote(task)}`, allowed: by, fix: 'rename one of them' });
      taken.set(task, `stage ${stage.name} makes a Task of that name`);
    }
    return [...problems.values()];
  }

  /** Of two pipelines, the later one in the tree tells. */
  private others(): TaskPipeline[] {
    const pipelines = Program.of(this).objects('TaskPipeline', 'kelos.dev').map(({ node }) => node.scope);
    return pipelines.filter((other): other is TaskPipeline => other instanceof TaskPipeline && other.namespace === this.namespace && other.node.path < this.node.path);
  }

  private tasks(): { readonly task: string; readonly stage: TaskPipelineStage }[] {
    return this.stages.flatMap((stage) => taskNamesOf(this.name, { name: stage.name, total: stage.matrix?.length ?? 1 }).map((task) => ({ task, stage })));
  }
}

function renderStage({ name, agent, workspace, prompt, branch, matrix }: TaskPipelineStage): l1.TaskPipelineStage {
  const { worker, workerPoolRef } = agent?._render(workspace) ?? {};
  return { name, matrix: matrix && { items: matrix }, taskTemplate: { prompt, worker, workerPoolRef, branch } };
}

/** The kind has no place for what a Task says beside its pool. */
function checkPoolOptions({ agent }: TaskPipelineStage): Problem[] {
  const { worker: _, workerPoolRef: __, ...rest } = agent?._render(undefined) ?? {};
  const given = Object.entries(rest).filter(([, value]) => value !== undefined);
  return given.map(([option]): Problem => ({ code: 'not-in-kind', path: `agent.${option}`, allowed: 'a TaskPipeline takes what the pool has', fix: 'leave it out, or make Tasks' }));
}

function checkMatrix(matrix: { [key: string]: string }[] | undefined): Problem[] {
  if (!Array.isArray(matrix)) return [];
  const keysOf = (item: object) => Object.keys(item).sort().join(', ');
  return matrix.flatMap((item, index): Problem[] => {
    if (keysOf(item ?? {}) === keysOf(matrix[0] ?? {})) return [];
    return [{ code: 'pattern', path: `matrix[${index}]`, got: `the keys ${keysOf(item)}`, allowed: `all have those of the first: ${keysOf(matrix[0])}` }];
  });
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function notAStage(index: number): Problem[] {
  return [{ code: 'type', path: `stages[${index}]`, allowed: 'it has to be an object with name, agent and prompt' }];
}

function within(index: number, problems: readonly Problem[]): Problem[] {
  return problems.map((problem) => ({ ...problem, path: `stages[${index}].${problem.path}` }));
}

/** Which property a part of the spec comes from. */
function specNames(stages: number): { readonly [specPath: string]: string } {
  return Object.fromEntries(Array.from({ length: stages }, (_, index) => {
    const template = `spec.stages[${index}].taskTemplate`;
    const parts = Object.entries(TEMPLATE_NAMES).map(([path, name]) => [path.replace(/^spec/, template), `stages[${index}].${name}`]);
    return [[template, `stages[${index}]`], [`spec.stages[${index}].matrix.items`, `stages[${index}].matrix`], ...parts];
  }).flat());
}
