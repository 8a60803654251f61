import type { TaskSpawner } from '@taskwright/schema';
import { z } from 'zod';
import { commentsVersion } from '../../forges/comments-version.ts';
import { ForgeError } from '../../forges/forge-client.ts';
import { type ForgeChange, forgeEvent, type ItemKind, judgeItems, listed, ruledOutBy, ruledOutByList, verdictOf } from '../../forges/forge-items.ts';
import { type GiteaLineComment, readGiteaPullRequest, readLineComments, remarkOf, textsOnLines } from '../../gitea/gitea-items.ts';
import { GiteaRepository } from '../../gitea/gitea-repository.ts';
import { type GiteaReview, pullRequestReview, readReviews, reviewRemarks } from '../../gitea/pull-request-reviews.ts';
import { hasCommands } from '../../github/comment-policy.ts';
import { filesMatch, hasFilePatterns } from '../file-patterns.ts';
import { joinedComments } from '../joined-comments.ts';
import type { Judged } from '../judge-each.ts';
import { pollIntervalMs } from '../poll-interval.ts';
import { readsVariables } from '../read-variables.ts';
import type { PolledSource, SourceContext, TriggerConfig } from '../source.ts';

type Config = TriggerConfig<'giteaPullRequests'>;

const WHERE = 'when.giteaPullRequests';
const KIND: ItemKind = { sign: 'pull request #', kind: 'pull-request', name: 'PR' };
/** A change of more is not held against patterns. */
const MOST_FILES = 3_000;

const file = z.object({ filename: z.string() });

/**
 * Pull requests of a repository on Gitea or Forgejo. Files, reviews and comments are asked for where a filter, a template or a command needs them.
 *
 * A review that a filter waits for asks for it again, as a command does.
 */
export const giteaPullRequestsSource: PolledSource<'giteaPullRequests'> = {
  trigger: 'giteaPullRequests',
  nextLookMs: ({ pollInterval }) => pollIntervalMs(pollInterval),
  async discover(config, context) {
    const repository = await GiteaRepository.of(WHERE, config, context);
    const reads = readsOf(context.spawner);
    const found = await listed(WHERE, repository.client, repository.path('pulls'), { state: config.state ?? 'open', sort: 'recentupdate' });
    return judgeItems(KIND, repository.client, found, readGiteaPullRequest, (change) => judge(change, config, repository, context, reads), context.signal);
  },
};

/** What templates read that costs requests of its own. */
interface Reads {
  readonly comments: boolean;
  readonly lines: boolean;
  readonly review: boolean;
}

function readsOf(spawner: TaskSpawner): Reads {
  const [comments, lines, review] = ['Comments', 'ReviewComments', 'ReviewState'].map((name) => readsVariables(spawner, [name]));
  return { comments: comments!, lines: lines!, review: review! };
}

async function judge(change: ForgeChange, config: Config, repository: GiteaRepository, { spawner, clock }: SourceContext, reads: Reads): Promise<Judged> {
  const { reviewState = 'any', filePatterns, commentPolicy: policy } = config;
  const ruledOut = ruledOutByList(change, change.isDraft, config);
  if (ruledOut) return { skipped: ruledOut };

  if (hasFilePatterns(filePatterns)) {
    const files = await filesOf(change, repository);
    if (!filesMatch(filePatterns, files)) return { skipped: { filter: 'filePatterns', seen: files.join(', ') || 'no files' } };
  }

  const commands = hasCommands(policy);
  const needsLines = commands || reads.lines;
  const needsReviews = needsLines || reviewState !== 'any' || reads.review;
  const reviews = needsReviews ? await reviewsOf(change, repository) : [];
  const review = pullRequestReview(reviews, change.sha);
  if (reviewState !== 'any' && reviewState !== review.state) return { skipped: { filter: 'reviewState', seen: review.state || 'neither approved nor changes requested' } };

  const conversation = change.commentCount !== 0 && (commands || reads.comments) ? await repository.comments(change.number, commentsVersion(change, clock)) : [];
  const lines = needsLines ? await linesOf(change, reviews, repository) : [];
  const comments = [...conversation.map(remarkOf), ...lines.map(remarkOf), ...reviewRemarks(reviews)];
  const verdict = await verdictOf(policy, { opening: { body: change.body, author: change.author }, comments }, (username) => repository.hasAccess(username, policy?.minimumPermission));
  if (verdict.is === 'ruled-out') return ruledOutBy(verdict);

  const event = forgeEvent(change, {
    client: repository.client, kind: KIND, named: config.repo, reporting: config.reporting, spawner: spawner.metadata.name!, command: verdict.command, isTriggered: Boolean(policy?.triggerComment),
    ...reviewState !== 'any' && review.at && { askedAt: review.at },
    comments: joinedComments(conversation.map(({ body }) => body)),
  });
  return { event: { ...event, variables: { ...event.variables, ReviewState: review.state, ReviewComments: joinedComments(textsOnLines(lines, change.sha)) } } };
}

async function filesOf({ number }: ForgeChange, repository: GiteaRepository): Promise<string[]> {
  const { items, isComplete } = await repository.client.list(repository.path(`pulls/${number}/files`), {}, { mostItems: MOST_FILES });
  if (!isComplete) throw new ForgeError(`it changes more than ${MOST_FILES} files; filePatterns cannot be held against them`, 200);
  return items.flatMap((sent) => file.safeParse(sent).data?.filename ?? []);
}

async function reviewsOf({ number }: ForgeChange, repository: GiteaRepository): Promise<readonly GiteaReview[]> {
  const { items } = await repository.client.list(repository.path(`pulls/${number}/reviews`));
  return readReviews(items);
}

/** A review is asked for its comments where it says that it has some, from the oldest on. */
async function linesOf({ number }: ForgeChange, reviews: readonly GiteaReview[], repository: GiteaRepository): Promise<readonly GiteaLineComment[]> {
  const lines: GiteaLineComment[] = [];
  for (const { id, comments_count: count, state } of reviews) {
    if (count === 0 || state === 'PENDING') continue;
    const { items } = await repository.client.list(repository.path(`pulls/${number}/reviews/${id}/comments`));
    lines.push(...readLineComments(items));
  }
  return lines;
}
