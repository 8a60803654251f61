import { z } from 'zod';
import { optionalCommentPolicy } from './comment-policy.ts';
import { pollInterval, priorityLabels, repositoryToPoll } from './polling.ts';
import { optionalReporting } from './reporting.ts';

export const githubIssuesFields = {
  repo: repositoryToPoll,
  types: z.array(z.string()).default(['issues']).describe('What is looked for: issues, pulls or both. Left out: issues.'),
  labels: z.array(z.string()).optional().describe('Labels that an item has to have, all of them. Left out: none has to be there.'),
  excludeLabels: z.array(z.string()).optional().describe('Labels of which an item may have none. Left out: any will do.'),
  state: z.enum(['open', 'closed', 'all']).default('open').describe('State that an item has to have. Left out: open.'),
  assignee: z.string().optional().describe('Login that it has to be assigned to; * is anybody, none is nobody. Left out: it does not matter.'),
  author: z.string().optional().describe('Login that has to have written it. Left out: it does not matter.'),
  excludeAuthors: z.array(z.string()).optional().describe('Logins whose items are ruled out. Left out: there are none.'),
  commentPolicy: optionalCommentPolicy,
  reporting: optionalReporting,
  priorityLabels,
  pollInterval,
};

export const noChecksRule = { rule: '!has(self.reporting) || !has(self.reporting.checks)', message: 'reporting.checks must not be set for issues: they have no commit' };

export const githubIssues = z.object(githubIssuesFields).meta({ title: 'GitHubIssues', rules: [noChecksRule] });
