import { z } from 'zod';
import { optionalCommentPolicy } from './comment-policy.ts';
import { optionalFilePatterns } from './file-patterns.ts';
import { pollInterval, priorityLabels, repositoryToPoll } from './polling.ts';
import { optionalReporting } from './reporting.ts';

export const githubPullRequestsFields = {
  repo: repositoryToPoll,
  labels: z.array(z.string()).optional().describe('Labels that a pull request has to have, all of them. Left out: none has to be there.'),
  excludeLabels: z.array(z.string()).optional().describe('Labels of which it may have none. Left out: any will do.'),
  state: z.enum(['open', 'closed', 'all']).default('open').describe('State that it has to have. Left out: open.'),
  draft: z.boolean().optional().describe('Whether it has to be a draft, or must not be one. Left out: it does not matter.'),
  author: z.string().optional().describe('Login that has to have opened it. Left out: it does not matter.'),
  excludeAuthors: z.array(z.string()).optional().describe('Logins whose pull requests are ruled out. Left out: there are none.'),
  reviewState: z.enum(['approved', 'changes_requested', 'any']).default('any').describe('What the reviews of its newest commit come to. Left out: any.'),
  filePatterns: optionalFilePatterns,
  commentPolicy: optionalCommentPolicy,
  reporting: optionalReporting,
  priorityLabels,
  pollInterval,
};

export const githubPullRequests = z.object(githubPullRequestsFields).meta({ title: 'GitHubPullRequests' });
