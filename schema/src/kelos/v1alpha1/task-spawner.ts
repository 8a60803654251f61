import { z } from 'zod';
import type { KindVersion } from '../../kind.ts';
import { plainContextSources } from '../context-source.ts';
import { SPOKE } from '../group.ts';
import { TASK_SPAWNER_COLUMNS, taskSpawnerFields, taskSpawnerStatus } from '../task-spawner-fields.ts';
import { taskTemplateFields } from '../task-template-fields.ts';
import { trigger } from './triggers.ts';
import { flatWorkerFields, oneListOfConfigs } from './worker-fields.ts';

const taskTemplate = z.object({
  ...taskTemplateFields,
  contextSources: plainContextSources.optional().describe('Texts from elsewhere that the templates may read as .Context.<name>, at most 8. Left out: there are none.'),
  ...flatWorkerFields,
}).meta({ title: 'TaskTemplate', rules: [oneListOfConfigs] });

const spec = z.object({
  when: trigger.describe('What is waited for: one member. Of several, only one counts.'),
  taskTemplate: taskTemplate.describe('What the Tasks are like.'),
  pollInterval: z.string().default('5m').describe('Deprecated: use pollInterval of the trigger. It is for triggers that have none.'),
  ...taskSpawnerFields,
}).meta({
  title: 'TaskSpawnerSpec',
  description: 'What is waited for, and which Tasks it makes.',
  rules: [{
    rule: '!(has(self.when.githubIssues) || has(self.when.githubPullRequests) || has(self.when.githubWebhook) || has(self.when.linearWebhook)) || has(self.taskTemplate.workspaceRef)',
    message: 'taskTemplate.workspaceRef is required for githubIssues, githubPullRequests, githubWebhook and linearWebhook',
  }],
});

export const taskSpawnerV1alpha1 = {
  ...SPOKE,
  schema: z.object({ spec: spec.optional(), status: taskSpawnerStatus.optional() }),
  printerColumns: TASK_SPAWNER_COLUMNS,
} as const satisfies KindVersion;
