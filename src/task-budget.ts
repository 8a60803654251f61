import { type ApiObject, type ApiObjectMetadata, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import { BudgetWindow } from './budget-window';
import type { Cost } from './cost';
import * as l1 from './l1';
import { checkSpec } from './private/check-spec';
import { checkObjectName } from './private/names';
import type { Problem } from './private/problem';
import { addChecks, Program } from './private/program';
import { checkMade } from './private/shape';
import { declaredBy, type Measure, MEASURES } from './private/task-annotations';
import { TaskSelector } from './task-selector';

/** How a TaskBudget is made. */
export interface TaskBudgetProps {
  /**
   * The metadata of the object.
   *
   * @default - a name made of the path of the construct, the namespace of the chart
   */
  readonly metadata?: ApiObjectMetadata;
  /**
   * Which Tasks of the namespace it is for. What a Task spends counts by the labels it had when it started.
   *
   * @default - all of them
   */
  readonly tasks?: TaskSelector;
  /**
   * The time in which what they spend counts together.
   *
   * @default - a day, by the clocks of UTC
   */
  readonly window?: BudgetWindow;
  /**
   * What they may cost in a window. Nothing at all (`Cost.usd(0)`) lets no Task start.
   *
   * @default - cost is not limited
   */
  readonly maxCost?: Cost;
  /**
   * How many tokens they may send to models in a window, those of a cache included. 0 lets no Task start.
   *
   * @default - they are not limited
   */
  readonly maxInputTokens?: number;
  /**
   * How many tokens models may produce for them in a window. 0 lets no Task start.
   *
   * @default - they are not limited
   */
  readonly maxOutputTokens?: number;
  /**
   * Stop the agents under it when they have spent what was set aside for them: at the end of the model's answer that passed it. So what is spent
   * passes the limit by the answers that were under way and no more. Agents that tell what they used only at their end cannot be stopped.
   *
   * @default false
   */
  readonly hardStop?: boolean;
}

/**
 * What the Tasks of a namespace may spend in a window. One that finds no room waits, and says so, until others have ended or the window has.
 *
 * What a Task that runs will spend is set aside: what it declares (`maxCost` and its like), else the most that any of the last Tasks with its agent and
 * model has spent, or with `hardStop` twice that. A Task of which nobody knows that runs alone.
 *
 * @example
 *
 * new TaskBudget(this, 'daily', {
 *   tasks: TaskSelector.labels({ team: 'shop' }),
 *   window: BudgetWindow.daily('Europe/Berlin'),
 *   maxCost: Cost.usd(20),
 * });
 */
export class TaskBudget extends Construct {
  /** The name of the object. */
  public readonly name: string;
  /** The namespace of the object. */
  public readonly namespace?: string;
  private readonly resource: ApiObject;

  public constructor(scope: Construct, id: string, private readonly props: TaskBudgetProps) {
    super(scope, id);
    this.resource = new l1.CfgTaskBudget(this, 'Resource', { metadata: withHardStop(props), spec: Lazy.any({ produce: () => this.render() }) });
    this.name = this.resource.name;
    this.namespace = this.resource.metadata.namespace;
    addChecks(this, () => this.check());
  }

  private get tasks(): TaskSelector {
    return this.props.tasks ?? TaskSelector.all();
  }

  private get window(): BudgetWindow {
    return this.props.window ?? BudgetWindow.daily();
  }

  private render(): l1.TaskBudgetSpec {
    const { maxCost, maxInputTokens, maxOutputTokens } = this.props;
    return { taskSelector: this.tasks._render(), period: this.window._render(), maxCostUSD: maxCost?._render(), maxInputTokens, maxOutputTokens };
  }

  private check(): Problem[] {
    const { maxCost } = this.props;
    const misshapen = [
      ...checkMade(this.tasks, '_selects', 'TaskSelector.labels({ … }) or another', 'tasks'),
      ...checkMade(this.window, '_render', 'BudgetWindow.daily(…)', 'window'),
      ...(maxCost === undefined ? [] : checkMade(maxCost, '_render', 'Cost.usd(…)', 'maxCost')),
    ];
    if (misshapen.length > 0) return misshapen;
    const problems = [
      ...checkObjectName(this.name, { becomesLabel: false }),
      ...this.tasks._check('tasks'),
      ...this.window._check('window'),
      ...(maxCost?._check('maxCost') ?? []),
      ...this.checkLimits(),
    ];
    return checkSpec('TaskBudget', this.render(), problems, SPEC_NAMES);
  }

  private checkLimits(): Problem[] {
    const limits = this.limits();
    if (MEASURES.every((measure) => limits[measure] === undefined)) return [{ code: 'required', path: 'maxCost', fix: 'limit something: set maxCost, maxInputTokens or maxOutputTokens' }];
    return MEASURES.flatMap((measure) => this.checkRoom(measure, limits[measure]));
  }

  /** A Task that declares more than there is in a whole window would wait for ever. */
  private checkRoom(measure: Measure, limit: number | undefined): Problem[] {
    if (limit === undefined) return [];
    const tasks = Program.of(this).objects('Task', 'kelos.dev').filter(({ metadata }) => metadata.namespace === this.namespace);
    return tasks.flatMap((task): Problem[] => {
      const { labels = {}, annotations = {} } = task.metadata.toJson() ?? {};
      const declared = declaredBy(annotations, measure);
      if (declared === undefined || declared <= limit || !this.tasks._selects(labels)) return [];
      return [{ code: 'too-small', path: measure, got: `${limit}`, allowed: `Task ${task.name} declares ${declared}, and would wait for ever`, fix: 'raise the one or lower the other' }];
    });
  }

  private limits(): { readonly [measure in Measure]?: number } {
    const { maxCost, maxInputTokens, maxOutputTokens } = this.props;
    return { maxCost: maxCost?.dollars, maxInputTokens, maxOutputTokens };
  }
}

/** What the kind of the reference has no field for. */
function withHardStop({ metadata, hardStop }: TaskBudgetProps): ApiObjectMetadata | undefined {
  return hardStop ? { ...metadata, annotations: { 'taskwright.dev/hard-stop': 'true', ...metadata?.annotations } } : metadata;
}

/** Which property a part of the spec comes from. */
const SPEC_NAMES = { 'spec.taskSelector': 'tasks', 'spec.period': 'window', 'spec.maxCostUSD': 'maxCost' };
