import type * as l1 from '../l1';
import { checkNameGlob } from '../private/glob';
import { type Problem, quote } from '../private/problem';
import { checkPattern } from '../private/re2-check';
import { itemsIn, textsIn } from '../private/shape';
import { type FilePatterns, checkFilePatterns } from './file-patterns';

/** What can be asked of every event. */
export interface GitHubEventCriteria {
  /**
   * What happened, exactly: `opened`, `labeled`, `completed`.
   *
   * @default - anything
   */
  readonly action?: string;
  /**
   * The login that has to have caused it.
   *
   * @default - anybody
   */
  readonly author?: string;
  /**
   * Logins that must not have caused it. Not for exclusions.
   *
   * @default - none
   */
  readonly excludeAuthors?: string[];
}

/** What can be asked of an event with a branch. */
export interface GitHubBranchCriteria extends GitHubEventCriteria {
  /**
   * The branch, by its name or a glob, in which `*` stops at a slash.
   *
   * @default - it does not matter
   */
  readonly branch?: string;
}

/** What can be asked of an event with a branch or a tag. */
export interface GitHubRefCriteria extends GitHubBranchCriteria {
  /**
   * The tag, by its name or a glob, in which `*` stops at a slash.
   *
   * @default - it does not matter
   */
  readonly tag?: string;
}

/** What can be asked of any event, whatever it is. One that does not have it does not match. */
export interface GitHubAnyEventCriteria extends GitHubRefCriteria {
  /**
   * The login that has to have opened the pull request, exactly; at most 64 characters.
   *
   * @default - it does not matter
   */
  readonly pullRequestAuthor?: string;
}

/** What can be asked of a push. */
export interface GitHubPushCriteria extends GitHubBranchCriteria {
  /**
   * Globs for the files that were changed. Not for exclusions.
   *
   * @default - they decide nothing
   */
  readonly filePatterns?: FilePatterns;
}

/** What can be asked of an issue. */
export interface GitHubIssueCriteria extends GitHubBranchCriteria {
  /**
   * The state that it has to have.
   *
   * @default - it does not matter
   */
  readonly state?: 'open' | 'closed';
  /**
   * Labels that it has to have, all of them.
   *
   * @default - none has to be there
   */
  readonly labels?: string[];
  /**
   * Labels of which it may have none. Not for exclusions.
   *
   * @default - any will do
   */
  readonly excludeLabels?: string[];
  /**
   * A regular expression (RE2) that has to match somewhere in the text of the issue, pull request, comment or review. At most 1024 characters.
   *
   * @default - any text will do
   */
  readonly bodyPattern?: string;
  /**
   * Regular expressions (RE2) of which none may match there. At most 10. Not for exclusions.
   *
   * @default - none
   */
  readonly excludeBodyPatterns?: string[];
}

/** What can be asked of a comment on an issue or a pull request. */
export interface GitHubIssueCommentCriteria extends GitHubIssueCriteria {
  /**
   * What has to have been commented on.
   *
   * @default - either
   */
  readonly commentOn?: 'Issue' | 'PullRequest';
  /**
   * The login that has to have opened the pull request, exactly; at most 64 characters.
   *
   * @default - it does not matter
   */
  readonly pullRequestAuthor?: string;
}

/** What can be asked of a pull request, or of a review or a comment on one. */
export interface GitHubPullRequestCriteria extends GitHubIssueCriteria {
  /**
   * Whether it has to be a draft, or must not be one.
   *
   * @default - it does not matter
   */
  readonly draft?: boolean;
  /**
   * The login that has to have opened it, exactly; at most 64 characters.
   *
   * @default - it does not matter
   */
  readonly pullRequestAuthor?: string;
  /**
   * Globs for the files that it changes. Not for exclusions.
   *
   * @default - they decide nothing
   */
  readonly filePatterns?: FilePatterns;
}

/** What can be asked of a check, or of a run of a workflow. */
export interface GitHubCheckRunCriteria extends GitHubBranchCriteria {
  /**
   * The name of the check or the workflow, or a glob.
   *
   * @default - any
   */
  readonly checkName?: string;
  /**
   * How it has to have ended.
   *
   * @default - it does not matter
   */
  readonly conclusion?: 'success' | 'failure' | 'cancelled' | 'timed_out' | 'action_required' | 'neutral' | 'skipped' | 'stale';
}

/** What an event of GitHub has to be like, or must not be like. All that it asks has to hold. */
export class GitHubWebhookFilter {
  /** Something happened to an issue: opened, labeled, closed. */
  public static issues(criteria: GitHubIssueCriteria = {}): GitHubWebhookFilter {
    return new GitHubWebhookFilter('issues', criteria);
  }

  /** Somebody commented on an issue, or in the conversation of a pull request. */
  public static issueComment(criteria: GitHubIssueCommentCriteria = {}): GitHubWebhookFilter {
    return new GitHubWebhookFilter('issue_comment', criteria);
  }

  /** Something happened to a pull request: opened, synchronize, labeled, closed. */
  public static pullRequest(criteria: GitHubPullRequestCriteria = {}): GitHubWebhookFilter {
    return new GitHubWebhookFilter('pull_request', criteria);
  }

  /** Somebody reviewed a pull request. */
  public static pullRequestReview(criteria: GitHubPullRequestCriteria = {}): GitHubWebhookFilter {
    return new GitHubWebhookFilter('pull_request_review', criteria);
  }

  /** Somebody commented on lines of a pull request. */
  public static pullRequestReviewComment(criteria: GitHubPullRequestCriteria = {}): GitHubWebhookFilter {
    return new GitHubWebhookFilter('pull_request_review_comment', criteria);
  }

