import type { TaskSpawner } from '@taskwright/schema';
import { z } from 'zod';
import { hasCommands } from '../../github/comment-policy.ts';
import { type ForgeChange, forgeEvent, type ItemKind, judgeItems, listed, ruledOutBy, ruledOutByList, verdictOf } from '../../forges/forge-items.ts';
import { ForgeError } from '../../forges/forge-client.ts';
import { commentBodies, lineComments, readMergeRequest, remarksOf } from '../../gitlab/gitlab-items.ts';
import { GitLabProject } from '../../gitlab/gitlab-project.ts';
import { mergeRequestReview } from '../../gitlab/merge-request-review.ts';
import { filesMatch, hasFilePatterns } from '../file-patterns.ts';
import { joinedComments } from '../joined-comments.ts';
import type { Judged } from '../judge-each.ts';
import { pollIntervalMs } from '../poll-interval.ts';
import { readsVariables } from '../read-variables.ts';
import type { PolledSource, TriggerConfig } from '../source.ts';

type Config = TriggerConfig<'gitlabMergeRequests'>;

const WHERE = 'when.gitlabMergeRequests';
const KIND: ItemKind = { sign: 'merge request !', kind: 'pull-request', name: 'MR' };
/** A change of more is not held against patterns. */
const MOST_FILES = 3_000;

const detailed = z.object({ head_pipeline: z.object({ status: z.string(), finished_at: z.string().nullish(), updated_at: z.string().nullish() }).nullish() });
const diff = z.object({ new_path: z.string() });

/**
 * Merge requests of a project on GitLab. Files, pipeline, reviews and comments are asked for where a filter, a template or a command needs them, and on the condition that they changed.
 *
 * A review and a pipeline that a filter waits for ask for it again, as a command does.
 */
export const gitlabMergeRequestsSource: PolledSource<'gitlabMergeRequests'> = {
  trigger: 'gitlabMergeRequests',
  nextLookMs: ({ pollInterval }) => pollIntervalMs(pollInterval),
  async discover(config, context) {
    const project = await GitLabProject.of(WHERE, config, context);
    const reads = readsOf(context.spawner);
    const { state = 'opened', labels, author } = config;
    const query = { state, scope: 'all', labels: labels?.join(',') || undefined, author_username: author, order_by: 'updated_at', sort: 'desc' };
    const found = await listed(WHERE, project.client, project.path('merge_requests'), query);
    return judgeItems(KIND, project.client, found, readMergeRequest, (change) => judge(change, config, project, context.spawner, reads), context.signal);
  },
};

/** What templates read that costs requests of its own. */
interface Reads {
  readonly notes: boolean;
  readonly review: boolean;
}

function readsOf(spawner: TaskSpawner): Reads {
  return { notes: readsVariables(spawner, ['Comments', 'ReviewComments']), review: readsVariables(spawner, ['ReviewState']) };
}

async function judge(change: ForgeChange, config: Config, project: GitLabProject, spawner: TaskSpawner, reads: Reads): Promise<Judged> {
  const { reviewState = 'any', filePatterns, pipelineStatus, commentPolicy } = config;
  const policy = commentPolicy && { ...commentPolicy, minimumPermission: commentPolicy.minimumAccessLevel };
  const ruledOut = ruledOutByList(change, change.isDraft, config);
  if (ruledOut) return { skipped: ruledOut };

  if (hasFilePatterns(filePatterns)) {
    const files = await filesOf(change, project);
    if (!filesMatch(filePatterns, files)) return { skipped: { filter: 'filePatterns', seen: files.join(', ') || 'no files' } };
  }

  const pipeline = pipelineStatus === undefined ? undefined : detailed.safeParse(await project.client.get(project.path(`merge_requests/${change.number}`))).data?.head_pipeline;
  if (pipelineStatus !== undefined && pipeline?.status !== pipelineStatus) return { skipped: { filter: 'pipelineStatus', seen: pipeline?.status ?? 'no pipeline' } };

  const needsReview = reviewState !== 'any' || reads.review;
  // What GitLab notes of reviews by itself is not counted as a comment.
  const needsNotes = reviewState !== 'any' || (change.commentCount !== 0 && (hasCommands(policy) || reads.notes));
  const notes = needsNotes ? await project.notes('merge_requests', change.number) : [];
  const review = needsReview ? await reviewOf(change, project, notes) : { state: '' as const };
  if (reviewState !== 'any' && reviewState !== review.state) return { skipped: { filter: 'reviewState', seen: review.state || 'neither approved nor changes requested' } };

  const opening = { body: change.body, author: change.author };
  const verdict = await verdictOf(policy, { opening, comments: remarksOf(notes) }, (username) => project.hasAccess(username, commentPolicy?.minimumAccessLevel));
  if (verdict.is === 'ruled-out') return ruledOutBy(verdict);

  const asked = [reviewState === 'any' ? Number.NaN : Number(review.at), Date.parse(pipeline?.finished_at ?? pipeline?.updated_at ?? '')].filter((ms) => !Number.isNaN(ms));
  const event = forgeEvent(change, {
    client: project.client, kind: KIND, named: config.project, reporting: config.reporting, spawner: spawner.metadata.name!, command: verdict.command, isTriggered: Boolean(policy?.triggerComment),
    ...asked.length > 0 && { askedAt: new Date(Math.max(...asked)) },
    comments: joinedComments(commentBodies(notes)),
  });
  return { event: { ...event, variables: { ...event.variables, ReviewState: review.state, ReviewComments: joinedComments(lineComments(notes, change.sha)) } } };
}

async function filesOf({ number }: ForgeChange, project: GitLabProject): Promise<string[]> {
  const { items, isComplete } = await project.client.list(project.path(`merge_requests/${number}/diffs`), {}, { mostItems: MOST_FILES });
  if (!isComplete) throw new ForgeError(`it changes more than ${MOST_FILES} files; filePatterns cannot be held against them`, 200);
  return items.flatMap((item) => diff.safeParse(item).data?.new_path ?? []);
}

async function reviewOf({ number }: ForgeChange, project: GitLabProject, notes: Parameters<typeof mergeRequestReview>[1]) {
  const [approvals, reviewers] = await Promise.all(['approvals', 'reviewers'].map((what) => project.client.get(project.path(`merge_requests/${number}/${what}`))));
  return mergeRequestReview({ approvals, reviewers }, notes);
}
