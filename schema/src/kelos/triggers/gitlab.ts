import { z } from 'zod';
import { optionalFilePatterns } from './file-patterns.ts';
import { optionalGitlabCommentPolicy } from './forge-comment-policy.ts';
import { assignee, baseUrlOf, draft, forgePollingFields, reviewState } from './forge-polling.ts';
import { optionalForgeReporting, optionalIssueReporting } from './forge-reporting.ts';

const fields = {
  baseUrl: baseUrlOf('GitLab', 'https://gitlab.com'),
  project: z.string().min(1).optional().describe('Project that is looked at, with its groups, as group/project, and the upstreamRepo of the Tasks. Left out: that of the Workspace.'),
  ...forgePollingFields,
  commentPolicy: optionalGitlabCommentPolicy,
};

export const gitlabIssues = z.object({
  ...fields,
  state: z.enum(['opened', 'closed', 'all']).default('opened').describe('State that an issue has to have. Left out: opened.'),
  assignee,
  reporting: optionalIssueReporting,
}).meta({ title: 'GitLabIssues' });

export const gitlabMergeRequests = z.object({
  ...fields,
  state: z.enum(['opened', 'closed', 'locked', 'merged', 'all']).default('opened').describe('State that a merge request has to have. Left out: opened.'),
  draft,
  reviewState,
  pipelineStatus: z.enum(['created', 'waiting_for_resource', 'preparing', 'pending', 'running', 'success', 'failed', 'canceled', 'skipped', 'manual', 'scheduled']).optional()
    .describe('Status that the pipeline of its newest commit has to have. Left out: it does not matter.'),
  filePatterns: optionalFilePatterns,
  reporting: optionalForgeReporting,
}).meta({ title: 'GitLabMergeRequests' });
