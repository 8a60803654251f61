import { z } from 'zod';
import { type Kind, resourceOf } from '../kind.ts';
import { kubernetesType } from '../kubernetes/kubernetes-type.ts';
import type { ObjectMeta } from '../kubernetes/meta-v1.ts';
import { AGENT_TYPES } from './agent-type.ts';
import { GROUP, HUB } from './group.ts';
import { taskUsage } from './usage.ts';

const time = () => kubernetesType('io.k8s.apimachinery.pkg.apis.meta.v1.Time');

const taskReference = z.object({
  name: z.string().min(1).describe('Name of the Task.'),
  uid: z.string().describe('UID of the Task, which is also the name of the record.'),
}).meta({ title: 'TaskReference' });

export const taskRecordSpec = z.object({
  taskRef: taskReference.describe('The Task that spent it. It may be gone.'),
  type: z.enum(AGENT_TYPES).optional().describe('The agent that ran. Left out: the Task did not say.'),
  model: z.string().optional().describe('The model that was asked for. Left out: the default of the agent.'),
  phase: z.enum(['Succeeded', 'Failed']).describe('How the Task ended.'),
  startTime: time().optional().describe('When the Task started to run. Left out: nobody saw it start.'),
  completionTime: time().describe('When it ended. It decides which window of a budget the spend belongs to.'),
  usage: taskUsage.optional().describe('What was spent. Left out: nothing that the agent reported.'),
  ttlSecondsAfterCompletion: z.int32().min(0).optional().describe('Seconds after completionTime at which the record is deleted. Left out: it is kept.'),
}).meta({
  title: 'TaskRecordSpec',
  description: 'What a Task has spent. It cannot be changed after the record has been created.',
  rules: [{ rule: 'self == oldSelf', message: 'spec is immutable after creation' }],
});

export const taskRecordKind = {
  group: GROUP,
  kind: 'TaskRecord',
  plural: 'taskrecords',
  singular: 'taskrecord',
  shortNames: [],
  namespaced: true,
  description: 'What one Task has spent, kept after the Task is gone. Written by the operator, counted by TaskBudgets.',
  versions: [{
    ...HUB,
    schema: z.object({ spec: taskRecordSpec }),
    printerColumns: [
      { name: 'Task', type: 'string', jsonPath: '.spec.taskRef.name', description: 'Task that spent it' },
      { name: 'Type', type: 'string', jsonPath: '.spec.type', description: 'Agent that ran' },
      { name: 'Phase', type: 'string', jsonPath: '.spec.phase', description: 'How the Task ended' },
      { name: 'Cost', type: 'string', jsonPath: '.spec.usage.costUSD', description: 'US dollars spent', priority: 1 },
      { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    ],
  }],
} as const satisfies Kind;

export const taskRecordResource = resourceOf(taskRecordKind);

export type TaskRecordSpec = z.infer<typeof taskRecordSpec>;

/** A TaskRecord of the API. */
export interface TaskRecord {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
  spec: TaskRecordSpec;
}
