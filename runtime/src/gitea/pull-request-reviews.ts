import { z } from 'zod';
import type { Remark } from '../github/comment-policy.ts';
import { type ReviewOutcome, reviewOutcome } from '../github/review-state.ts';

const review = z.object({
  id: z.int(),
  state: z.string(),
  user: z.object({ login: z.string() }).nullish(),
  body: z.string().nullish(),
  commit_id: z.string().nullish(),
  submitted_at: z.string().nullish(),
  dismissed: z.boolean().optional(),
  comments_count: z.int().nullish(),
});

export type GiteaReview = z.infer<typeof review>;

export function readReviews(sent: readonly unknown[]): readonly GiteaReview[] {
  return sent.flatMap((each) => review.safeParse(each).data ?? []);
}

/** As GitHub tells of them, apart from those that somebody dismissed. */
export function pullRequestReview(reviews: readonly GiteaReview[], sha: string): ReviewOutcome {
  return reviewOutcome(reviews.filter(({ dismissed }) => !dismissed).map(({ state, user, commit_id: commit, submitted_at: at }) => ({
    user: user ?? null, state: state === 'REQUEST_CHANGES' ? 'CHANGES_REQUESTED' : state, commit_id: commit ?? null, ...at && { submitted_at: at },
  })), sha);
}

/** What reviewers wrote beside their verdict. One that is not sent yet is nobody's to read. */
export function reviewRemarks(reviews: readonly GiteaReview[]): readonly Remark[] {
  return reviews.filter(({ body, state }) => (body ?? '').trim() !== '' && state !== 'PENDING')
    .map(({ body, user, submitted_at: at }) => ({ body: body ?? '', author: user?.login ?? '', ...at && { at } }));
}
