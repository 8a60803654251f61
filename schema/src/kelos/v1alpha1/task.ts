import { z } from 'zod';
import type { KindVersion } from '../../kind.ts';
import { SPOKE } from '../group.ts';
import { specStays, taskFields, taskStatusFields } from '../task-fields.ts';
import { flatWorkerFields, oneListOfConfigs } from './worker-fields.ts';

const spec = z.object({ ...taskFields, ...flatWorkerFields }).meta({
  title: 'TaskSpec',
  description: 'What is to be done, by which agent and where. It cannot be changed after the Task has been created.',
  rules: [{ rule: 'self == oldSelf', message: 'spec is immutable after creation: delete the Task and create another' }, oneListOfConfigs],
});

const status = z.object(taskStatusFields).meta({ title: 'TaskStatus', description: 'What has become of the Task. Written by the operator.' });

export const taskV1alpha1 = {
  ...SPOKE,
  schema: z.object({ spec: spec.optional(), status: status.optional() }).meta({ rules: [specStays] }),
  printerColumns: [
    { name: 'Type', type: 'string', jsonPath: '.spec.type', description: 'Agent that runs' },
    { name: 'Phase', type: 'string', jsonPath: '.status.phase', description: 'Where the Task is' },
    { name: 'Branch', type: 'string', jsonPath: '.spec.branch', description: 'Git branch the agent works on', priority: 1 },
    { name: 'Depends On', type: 'string', jsonPath: '.spec.dependsOn', description: 'Tasks that must succeed first', priority: 1 },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
} as const satisfies KindVersion;
