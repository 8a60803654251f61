import type { ApiObjectMetadata } from 'cdk8s';
import type { Construct } from 'constructs';
import type { CodingAgent } from '../coding-agent';
import type { PipelineStage, PipelineStageOptions } from '../pipeline-stage';
import { Task } from '../task';
import { TaskPipeline } from '../task-pipeline';
import { cycleThrough } from './cycle';
import { type Problem, quote } from './problem';
import { type StageResult, marksIn } from './stage-result';
import { checkConstant, renderConstant } from './template-checks';

/** What the stages of a pipeline become. */
export interface PipelineForm {
  /** Whether the branch of a stage is a template, as its prompt is. */
  readonly rendersBranch: boolean;
  add(stage: PipelineStage): void;
  /** More to wait for, of a stage that was added. */
  wait(stage: PipelineStage, others: readonly PipelineStage[]): void;
  /** How the kind reads a result, without braces. */
  expressionOf(stage: PipelineStage, result: StageResult): string;
  /** What the kind has no place for. */
  check(stage: PipelineStage): Problem[];
  /** The same, of what the pipeline says for all stages. */
  checkDefaults(defaults: object): Problem[];
}

/** Each stage is a Task that depends on others. */
export class TasksForm implements PipelineForm {
  public readonly rendersBranch = false;
  private readonly tasks = new Map<PipelineStage, Task>();
  private readonly edges = new Map<PipelineStage, Set<PipelineStage>>();

  public constructor(private readonly metadata: ApiObjectMetadata | undefined) {}

  public add(stage: PipelineStage): void {
    const { after: _, agent, branch, ...options } = stage._options;
    const prompt = () => this.promptOf(stage);
    const task = new Task(stage, 'Resource', {
      ...options,
      metadata: this.metadata?.name === undefined ? this.metadata : { ...this.metadata, name: `${this.metadata.name}-${stage.name}` },
      agent: agent as CodingAgent,
      branch: typeof branch === 'string' && marksIn(branch).length > 0 ? undefined : branch,
      // At synth: whether it is a template depends on whether there is something to wait for, and that may be added.
      get prompt() {
        return prompt();
      },
    });
    this.tasks.set(stage, task);
    this.edges.set(stage, new Set());
    this.wait(stage, stage._waitsFor);
  }

  public wait(stage: PipelineStage, others: readonly PipelineStage[]): void {
    const edges = this.edges.get(stage)!;
    for (const other of others.filter((candidate) => !edges.has(candidate))) {
      edges.add(other);
      // The stage tells of a circle, in its own words.
      if (cycleThrough(stage, (each) => [...this.edges.get(each)!])) edges.delete(other);
      else this.tasks.get(stage)!.addDependsOn(this.tasks.get(other)!);
    }
  }

  public expressionOf(stage: PipelineStage, { name }: StageResult): string {
    return this.tasks.get(stage)!.result(name).slice('{{'.length, -'}}'.length);
  }

  public check(stage: PipelineStage): Problem[] {
    const { prompt } = stage._options;
    if (typeof prompt !== 'string' || !this.isConstant(stage)) return [];
    const text = stage._render(prompt, 'prompt');
    return text.includes('{{') ? checkConstant(text, 'prompt') : [];
  }

  public checkDefaults(): Problem[] {
    return [];
  }

  /** A Task without dependencies is given its prompt as it is, so that what it says as a template is said here. */
  private promptOf(stage: PipelineStage): string {
    const { prompt } = stage._options;
    if (typeof prompt !== 'string') return prompt;
    const text = stage._render(prompt, 'prompt');
    return this.isConstant(stage) && text.includes('{{') ? renderConstant(text) : text;
  }

  private isConstant(stage: PipelineStage): boolean {
    return this.edges.get(stage)!.size === 0;
  }
}

/** What a Task can say, and a stage of a TaskPipeline cannot. */
const NOT_IN_TASK_PIPELINE = [
  'outputs', 'retries', 'ttlAfterFinished', 'ttlAfterFailed', 'maxCost', 'maxInputTokens', 'maxOutputTokens', 'hardStop', 'upstreamRepo', 'podFailurePolicy',
] as const satisfies readonly (keyof PipelineStageOptions)[];

const AS_TASKS = 'leave out form, and the stages are Tasks';

/** All stages are one TaskPipeline, which runs them in their order. */
export class TaskPipelineForm implements PipelineForm {
  public readonly rendersBranch = true;
  private readonly resource: TaskPipeline;
  private readonly stages: PipelineStage[] = [];

  public constructor(pipeline: Construct, metadata: ApiObjectMetadata | undefined) {
    this.resource = new TaskPipeline(pipeline, 'Resource', { metadata });
  }

  public add(stage: PipelineStage): void {
    const { agent, workspace, prompt, branch } = stage._options;
    const rendered = (text: string | undefined, path: string) => (typeof text === 'string' ? stage._render(text, path) : text);
    // The pipeline tells of names that are used twice.
    if (this.stages.some(({ name }) => name === stage.name)) return;
    this.stages.push(stage);
    this.resource.addStage(stage.name, { agent: agent as CodingAgent, workspace, prompt: rendered(prompt, 'prompt') as string, branch: rendered(branch, 'branch') });
  }

  public wait(): void {
    // A stage waits for all that are before it.
  }

  public expressionOf(stage: PipelineStage, { name }: StageResult): string {
    return `index .Stages ${JSON.stringify(stage.name)} 0 "Results" ${JSON.stringify(name)}`;
  }

  public check(stage: PipelineStage): Problem[] {
    return [...notInKind(stage._own), ...this.checkOrder(stage)];
  }

  public checkDefaults(defaults: object): Problem[] {
    return notInKind(defaults);
  }

  /** Each stage has to wait for the one before it, since it will. */
  private checkOrder(stage: PipelineStage): Problem[] {
    const place = this.stages.indexOf(stage);
    if (place < 0) return [];
    const waitsFor = stage._waitsFor;
    const problems = waitsFor.filter((other) => this.stages.indexOf(other) > place).map(({ name }): Problem => (
      { code: 'not-in-kind', path: 'after', got: quote(name), allowed: 'its stages run in the order in which they were added, and that one is added later', fix: `add it first, or ${AS_TASKS}` }
    ));
    const previous = this.stages[place - 1];
    if (previous === undefined || waitsFor.includes(previous) || previous._waitsFor.includes(stage)) return problems;
    return [...problems, { code: 'not-in-kind', path: 'after', allowed: `its stages run one after the other, and this one does not wait for ${previous.name}`, fix: `add ${previous.name} to after, or ${AS_TASKS}` }];
  }
}

function notInKind(options: object): Problem[] {
  const given = NOT_IN_TASK_PIPELINE.filter((option) => (options as PipelineStageOptions)[option] !== undefined);
  return given.map((path): Problem => ({ code: 'not-in-kind', path, fix: `leave it out, or ${AS_TASKS}` }));
}
