/** As GitHub tells of one. */
export interface Review {
  readonly user: { readonly login: string } | null;
  readonly state: string;
  readonly commit_id: string | null;
  readonly submitted_at?: string;
}

export interface ReviewOutcome {
  readonly state: 'approved' | 'changes_requested' | '';
  /** Of the newest review that says so. */
  readonly at?: Date;
}

/**
 * What the reviews of a commit come to: the newest of each reviewer that approves or asks for changes counts, and one that asks for changes outweighs all that approve.
 * Comments and dismissals change nothing.
 */
export function reviewOutcome(reviews: readonly Review[], commit: string): ReviewOutcome {
  const newest = new Map<string, { readonly state: string; readonly atMs: number }>();
  for (const { user, state, commit_id: of, submitted_at: submitted = '' } of reviews) {
    const [login, atMs] = [user?.login.toLowerCase() ?? '', Date.parse(submitted)];
    if (of !== commit || (state !== 'APPROVED' && state !== 'CHANGES_REQUESTED') || Number.isNaN(atMs)) continue;
    if (atMs >= (newest.get(login)?.atMs ?? -Infinity)) newest.set(login, { state, atMs });
  }
  for (const [wanted, state] of [['CHANGES_REQUESTED', 'changes_requested'], ['APPROVED', 'approved']] as const) {
    const times = [...newest.values()].filter((review) => review.state === wanted).map(({ atMs }) => atMs);
    if (times.length > 0) return { state, at: new Date(Math.max(...times)) };
  }
  return { state: '' };
}
