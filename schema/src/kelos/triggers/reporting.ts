import { z } from 'zod';

export const checkReporting = z.object({
  name: z.string().max(100).optional().describe('Name of the check run. Left out: Kelos: and the name of the TaskSpawner.'),
}).meta({ title: 'GitHubCheckReporting' });

const commentReporting = z.object({
  mode: z.enum(['PerTask', 'Sticky']).default('PerTask').describe('PerTask writes a comment for each Task, Sticky one for each issue or pull request, which is edited. Left out: PerTask.'),
}).meta({ title: 'GitHubCommentReporting' });

const reporting = z.object({
  enabled: z.boolean().optional().describe('Deprecated: use comments. It turns on a comment for each Task.'),
  comments: commentReporting.optional().describe('Tells the state of Tasks in comments, even when it is empty. Left out: no comment, unless enabled says so.'),
  checks: checkReporting.optional().describe('Tells the state of Tasks in check runs of the commit. Left out: no check run.'),
}).meta({ title: 'GitHubReporting' });

export const optionalReporting = reporting.optional().describe('What is told where the event came from. Left out: nothing.');

export type GitHubReporting = z.infer<typeof reporting>;
