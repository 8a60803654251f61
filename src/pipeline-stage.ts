import { Construct, type IConstruct } from 'constructs';
import type { Cost } from './cost';
import type { Output } from './output';
import type { PipelineStageDefaults } from './pipeline-stage-defaults';
import { cycleThrough } from './private/cycle';
import { checkLabelName, duplicatesOf } from './private/names';
import { COMMON_RESULTS } from './private/output-bounds';
import type { PipelineForm } from './private/pipeline-form';
import { type Problem, listOf, quote } from './private/problem';
import { addChecks } from './private/program';
import { checkMade, copyOfList } from './private/shape';
import { type MarkPlace, type StageResult, markOf, marksIn, replaceMarks } from './private/stage-result';
import { suggestionFor } from './private/suggestion';
import { checkStagePrompt } from './private/template-checks';

/** What a stage is. */
export interface PipelineStageOptions extends PipelineStageDefaults {
  /**
   * What the agent is asked to do. A result of another stage in it (`plan.output('steps')`) makes this one wait for that one. It is a Go template, so
   * conditions work: `{{if eq ${plan.output('risky')} "true"}}…{{end}}`, and braces for the agent are written `{{"{{"}}`.
   */
  readonly prompt: string;
  /**
   * What the agent has to leave, by name: `output` reads it.
   *
   * @default - what every agent leaves: branch, commit, pull request, tokens, cost, its last words
   */
  readonly outputs?: { readonly [name: string]: Output };
  /**
   * Stages that have to succeed first, besides those whose results the prompt reads.
   *
   * @default - none
   */
  readonly after?: PipelineStage[];
  /**
   * What it may cost. Under a TaskBudget that much is set aside for it.
   *
   * @default - it does not say
   */
  readonly maxCost?: Cost;
  /**
   * How many tokens it may send to models, those of a cache included.
   *
   * @default - it does not say
   */
  readonly maxInputTokens?: number;
  /**
   * How many tokens models may produce for it.
   *
   * @default - it does not say
   */
  readonly maxOutputTokens?: number;
  /**
   * Stop the agent when it has spent what it may.
   *
   * @default - what it may spend is set aside under a TaskBudget, and not enforced, unless that asks for it
   */
  readonly hardStop?: boolean;
}

interface StageProps {
  readonly name: string;
  readonly own: PipelineStageOptions;
  readonly options: PipelineStageOptions;
  readonly form: PipelineForm;
}

/**
 * A stage of an `AgentPipeline`, as `addStage` returns it. Its results are texts that stand for what is known only when it has succeeded. They go into
 * the prompts of other stages, which wait for it then.
 *
 * It is no Task, though its pipeline may make one of it: what a stage becomes, and how often, is up to the pipeline.
 */
export class PipelineStage extends Construct {
  /** @internal */
  public static _of(pipeline: IConstruct, id: string, stage: StageProps): PipelineStage {
    return new PipelineStage(pipeline, id, stage);
  }

  /** What it is called. */
  public readonly name: string;
  /** What it says itself. @internal */
  public readonly _own: PipelineStageOptions;
  /** What it says, and for the rest what its pipeline says. @internal */
  public readonly _options: PipelineStageOptions;
  private readonly form: PipelineForm;
  private readonly after: PipelineStage[];
  /** The stages that its prompt and branch read. */
  private readonly reads: readonly PipelineStage[];
  /** What is wrong with its texts. They are asked for with each rendering, and a template takes time to check. */
  private readonly checked = new Map<string, Problem[]>();
  private isRead = false;

  private constructor(private readonly pipeline: IConstruct, id: string, { name, own, options, form }: StageProps) {
    super(pipeline, id);
    this.name = name;
    this._own = own;
    this._options = options;
    this.form = form;
    this.after = copyOfList(options.after, `[${this.node.path}] after`);
    this.reads = this.findReads();
    addChecks(this, () => this.check());
  }

  /** The branch that it worked on. */
  public get branch(): string {
    return this.result('branch');
  }

  /** The branch that its branch was made from. */
  public get baseBranch(): string {
    return this.result('base-branch');
  }

  /** The commit that it left. */
  public get commit(): string {
    return this.result('commit');
  }

  /** The URL of the pull request that it left. */
  public get pullRequest(): string {
    return this.result('pr');
  }

  /**
   * One of its `outputs`. A list or an object is JSON in one line, a boolean is the word; an optional one that was left out is an empty text.
   *
   * @param name the name of the output
   */
  public output(name: string): string {
    return this.mark({ kind: 'output', name });
  }

  /**
   * Whatever its agent left under a name: what every agent leaves, such as `cost-usd`, or what an image of your own writes. It is an empty text if there
   * is nothing; in a TaskPipeline the stage that reads it fails.
   *
   * @param name the name of the result
   */
  public result(name: string): string {
    return this.mark({ kind: 'result', name });
  }

  /** Makes this stage wait until others have succeeded. */
  public addAfter(...stages: PipelineStage[]): void {
    this.after.push(...stages);
    this.form.wait(this, stages.filter((stage) => this.isBeside(stage)));
  }

  /** The stages that it waits for: those it reads first, then those it is told to. Stages of other pipelines are none. @internal */
  public get _waitsFor(): PipelineStage[] {
    return [...new Set([...this.reads, ...this.after.filter((stage) => this.isBeside(stage))])];
  }

  /** Whether a result of it was asked for. @internal */
  public get _isRead(): boolean {
    return this.isRead;
  }

