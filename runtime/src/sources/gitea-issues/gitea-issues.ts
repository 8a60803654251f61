import { commentsVersion } from '../../forges/comments-version.ts';
import { forgeEvent, type ItemKind, judgeItems, listed, ruledOutBy, ruledOutByList, verdictOf } from '../../forges/forge-items.ts';
import { readGiteaIssue, remarkOf } from '../../gitea/gitea-items.ts';
import { GiteaRepository } from '../../gitea/gitea-repository.ts';
import { hasCommands } from '../../github/comment-policy.ts';
import { joinedComments } from '../joined-comments.ts';
import { pollIntervalMs } from '../poll-interval.ts';
import { readsVariables } from '../read-variables.ts';
import type { PolledSource } from '../source.ts';

const WHERE = 'when.giteaIssues';
const KIND: ItemKind = { sign: 'issue #', kind: 'issue', name: 'Issue' };

/**
 * Issues of a repository on Gitea or Forgejo. Comments are asked for where a template or a command needs them, and again when there are others.
 *
 * Which labels an issue has is looked at here again: Gitea leaves labels that it does not know out of what it is asked, and then finds all.
 */
export const giteaIssuesSource: PolledSource<'giteaIssues'> = {
  trigger: 'giteaIssues',
  nextLookMs: ({ pollInterval }) => pollIntervalMs(pollInterval),
  async discover(config, context) {
    const repository = await GiteaRepository.of(WHERE, config, context);
    const { client } = repository;
    const { state = 'open', labels, assignee, author, commentPolicy: policy } = config;
    const needsComments = readsVariables(context.spawner, ['Comments']) || hasCommands(policy);
    const assigned = assignee === '*' || assignee === 'none' ? undefined : assignee;
    const found = await listed(WHERE, client, repository.path('issues'), { state, type: 'issues', labels: labels?.join(',') || undefined, created_by: author, assigned_by: assigned });
    return judgeItems(KIND, client, found, readGiteaIssue, async (issue) => {
      const ruledOut = ruledOutByList(issue, undefined, config);
      if (ruledOut) return { skipped: ruledOut };
      const comments = needsComments && issue.commentCount !== 0 ? await repository.comments(issue.number, commentsVersion(issue, context.clock)) : [];
      const opening = { body: issue.body, author: issue.author };
      const verdict = await verdictOf(policy, { opening, comments: comments.map(remarkOf) }, (username) => repository.hasAccess(username, policy?.minimumPermission));
      if (verdict.is === 'ruled-out') return ruledOutBy(verdict);
      return { event: forgeEvent(issue, {
        client, kind: KIND, named: config.repo, reporting: config.reporting, spawner: context.spawner.metadata.name!, command: verdict.command, isTriggered: Boolean(policy?.triggerComment), comments: joinedComments(comments.map(({ body }) => body)),
      }) };
    }, context.signal);
  },
};
