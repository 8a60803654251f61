import { z } from 'zod';
import { kubernetesType } from '../kubernetes/kubernetes-type.ts';
import { conditions } from './condition.ts';

/** What the spec of a TaskSpawner has in every version. */
export const taskSpawnerFields = {
  maxConcurrency: z.int32().min(0).optional().describe('Most Tasks of the spawner that have not ended. 0 is no limit. Left out: there is none.'),
  maxTotalTasks: z.int32().min(0).optional().describe('Most Tasks that the spawner ever makes. 0 is no limit. Left out: there is none.'),
  suspend: z.boolean().default(false).describe('Makes no more Tasks; those that run go on. Left out: false.'),
};

/** It is the same in every version, as are the columns. */
export const taskSpawnerStatus = z.object({
  phase: z.string().optional().describe('Where the spawner is: Pending, Running, Suspended or Failed. Left out: nobody has looked at it yet.'),
  message: z.string().optional().describe('Details of the phase, meant for people.'),
  deploymentName: z.string().optional().describe('The Deployment of a reference operator that looks for events.'),
  cronJobName: z.string().optional().describe('The CronJob of a reference operator that waits for the schedule.'),
  totalDiscovered: z.int().optional().describe('Items that the last look found.'),
  totalTasksCreated: z.int().optional().describe('Tasks made so far.'),
  activeTasks: z.int().optional().describe('Tasks that have not ended.'),
  lastDiscoveryTime: kubernetesType('io.k8s.apimachinery.pkg.apis.meta.v1.Time').optional().describe('When the last look ended.'),
  conditions: conditions.optional().describe('Conditions of the spawner, one per type.'),
}).meta({ title: 'TaskSpawnerStatus', description: 'What the spawner has done. Written by the operator.' });

export const TASK_SPAWNER_COLUMNS = [
  { name: 'Workspace', type: 'string', jsonPath: '.spec.taskTemplate.workspaceRef.name', description: 'Workspace, where the deprecated field says it' },
  { name: 'Suspend', type: 'boolean', jsonPath: '.spec.suspend', description: 'Whether it makes no more Tasks' },
  { name: 'Phase', type: 'string', jsonPath: '.status.phase', description: 'Where the spawner is' },
  { name: 'Active', type: 'integer', jsonPath: '.status.activeTasks', description: 'Tasks that have not ended' },
  { name: 'Discovered', type: 'integer', jsonPath: '.status.totalDiscovered', description: 'Items that the last look found' },
  { name: 'Tasks', type: 'integer', jsonPath: '.status.totalTasksCreated', description: 'Tasks made so far' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
] as const;

export type TaskSpawnerStatus = z.infer<typeof taskSpawnerStatus>;
