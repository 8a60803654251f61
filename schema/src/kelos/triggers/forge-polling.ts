import { z } from 'zod';
import { pollInterval, priorityLabels } from './polling.ts';

/** What is asked of issues and changes on GitLab, Gitea and Forgejo alike. */
export const forgePollingFields = {
  labels: z.array(z.string()).optional().describe('Labels that an item has to have, all of them. Left out: none has to be there.'),
  excludeLabels: z.array(z.string()).optional().describe('Labels of which an item may have none. Left out: any will do.'),
  author: z.string().optional().describe('Username of who has to have written it. Left out: it does not matter.'),
  excludeAuthors: z.array(z.string()).optional().describe('Usernames whose items are ruled out. Left out: there are none.'),
  priorityLabels,
  pollInterval,
};

export const assignee = z.string().optional().describe('Username of whom it has to be assigned to; * is anybody, none is nobody. Left out: it does not matter.');

export const draft = z.boolean().optional().describe('Whether it has to be a draft, or must not be one. Left out: it does not matter.');

export const reviewState = z.enum(['approved', 'changes_requested', 'any']).default('any').describe('What its reviews have to come to. Left out: any.');

/** `example` is the root of one. */
export function baseUrlOf(forge: string, example: string) {
  return z.string().max(2048).regex(/^https?:\/\/[^/]/).optional().describe(
    `Root URL of ${forge}, such as ${example}. Left out: the host of the Workspace's repository, by HTTPS. The token of the Workspace is sent to that host alone; another is asked without one.`,
  );
}