  /** Somebody pushed commits. */
  public static push(criteria: GitHubPushCriteria = {}): GitHubWebhookFilter {
    return new GitHubWebhookFilter('push', criteria);
  }

  /** Somebody made a branch or a tag. */
  public static create(criteria: GitHubRefCriteria = {}): GitHubWebhookFilter {
    return new GitHubWebhookFilter('create', criteria);
  }

  /** Something happened to a release: published, edited. */
  public static release(criteria: GitHubRefCriteria = {}): GitHubWebhookFilter {
    return new GitHubWebhookFilter('release', criteria);
  }

  /** A check of a commit began or ended. */
  public static checkRun(criteria: GitHubCheckRunCriteria = {}): GitHubWebhookFilter {
    return new GitHubWebhookFilter('check_run', criteria);
  }

  /** A workflow was asked for, began or ended. The reference operator knows no repository, branch, name and conclusion of it. */
  public static workflowRun(criteria: GitHubCheckRunCriteria = {}): GitHubWebhookFilter {
    return new GitHubWebhookFilter('workflow_run', criteria);
  }

  /** Something happened to a discussion: created, answered. The reference operator knows no repository, labels, state and text of it. */
  public static discussion(criteria: GitHubIssueCriteria = {}): GitHubWebhookFilter {
    return new GitHubWebhookFilter('discussion', criteria);
  }

  /** Somebody commented on a discussion. The reference operator knows no repository, labels, state and text of it. */
  public static discussionComment(criteria: GitHubIssueCriteria = {}): GitHubWebhookFilter {
    return new GitHubWebhookFilter('discussion_comment', criteria);
  }

  /**
   * Any other event.
   *
   * @param event its name, as GitHub sends it
   * @param criteria what it has to be like
   */
  public static otherEvent(event: string, criteria: GitHubAnyEventCriteria = {}): GitHubWebhookFilter {
    return new GitHubWebhookFilter(event, criteria);
  }

  /** Every event that is listened to. Only for exclusions. */
  public static everyEvent(criteria: GitHubAnyEventCriteria): GitHubWebhookFilter {
    return new GitHubWebhookFilter(undefined, criteria);
  }

  private constructor(
    /** The event that it is for; none for every one. */
    public readonly event: string | undefined,
    private readonly criteria: Omit<l1.GitHubWebhookFilter, 'event'>,
  ) {}

  /** Whether it lets in nothing but what happens on pull requests. @internal */
  public get _isOnPullRequests(): boolean {
    return this.criteria.commentOn === 'PullRequest';
  }

  /** Whether it looks at who caused the event, or at what they wrote. @internal */
  public get _isNotForEverybody(): boolean {
    const { author, excludeAuthors, bodyPattern, excludeBodyPatterns } = this.criteria;
    return author !== undefined || bodyPattern !== undefined || [...itemsIn(excludeAuthors), ...itemsIn(excludeBodyPatterns)].length > 0;
  }

  /** @internal */
  public _render(): l1.GitHubWebhookFilter {
    return { event: this.event, ...this.criteria };
  }

  /** What is wrong with its criteria. `isExclusion` says that it keeps events out. @internal */
  public _check(path: string, { isExclusion }: { isExclusion: boolean }): Problem[] {
    const { branch, tag, checkName, bodyPattern, excludeBodyPatterns, filePatterns, author } = this.criteria;
    const [labels, excludeLabels, excludeAuthors] = [this.criteria.labels, this.criteria.excludeLabels, this.criteria.excludeAuthors].map(textsIn);
    return [
      ...(isExclusion ? this.checkExclusion(path) : this.checkInclusion(path)),
      ...checkNameGlob(branch, `${path}.branch`),
      ...checkNameGlob(tag, `${path}.tag`),
      ...checkNameGlob(checkName, `${path}.checkName`),
      ...(bodyPattern === undefined ? [] : checkPattern(bodyPattern, `${path}.bodyPattern`)),
      ...itemsIn(excludeBodyPatterns).flatMap((pattern, index) => checkPattern(pattern, `${path}.excludeBodyPatterns[${index}]`)),
      ...checkFilePatterns(filePatterns, `${path}.filePatterns`),
      ...labels.filter((label) => excludeLabels.includes(label)).map((label): Problem => ({ code: 'never-matches', path: `${path}.excludeLabels`, got: quote(label), allowed: 'it is in labels too', fix: 'take it out of one of them' })),
      ...(author !== undefined && excludeAuthors.includes(author) ? [{ code: 'never-matches', path: `${path}.excludeAuthors`, got: quote(author), allowed: 'it is the author too', fix: 'take it out of one of them' } as const] : []),
    ];
  }

  private checkInclusion(path: string): Problem[] {
    if (this.event !== undefined) return [];
    return [{ code: 'required', path: `${path}.event`, allowed: 'only an exclusion may be for every event', fix: 'pass GitHubWebhookFilter.issueComment({ … }) or another' }];
  }

  /** One that says nothing would mute the trigger without a word. */
  private checkExclusion(path: string): Problem[] {
    const given = Object.keys(this.criteria).filter((name) => this.criteria[name as keyof typeof this.criteria] !== undefined);
    const notHere = given.filter((name) => NOT_FOR_EXCLUSIONS.includes(name));
    if (given.length === 0) return [{ code: 'required', path: `${path}.action`, allowed: 'an exclusion without criteria would keep every event out', fix: 'say which' }];
    return notHere.map((name) => ({ code: 'not-for-exclusions', path: `${path}.${name}`, fix: 'leave it out, or put it into a filter' }));
  }
}

const NOT_FOR_EXCLUSIONS = ['filePatterns', 'excludeAuthors', 'excludeLabels', 'excludeBodyPatterns'];
