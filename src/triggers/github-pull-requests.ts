import type * as l1 from '../l1';
import { expressionsOf, knownEvent } from '../private/known-event';
import { LONGEST_NUMBER } from '../private/polling';
import type { Problem } from '../private/problem';
import { EventTrigger } from './event-trigger';
import type { GitHubPullRequestEvent } from './events';
import { type FilePatterns, checkFilePatterns } from './file-patterns';
import { type GitHubPollingOptions, checkGitHubPolling, checkGitHubPollingShape, renderGitHubPolling } from './github-polling';
import { reportingAnnotations } from './github-reporting';

/** Which pull requests become Tasks. */
export interface GitHubPullRequestsOptions extends GitHubPollingOptions {
  /**
   * Whether it has to be a draft, or must not be one.
   *
   * @default - it does not matter
   */
  readonly draft?: boolean;
  /**
   * What the reviews of its newest commit have to come to.
   *
   * @default 'any'
   */
  readonly reviewState?: 'approved' | 'changes_requested' | 'any';
  /**
   * Globs for the files that it changes.
   *
   * @default - they decide nothing
   */
  readonly filePatterns?: FilePatterns;
}

/** Looks for pull requests of a repository, again and again. Each becomes one Task. */
export class GitHubPullRequestsTrigger extends EventTrigger {
  /** What templates may read, as the expressions that read it. */
  public readonly event: GitHubPullRequestEvent = expressionsOf<GitHubPullRequestEvent>('GitHubPullRequestEvent');
  /** @internal */
  public readonly _event = knownEvent('GitHubPullRequestEvent');
  /** @internal */
  public readonly _suffix = LONGEST_NUMBER;
  /** @internal */
  public readonly _needsWorkspace = true;

  public constructor(private readonly options: GitHubPullRequestsOptions = {}) {
    super();
  }

  /** @internal */
  public _render(): l1.TaskSpawnerTrigger {
    return { githubPullRequests: renderGitHubPolling(this.options) };
  }

  /** @internal */
  public _annotations(): { readonly [name: string]: string } {
    return reportingAnnotations(this.options.reporting);
  }

  /** @internal */
  public _checkShape(): Problem[] {
    return checkGitHubPollingShape(this.options);
  }

  /** @internal */
  public _check(): Problem[] {
    return [...checkGitHubPolling(this.options, { hasCommits: true }), ...checkFilePatterns(this.options.filePatterns, 'trigger.filePatterns')];
  }
}
