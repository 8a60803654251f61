import type { ApiObject, ApiObjectMetadata } from 'cdk8s';
import { Construct } from 'constructs';
import { type PipelineStageOptions, PipelineStage } from './pipeline-stage';
import type { PipelineStageDefaults } from './pipeline-stage-defaults';
import { duplicatesOf } from './private/names';
import { type PipelineForm, TaskPipelineForm, TasksForm } from './private/pipeline-form';
import { type Problem, quote } from './private/problem';
import { addChecks, Program } from './private/program';
import { type StageResult, marksIn } from './private/stage-result';

/** What the stages of a pipeline become in the cluster. */
export type AgentPipelineForm = 'Tasks' | 'TaskPipeline';

/** How an AgentPipeline is made. What it says of agent, workspace and so on is for each stage that does not say it itself. */
export interface AgentPipelineProps extends PipelineStageDefaults {
  /**
   * The metadata of the objects. With a name, the Task of a stage is called `<name>-<stage>`.
   *
   * @default - names made of the paths of the stages, the namespace of the chart
   */
  readonly metadata?: ApiObjectMetadata;
  /**
   * What its stages become: Tasks that depend on each other, or one TaskPipeline, which has no place for much that a Task says. What it cannot say is
   * named at synth.
   *
   * @default 'Tasks'
   */
  readonly form?: AgentPipelineForm;
}

/**
 * Stages of work for coding agents, each of which knows what those before it left. Who reads a result of a stage waits for it; nobody writes down names or
 * an order.
 *
 * It runs once, as its objects do: a Task never changes in the cluster. To run a changed pipeline, or the same one again, give it another id.
 *
 * @example
 *
 * const feature = new AgentPipeline(this, 'feature', {
 *   agent: CodingAgent.claudeCode({ credentials: Credentials.apiKey(SecretRef.fromName('claude')) }),
 *   workspace: new Workspace(this, 'shop', { repo: 'https://github.com/acme/shop.git' }),
 * });
 * const plan = feature.addStage('plan', { prompt: 'Plan how to round prices once.', outputs: { steps: Output.list() } });
 * const implement = feature.addStage('implement', { branch: 'round-once', prompt: `Do this: ${plan.output('steps')}` });
 * feature.addStage('review', { prompt: `Review ${implement.pullRequest}. It was to do this: ${plan.output('steps')}` });
 */
export class AgentPipeline extends Construct {
  private readonly form: PipelineForm;
  private readonly stages: PipelineStage[] = [];

  public constructor(scope: Construct, id: string, private readonly props: AgentPipelineProps = {}) {
    super(scope, id);
    const { form, metadata } = props;
    this.form = form === 'TaskPipeline' ? new TaskPipelineForm(this, metadata) : new TasksForm(metadata);
    addChecks(this, () => this.check());
  }

  /**
   * Adds a stage.
   *
   * @param name what it is called: at most 63 lower-case letters, digits and `-`
   * @param options what it is
   */
  public addStage(name: string, options: PipelineStageOptions): PipelineStage {
    const stage = PipelineStage._of(this, this.idFor(name), { name, own: options, options: withDefaults(options, this.props), form: this.form });
    this.stages.push(stage);
    this.form.add(stage);
    return stage;
  }

  /** A name that is used twice is told at synth, with all else. */
  private idFor(name: string): string {
    if (name !== '' && this.node.tryFindChild(name) === undefined) return name;
    return `${name}~${this.node.children.length}`;
  }

  private check(): Problem[] {
    const { form, ...defaults } = this.props;
    const problems: Problem[] = duplicatesOf(this.stages.map(({ name }) => name)).map((name) => (
      { code: 'duplicate', path: `addStage(${quote(name)})`, fix: 'give each stage a name of its own' }
    ));
    if (form !== undefined && form !== 'Tasks' && form !== 'TaskPipeline') problems.push({ code: 'enum', path: 'form', got: quote(form), allowed: 'Tasks or TaskPipeline' });
    if (this.stages.length === 0 && form !== 'TaskPipeline') problems.push({ code: 'required', path: 'addStage', fix: 'add a stage' });
    return [...problems, ...this.form.checkDefaults(defaults), ...this.checkStrays()];
  }

  /** Results that are where nobody fills them in. */
  private checkStrays(): Problem[] {
    const own = new Map(this.stages.filter(({ _isRead }) => _isRead).map((stage) => [stage.node.path, stage]));
    if (own.size === 0) return [];
    const strays = Program.of(this).once('strays', straysAmong).filter(({ result }) => own.has(result.stage));
    return strays.map(({ object, result: { kind, name, stage } }) => ({
      code: 'result-elsewhere',
      path: `${kind} ${quote(name)} of ${stage}`,
      got: `${object.kind} ${object.node.scope?.node.path}`,
      allowed: 'it is filled in where a stage of the same pipeline reads it',
      fix: 'make a stage of that',
    }));
  }
}

interface Stray {
  readonly object: ApiObject;
  readonly result: StageResult;
}

/** Stages have replaced theirs by the time an object is rendered. */
function straysAmong(objects: readonly ApiObject[]): Stray[] {
  return objects.flatMap((object) => {
    const marks = new Map(marksIn(textOf(object)).map((result) => [JSON.stringify(result), result]));
    return [...marks.values()].map((result) => ({ object, result }));
  });
}

function textOf(object: ApiObject): string {
  try {
    return JSON.stringify(object.toJson());
  } catch {
    // What cannot be rendered is told by its own construct.
    return '';
  }
}

function withDefaults(options: PipelineStageOptions, { metadata: _, form: __, ...defaults }: AgentPipelineProps): PipelineStageOptions {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as unknown as PipelineStageOptions;
  const agent = given.agent ?? defaults.agent;
  // A pool has its own repository and Pods.
  return agent?.workerPool ? { ...given, agent } : { ...defaults, ...given };
}
