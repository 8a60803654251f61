import { SOURCE_ANNOTATIONS, type Task } from '@taskwright/schema';

/** What the reporter has told, on the Task itself: whoever comes after a crash goes on from there. The first four are those of the reference. */
export const REPORT = {
  commentId: 'kelos.dev/github-comment-id',
  phase: 'kelos.dev/github-report-phase',
  checkId: 'kelos.dev/github-check-run-id',
  checkPhase: 'kelos.dev/github-check-report-phase',
  /** A comment is about to be created: unless its id is known, it is looked for before another is. */
  commentIntent: 'taskwright.dev/comment-intent',
  /** `<digest of the body>@<RFC 3339>`: what the comment says, and since when. */
  commentText: 'taskwright.dev/comment-text',
  /** The comment that somebody deleted, when it was replaced. The next one that is deleted stays so. */
  commentReplaced: 'taskwright.dev/comment-replaced',
  checkIntent: 'taskwright.dev/check-intent',
  checkReplaced: 'taskwright.dev/check-replaced',
  /** Why there is no check and will be none. */
  checkRefused: 'taskwright.dev/check-refused',
  /** The label that is on the subject for the Task, as long as it works. */
  label: 'taskwright.dev/report-label',
  labelPhase: 'taskwright.dev/report-label-phase',
  reaction: 'taskwright.dev/report-reaction',
} as const;

/** What a spawner may ask for beside `reporting`, and its source writes on the Task. */
export const REPORT_WISHES = {
  /** The comment that asked for the Task. Left out: the issue or pull request itself did. */
  comment: 'taskwright.dev/source-comment',
  /** `github`, `gitlab` or `gitea`. Left out: GitHub. */
  forge: 'taskwright.dev/source-forge',
  /** The root of the forge, where it is not GitHub. */
  baseUrl: 'taskwright.dev/source-base-url',
} as const;

export type ReportPhase = 'accepted' | 'succeeded' | 'failed';

/** As the reference maps them: whatever has not ended is accepted. `undefined` while nobody has looked at the Task. */
export function reportPhaseOf({ status }: Task): ReportPhase | undefined {
  switch (status?.phase) {
    case undefined: case '': return undefined;
    case 'Succeeded': return 'succeeded';
    case 'Failed': return 'failed';
    default: return 'accepted';
  }
}

export function annotation(task: Task, name: string): string | undefined {
  return task.metadata.annotations?.[name];
}

export function wantsComment(task: Task): boolean {
  return annotation(task, SOURCE_ANNOTATIONS.githubReporting) === 'enabled';
}

export function wantsCheck(task: Task): boolean {
  return annotation(task, SOURCE_ANNOTATIONS.githubChecks) === 'enabled';
}
