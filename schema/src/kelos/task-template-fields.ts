import { z } from 'zod';

const taskMetadata = z.object({
  labels: z.record(z.string(), z.string()).optional().describe('Labels; the values are Go templates. Those that the operator sets itself win. Left out: only those.'),
  annotations: z.record(z.string(), z.string()).optional().describe('Annotations; the values are Go templates. Those that the operator sets itself win. Left out: only those.'),
}).meta({ title: 'TaskTemplateMetadata' });

/** What the template of a Task has in every version. */
export const taskTemplateFields = {
  promptTemplate: z.string().optional().describe('What the agent is asked to do: a Go template over the variables of the event. Left out: {{.Title}}.'),
  branch: z.string().optional().describe('Git branch of the Task: a Go template. Left out: the ref of the Workspace.'),
  metadata: taskMetadata.optional().describe('Labels and annotations of the Tasks. Left out: only those that the operator sets itself.'),
  dependsOn: z.array(z.string()).optional().describe('Names of Tasks that must have succeeded before one of these starts. Left out: they start at once.'),
  upstreamRepo: z.string().optional().describe('Repository a fork was made from, as owner/repo. Left out: the repository that the trigger watches, where it names one.'),
  ttlSecondsAfterFinished: z.int32().min(0).optional().describe('Seconds after its end at which a Task is deleted; 0 deletes it at once. Left out: it is kept.'),
};
