import { hasCommands } from '../../github/comment-policy.ts';
import { commentsVersion } from '../../forges/comments-version.ts';
import { forgeEvent, type ItemKind, judgeItems, listed, ruledOutBy, ruledOutByList, verdictOf } from '../../forges/forge-items.ts';
import { commentBodies, readGitLabIssue, remarksOf } from '../../gitlab/gitlab-items.ts';
import { GitLabProject } from '../../gitlab/gitlab-project.ts';
import { joinedComments } from '../joined-comments.ts';
import { pollIntervalMs } from '../poll-interval.ts';
import { readsVariables } from '../read-variables.ts';
import type { PolledSource } from '../source.ts';

const WHERE = 'when.gitlabIssues';
const KIND: ItemKind = { sign: 'issue #', kind: 'issue', name: 'Issue' };

/** Issues of a project on GitLab. Comments are asked for where a template or a command needs them, and again when there are others. */
export const gitlabIssuesSource: PolledSource<'gitlabIssues'> = {
  trigger: 'gitlabIssues',
  nextLookMs: ({ pollInterval }) => pollIntervalMs(pollInterval),
  async discover(config, context) {
    const project = await GitLabProject.of(WHERE, config, context);
    const { client } = project;
    const { state = 'opened', labels, assignee, author, commentPolicy } = config;
    const policy = commentPolicy && { ...commentPolicy, minimumPermission: commentPolicy.minimumAccessLevel };
    const needsComments = readsVariables(context.spawner, ['Comments']) || hasCommands(policy);
    const query = { state, scope: 'all', labels: labels?.join(',') || undefined, author_username: author, ...assignedTo(assignee), order_by: 'created_at', sort: 'desc' };
    const found = await listed(WHERE, client, project.path('issues'), query);
    return judgeItems(KIND, client, found, readGitLabIssue, async (issue) => {
      const ruledOut = ruledOutByList(issue, undefined, config);
      if (ruledOut) return { skipped: ruledOut };
      const notes = needsComments && issue.commentCount !== 0 ? await project.notes('issues', issue.number, commentsVersion(issue, context.clock)) : [];
      const opening = { body: issue.body, author: issue.author };
      const verdict = await verdictOf(policy, { opening, comments: remarksOf(notes) }, (username) => project.hasAccess(username, commentPolicy?.minimumAccessLevel));
      if (verdict.is === 'ruled-out') return ruledOutBy(verdict);
      const { command } = verdict;
      return { event: forgeEvent(issue, { client, kind: KIND, named: config.project, reporting: config.reporting, spawner: context.spawner.metadata.name!, command, isTriggered: Boolean(policy?.triggerComment), comments: joinedComments(commentBodies(notes)) }) };
    }, context.signal);
  },
};

function assignedTo(assignee: string | undefined): Readonly<Record<string, string | undefined>> {
  if (assignee === '*') return { assignee_id: 'Any' };
  return assignee === 'none' ? { assignee_id: 'None' } : { assignee_username: assignee };
}
