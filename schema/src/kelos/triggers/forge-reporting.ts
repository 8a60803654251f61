import { z } from 'zod';

const comments = z.object({
  mode: z.enum(['PerTask', 'Sticky']).default('PerTask').describe('PerTask writes a comment for each Task, Sticky one for each item, which is edited. Left out: PerTask.'),
}).meta({ title: 'ForgeCommentReporting' }).optional().describe('Tells the state of Tasks in comments, even when it is empty. Left out: no comment.');

const commitStatus = z.object({
  name: z.string().max(100).optional().describe('Name of the status. Left out: Taskwright: and the name of the TaskSpawner.'),
}).meta({ title: 'CommitStatusReporting' }).optional().describe('Tells the state of Tasks in a status of the newest commit. Left out: no status.');

const forIssues = z.object({ comments }).meta({ title: 'ForgeIssueReporting' });
const forChanges = z.object({ comments, commitStatus }).meta({ title: 'ForgeReporting' });

/** What is told on an issue, which has no commit. */
export const optionalIssueReporting = forIssues.optional().describe('What is told on the issue. Left out: nothing.');

/** What is told on a merge or pull request. */
export const optionalForgeReporting = forChanges.optional().describe('What is told where the event came from. Left out: nothing.');
