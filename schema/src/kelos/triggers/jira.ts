import { z } from 'zod';
import { secretReference } from '../references.ts';
import { pollInterval } from './polling.ts';

export const jiraFields = {
  baseUrl: z.string().regex(/^https?:\/\/.+/).describe('Root URL of Jira.'),
  project: z.string().describe('Key of the project.'),
  jql: z.string().optional().describe('JQL that issues have to match besides; an ORDER BY at its end holds. Left out: every issue of the project.'),
  pollInterval,
};

export const jira = z.object({
  ...jiraFields,
  secretRef: secretReference.describe('Secret with JIRA_TOKEN; with JIRA_USER beside it for Jira in the cloud, alone for a personal access token.'),
}).meta({ title: 'Jira' });
