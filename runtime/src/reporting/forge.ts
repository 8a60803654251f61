/** What a report is about: where an event came from. */
export interface Subject {
  readonly kind: 'issue' | 'pull-request';
  /** On hosts with nested groups, all of them: `group/sub`. */
  readonly owner: string;
  readonly repo: string;
  readonly number: number;
}

export interface Comment {
  readonly id: string;
  readonly body: string;
}

/** The state of a Task at a commit, as a check run or a commit status shows it. */
export interface Check {
  readonly name: string;
  /** Whole, as git has it. */
  readonly sha: string;
  readonly state: 'running' | 'succeeded' | 'failed';
  readonly title: string;
  /** Markdown. */
  readonly summary: string;
  /** Tells it from the checks of other Tasks with the same name. */
  readonly externalId: string;
  readonly at: Date;
}

export type Reaction = 'eyes' | 'rocket' | 'confused';

/**
 * A place where code is reviewed, as a credential sees it: GitHub, GitLab, Gitea. A new one implements this and is named in `forges.ts`.
 *
 * **Guarantee** Each call is one change outside, or a bounded number of reads. What is repeated does no harm, but for the two that create.
 *
 * **Errors** {@link ReportRefused} for what a person has to mend; `SourceError` with `retryAfterMs` for what may be tried then; anything else is tried again with a back-off.
 */
export interface Forge {
  /** The root that a browser shows, without a slash at its end: links of agents are trusted there alone. */
  readonly webUrl: string;
  /** Takes the credential itself out of a text, however it is spelled. */
  readonly redact: (text: string) => string;
  /** Whose limits the changes count against: they are spaced by it. */
  readonly account: object;
  /** Answers the id. */
  createComment(subject: Subject, body: string, signal: AbortSignal): Promise<string>;
  /** `false` when it is not there any more. */
  editComment(subject: Subject, id: string, body: string, signal: AbortSignal): Promise<boolean>;
  /** The newest comment of ours that holds the marker. Looks at a bounded number, those that changed `since` first where the service can tell. */
  findComment(subject: Subject, marker: string, since: Date | undefined, signal: AbortSignal): Promise<Comment | undefined>;
  /** Answers the id. */
  createCheck(subject: Subject, check: Check, signal: AbortSignal): Promise<string>;
  /** `false` when it is not there any more. */
  updateCheck(subject: Subject, id: string, check: Check, signal: AbortSignal): Promise<boolean>;
  findCheck(subject: Subject, check: Check, signal: AbortSignal): Promise<string | undefined>;
  /** What is there already, or not there, is no error. */
  addLabel(subject: Subject, label: string, signal: AbortSignal): Promise<void>;
  removeLabel(subject: Subject, label: string, signal: AbortSignal): Promise<void>;
  /** On the comment that asked for the Task, or on the subject itself. */
  react(subject: Subject, comment: string | undefined, reaction: Reaction, signal: AbortSignal): Promise<void>;
}

/** Told to people with the fix. It is tried again from time to time while it may help, unless `isFinal`. */
export class ReportRefused extends Error {
  override readonly name = 'ReportRefused';
  readonly isFinal: boolean;

  constructor(message: string, { isFinal = false, cause }: { readonly isFinal?: boolean; readonly cause?: unknown } = {}) {
    super(message, { cause });
    this.isFinal = isFinal;
  }
}
