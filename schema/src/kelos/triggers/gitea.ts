import { z } from 'zod';
import { optionalFilePatterns } from './file-patterns.ts';
import { optionalGiteaCommentPolicy } from './forge-comment-policy.ts';
import { assignee, baseUrlOf, draft, forgePollingFields, reviewState } from './forge-polling.ts';
import { optionalForgeReporting, optionalIssueReporting } from './forge-reporting.ts';

const fields = {
  baseUrl: baseUrlOf('Gitea or Forgejo', 'https://codeberg.org'),
  repo: z.string().regex(/^[^/\s]+\/[^/\s]+$/).optional().describe('Repository that is looked at, as owner/repo, and the upstreamRepo of the Tasks. Left out: that of the Workspace.'),
  ...forgePollingFields,
  state: z.enum(['open', 'closed', 'all']).default('open').describe('State that an item has to have. Left out: open.'),
  commentPolicy: optionalGiteaCommentPolicy,
};

export const giteaIssues = z.object({ ...fields, assignee, reporting: optionalIssueReporting }).meta({ title: 'GiteaIssues' });

export const giteaPullRequests = z.object({ ...fields, draft, reviewState, filePatterns: optionalFilePatterns, reporting: optionalForgeReporting }).meta({ title: 'GiteaPullRequests' });
