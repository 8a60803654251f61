import { z } from 'zod';
import { optionalFilePatterns } from './file-patterns.ts';

/** What a filter asks of a delivery, in every version. */
export const githubWebhookCriteria = {
  action: z.string().optional().describe('Action in the payload, exactly, such as opened. Left out: any.'),
  author: z.string().optional().describe('Login that has to have sent the event. Left out: anybody.'),
  excludeAuthors: z.array(z.string()).optional().describe('Logins that must not have sent it. Left out: there are none.'),
  labels: z.array(z.string()).optional().describe('Labels that the issue or pull request has to have, all of them. Left out: none has to be there.'),
  excludeLabels: z.array(z.string()).optional().describe('Labels of which it may have none. Left out: any will do.'),
  state: z.string().optional().describe('State that the issue or pull request has to have: open or closed. Left out: it does not matter.'),
  draft: z.boolean().optional().describe('Whether the pull request has to be a draft, or must not be one. Left out: it does not matter.'),
  branch: z.string().optional().describe('Branch of the event: a name or a glob. An event without a branch does not match. Left out: it does not matter.'),
  tag: z.string().optional().describe('Tag of the event: a name or a glob. An event without a tag does not match. Left out: it does not matter.'),
  bodyPattern: z.string().max(1024).optional().describe('Regular expression (RE2) that has to match somewhere in the text of the comment, review, issue or pull request. Left out: any text will do.'),
  excludeBodyPatterns: z.array(z.string().min(1).max(1024)).max(10).optional().describe('Regular expressions (RE2) of which none may match in that text. Left out: there are none.'),
  bodyContains: z.string().max(1024).optional().describe('Deprecated: use bodyPattern. A text that has to be in the body, besides.'),
  filePatterns: optionalFilePatterns,
};

export const githubWebhookFilter = z.object({
  event: z.string().optional().describe('Event that the filter is for, such as issue_comment. Each of filters needs one. Left out: one of excludeFilters is for every event.'),
  ...githubWebhookCriteria,
  pullRequestAuthor: z.string().max(64).optional().describe('Login that has to have opened the pull request of the event, exactly. An event without one does not match. Left out: it does not matter.'),
  commentOn: z.enum(['Issue', 'PullRequest', '']).optional().describe('For issue_comment: what has to have been commented on. Left out: either.'),
  checkName: z.string().optional().describe('For check_run, check_suite, workflow_run and workflow_job: name of the check, or a glob. Left out: any.'),
  conclusion: z.enum(['success', 'failure', 'cancelled', 'timed_out', 'action_required', 'neutral', 'skipped', 'stale']).optional()
    .describe('For check_run, check_suite, workflow_run and workflow_job: how it has to have ended. Left out: it does not matter.'),
}).meta({ title: 'GitHubWebhookFilter' });

export type GitHubWebhookFilter = z.infer<typeof githubWebhookFilter>;
