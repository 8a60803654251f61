import type * as l1 from '../l1';
import { expressionsOf, knownEvent } from '../private/known-event';
import { LONGEST_NUMBER } from '../private/polling';
import type { Problem } from '../private/problem';
import { EventTrigger } from './event-trigger';
import type { GitLabMergeRequestEvent } from './events';
import { type FilePatterns, checkFilePatterns } from './file-patterns';
import { checkForgePollingShape, renderForgePolling } from './forge-polling';
import { type GitLabPollingOptions, checkGitLabPolling } from './gitlab-polling';

/** Which merge requests become Tasks. */
export interface GitLabMergeRequestsOptions extends GitLabPollingOptions {
  /**
   * The state that it has to have.
   *
   * @default 'opened'
   */
  readonly state?: 'opened' | 'closed' | 'locked' | 'merged' | 'all';
  /**
   * Whether it has to be a draft, or must not be one.
   *
   * @default - it does not matter
   */
  readonly draft?: boolean;
  /**
   * What its reviews have to come to.
   *
   * @default 'any'
   */
  readonly reviewState?: 'approved' | 'changes_requested' | 'any';
  /**
   * The status that the pipeline of its newest commit has to have.
   *
   * @default - it does not matter
   */
  readonly pipelineStatus?: 'created' | 'waiting_for_resource' | 'preparing' | 'pending' | 'running' | 'success' | 'failed' | 'canceled' | 'skipped' | 'manual' | 'scheduled';
  /**
   * Globs for the files that it changes.
   *
   * @default - they decide nothing
   */
  readonly filePatterns?: FilePatterns;
}

/**
 * Looks for merge requests of a project on GitLab, again and again. Each becomes one Task.
 *
 * The reference operator does not know it, and makes no Tasks.
 */
export class GitLabMergeRequestsTrigger extends EventTrigger {
  /** What templates may read, as the expressions that read it. */
  public readonly event: GitLabMergeRequestEvent = expressionsOf<GitLabMergeRequestEvent>('GitLabMergeRequestEvent');
  /** @internal */
  public readonly _event = knownEvent('GitLabMergeRequestEvent');
  /** @internal */
  public readonly _suffix = LONGEST_NUMBER;
  /** @internal */
  public readonly _needsWorkspace = true;

  public constructor(private readonly options: GitLabMergeRequestsOptions = {}) {
    super();
  }

  /** @internal */
  public _render(): l1.TaskSpawnerTrigger {
    return { gitlabMergeRequests: renderForgePolling(this.options) };
  }

  /** @internal */
  public _checkShape(): Problem[] {
    return checkForgePollingShape(this.options);
  }

  /** @internal */
  public _check(): Problem[] {
    return [...checkGitLabPolling(this.options), ...checkFilePatterns(this.options.filePatterns, 'trigger.filePatterns')];
  }
}
