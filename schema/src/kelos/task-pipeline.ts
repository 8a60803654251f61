import { z } from 'zod';
import { boundedMap } from '../bounded-map.ts';
import type { Kind } from '../kind.ts';
import type { ObjectMeta } from '../kubernetes/meta-v1.ts';
import { conditions } from './condition.ts';
import { GROUP, HUB, NOT_ACTED_ON } from './group.ts';
import { workerPoolReference } from './references.ts';
import { workerSpec } from './worker.ts';

const stageTaskTemplate = z.object({
  prompt: z.string().min(1).describe('What the agent is asked to do: a Go template over .Matrix and, of the stages before, .Stages.'),
  worker: workerSpec.optional().describe('The environment the agents run in. Left out: workerPoolRef names the pool that provides it.'),
  workerPoolRef: workerPoolReference.optional().describe('Runs the Tasks on Pods of this WorkerPool. Left out: they get Jobs.'),
  branch: z.string().optional().describe('Git branch of the Tasks: a Go template like the prompt. Left out: the ref of the Workspace.'),
}).meta({
  title: 'StageTaskTemplate',
  rules: [
    { rule: 'has(self.workerPoolRef) || (has(self.worker) && has(self.worker.type) && size(self.worker.type) > 0)', message: 'one of workerPoolRef and worker.type is required' },
    { rule: '!has(self.workerPoolRef) || !has(self.worker)', message: 'worker and workerPoolRef exclude each other' },
    { rule: '!has(self.worker) || has(self.worker.credentials)', message: 'worker.credentials is required when worker is set' },
    { rule: '!has(self.workerPoolRef) || !has(self.branch) || size(self.branch) == 0', message: 'branch must not be set with workerPoolRef' },
  ],
});

const matrix = z.object({
  items: z.array(boundedMap(z.string(), { min: 1, max: 16 })).min(1).max(256).meta({
    description: 'What templates read as .Matrix, one map for each Task; all with the same keys, 1 to 16.',
    rules: [{ rule: 'self.all(item, size(item) == size(self[0]) && item.all(key, key in self[0]))', message: 'all items must have the same keys' }],
  }),
}).meta({ title: 'StageMatrix' });

const stage = z.object({
  name: z.string().min(1).max(63).regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/).describe('Name of the stage, by which those after it read what it left: .Stages.<name>.'),
  matrix: matrix.optional().describe('Makes several Tasks of the stage, which run at a time. Left out: it makes one.'),
  taskTemplate: stageTaskTemplate.describe('What the Tasks are like.'),
}).meta({ title: 'TaskPipelineStage' });

export const taskPipelineSpec = z.object({
  stages: z.array(stage).min(1).max(64).describe('The stages, 1 to 64. Each starts when all Tasks of the one before it have succeeded. They cannot be changed.'),
}).meta({
  title: 'TaskPipelineSpec',
  description: 'What is done, one stage after the other.',
  rules: [
    { rule: 'self.stages.all(stage, self.stages.exists_one(candidate, candidate.name == stage.name))', message: 'names of stages must be unique' },
    { rule: 'self.stages == oldSelf.stages', message: 'TaskPipeline stages are immutable after creation' },
  ],
});

const stageStatus = z.object({
  name: z.string().describe('Name of the stage.'),
  phase: z.string().optional().describe('Where the stage is: Waiting, Pending, Running, Succeeded or Failed.'),
  total: z.int32().describe('Tasks that the stage has.'),
  succeeded: z.int32().describe('Tasks that succeeded.'),
  failed: z.int32().describe('Tasks that failed.'),
  active: z.int32().describe('Tasks that have not ended.'),
}).meta({ title: 'TaskPipelineStageStatus' });

export const taskPipelineStatus = z.object({
  observedGeneration: z.int().optional().describe('metadata.generation that the rest was worked out for.'),
  phase: z.string().optional().describe('Where the pipeline is: Pending, Running, or for good Succeeded or Failed. Left out: nobody has looked at it yet.'),
  stageStatuses: z.array(stageStatus).optional().meta({ description: 'One entry for each stage.', listMapKeys: ['name'] }),
  conditions: conditions.optional().describe('Conditions of the pipeline, one per type.'),
}).meta({ title: 'TaskPipelineStatus', description: 'What has become of the pipeline. Written by the operator.' });

export const taskPipelineKind = {
  group: GROUP,
  kind: 'TaskPipeline',
  plural: 'taskpipelines',
  singular: 'taskpipeline',
  shortNames: ['tp'],
  namespaced: true,
  description: `Stages of Tasks, run once, each with what those before it left. ${NOT_ACTED_ON}`,
  versions: [{
    ...HUB,
    schema: z.object({ spec: taskPipelineSpec, status: taskPipelineStatus.optional() }),
    printerColumns: [
      { name: 'Phase', type: 'string', jsonPath: '.status.phase', description: 'Where the pipeline is' },
      { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    ],
  }],
} as const satisfies Kind;

export type TaskPipelineSpec = z.infer<typeof taskPipelineSpec>;
export type TaskPipelineStatus = z.infer<typeof taskPipelineStatus>;

/** A TaskPipeline of the API. */
export interface TaskPipeline {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
  spec: TaskPipelineSpec;
  status?: TaskPipelineStatus;
}
