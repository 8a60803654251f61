import type { Duration } from 'cdk8s';
import type { CodingAgent } from './coding-agent';
import type * as l1 from './l1';
import type { Retries } from './retries';
import type { IWorkspace } from './workspace';

/** What a pipeline says for all of its stages, and a stage for itself. A stage whose agent is of a pool takes only what it says itself, but for the agent. */
export interface PipelineStageDefaults {
  /**
   * Who does the work.
   *
   * @default - that of the pipeline, which a stage without one needs
   */
  readonly agent?: CodingAgent;
  /**
   * The repository to work on.
   *
   * @default - that of the pipeline; without, the agent starts in an empty directory
   */
  readonly workspace?: IWorkspace;
  /**
   * The branch to work on. Stages on one branch go on from what those before them pushed.
   *
   * @default - that of the pipeline; without, the `ref` of the Workspace
   */
  readonly branch?: string;
  /**
   * Whether, when and after which failures a stage is tried again.
   *
   * @default - that of the pipeline; without, never
   */
  readonly retries?: Retries;
  /**
   * How long the Task of a stage is kept after it has finished. What applies the program again, as GitOps does, makes a Task that is gone once more: leave
   * this out there.
   *
   * @default - that of the pipeline; without, for ever
   */
  readonly ttlAfterFinished?: Duration;
  /**
   * How long the Task of a stage is kept after it has failed.
   *
   * @default - that of the pipeline; without, as long as one that succeeded
   */
  readonly ttlAfterFailed?: Duration;
  /**
   * `owner/repo` that pull requests are meant for, when the Workspace is a fork of it.
   *
   * @default - that of the pipeline; without, the remote of the Workspace called `upstream`
   */
  readonly upstreamRepo?: `${string}/${string}`;
  /**
   * Which failures of a Pod are tried again and which are not, as in a Job.
   *
   * @default - that of the pipeline; without, any failure is tried again once
   */
  readonly podFailurePolicy?: l1.PodFailurePolicy;
}