  /** A template with the results in it spelled as the pipeline's kind does. One that has a mistake comes without braces: that it was told once is enough. @internal */
  public _render(text: string, path: string): string {
    if (this.checkText(text, path).length > 0) return text.replace(/\{\{|\$\{/g, '');
    return replaceMarks(text, (result, place) => {
      const expression = this.form.expressionOf(readable(this, result.stage)!, result);
      return place === 'text' ? `{{${expression}}}` : `(${expression})`;
    });
  }

  private mark(result: Omit<StageResult, 'stage'>): string {
    this.isRead = true;
    readables(this).set(this.node.path, this);
    return markOf({ ...result, stage: this.node.path });
  }

  private findReads(): PipelineStage[] {
    const { prompt, branch } = this._options;
    const results = [prompt, branch].flatMap((text) => (typeof text === 'string' ? marksIn(text) : []));
    return results.map(({ stage }) => readable(this, stage)).filter((stage): stage is PipelineStage => this.isBeside(stage));
  }

  private isBeside(stage: PipelineStage | undefined): boolean {
    return stage instanceof PipelineStage && stage.pipeline === this.pipeline;
  }

  private check(): Problem[] {
    const { prompt, branch } = this._options;
    return [
      ...checkLabelName(this.name, 'name'),
      ...(typeof prompt === 'string' ? this.checkText(prompt, 'prompt') : []),
      ...(typeof branch === 'string' ? this.checkBranch(branch) : []),
      ...this.checkAfter(),
      ...this.checkCircle(),
      ...this.form.check(this),
    ];
  }

  private checkBranch(branch: string): Problem[] {
    if (this.form.rendersBranch) return this.checkText(branch, 'branch');
    return marksIn(branch).map((result) => ({ code: 'result-elsewhere', path: 'branch', got: spelled(result), allowed: 'the branch of a Task is settled before any stage runs', fix: 'write the name of the branch' }));
  }

  private checkText(text: string, path: string): Problem[] {
    const key = `${path}: ${text}`;
    const known = this.checked.get(key) ?? this.findProblems(text, path);
    this.checked.set(key, known);
    return known;
  }

  private findProblems(text: string, path: string): Problem[] {
    const problems = new Map<string, Problem>();
    const plain = replaceMarks(text, (result, place, mark) => {
      const problem = this.checkResult(result, place, path);
      if (problem) problems.set(JSON.stringify(problem), problem);
      // As long as it was, so that columns are right, and a text to the template.
      return place === 'operand' ? `"${'x'.repeat(mark.length - 2)}"` : 'x'.repeat(mark.length);
    });
    if (problems.size > 0) return [...problems.values()];
    return plain.includes('{{') ? checkStagePrompt(plain, path) : [];
  }

  private checkResult(result: StageResult, place: MarkPlace, path: string): Problem | undefined {
    const stage = readable(this, result.stage);
    const got = spelled(result);
    if (!this.isBeside(stage)) return { code: 'result-elsewhere', path, got, allowed: 'it is a stage of another pipeline', fix: 'put both stages into one' };
    if (place === 'quoted') return { code: 'invalid-template', path, got, allowed: 'nothing is put in its place within quotes', fix: 'end the quoted text before it, or use printf' };
    const outputs = Object.keys(stage!._options.outputs ?? {});
    // An image of your own may leave anything, unless it is told what to.
    if (result.kind === 'result' && outputs.length === 0) return undefined;
    const known = result.kind === 'output' ? outputs : [...COMMON_RESULTS, ...outputs];
    if (known.includes(result.name)) return undefined;
    const near = suggestionFor(result.name, known);
    const isCommon = result.kind === 'output' && COMMON_RESULTS.includes(result.name);
    return {
      code: 'unknown-result',
      path,
      got,
      allowed: outputs.length === 0 ? 'it declares no outputs' : `its outputs are ${listOf(outputs)}`,
      fix: near ? `did you mean ${near}?` : isCommon ? `read it with result(${quote(result.name)})` : 'add it to the outputs of that stage',
    };
  }

  private checkAfter(): Problem[] {
    const problems = this.after.flatMap((stage, index): Problem[] => {
      const path = `after[${index}]`;
      const misshapen = checkMade(stage, 'addAfter', 'a stage, as addStage returns it', path);
      if (misshapen.length > 0) return misshapen;
      if (!this.isBeside(stage)) return [{ code: 'other-pipeline', path, got: stage.node.path, fix: 'put both stages into one pipeline' }];
      return this.reads.includes(stage) ? [{ code: 'not-needed', path, got: quote(stage.name), allowed: 'who reads a result of a stage waits for it', fix: 'leave it out' }] : [];
    });
    const twice = duplicatesOf(this.after.filter((stage) => this.isBeside(stage)).map(({ name }) => name));
    return [...problems, ...twice.map((name): Problem => ({ code: 'duplicate', path: 'after', got: quote(name), fix: 'keep one of them' }))];
  }

  private checkCircle(): Problem[] {
    const circle = cycleThrough<PipelineStage>(this, (stage) => stage._waitsFor);
    // One stage of a circle speaks for all of them.
    if (!circle?.every(({ node }) => node.path >= this.node.path)) return [];
    return [{ code: 'cycle', path: 'after', got: [...circle, this].map(({ name }) => name).join(' → '), fix: 'take one of these out' }];
  }
}

function spelled({ kind, name, stage }: StageResult): string {
  return `${kind} ${quote(name)} of ${stage}`;
}

/** The stages of which results were asked for, by their paths. */
const asked = new WeakMap<IConstruct, Map<string, PipelineStage>>();

function readables({ node: { root } }: PipelineStage): Map<string, PipelineStage> {
  const known = asked.get(root) ?? new Map<string, PipelineStage>();
  asked.set(root, known);
  return known;
}

function readable(from: PipelineStage, path: string): PipelineStage | undefined {
  return readables(from).get(path);
}
