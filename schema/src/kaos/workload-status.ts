import { z } from 'zod';
import { condition, conditions } from '../kelos/condition.ts';

const deploymentStatus = z.object({
  replicas: z.int32().optional().describe('Pods the Deployment has.'),
  readyReplicas: z.int32().optional().describe('Pods that are ready.'),
  availableReplicas: z.int32().optional().describe('Pods that have been ready for long enough.'),
  updatedReplicas: z.int32().optional().describe('Pods of the newest template.'),
  conditions: z.array(condition).optional().describe('Conditions of the Deployment.'),
}).meta({ title: 'DeploymentStatusSummary' });

/** What the status of every kind of the group says, whatever its phases are called. */
export const workloadStatusFields = {
  ready: z.boolean().optional().describe('Whether it serves.'),
  endpoint: z.string().optional().describe('URL of its Service inside the cluster.'),
  message: z.string().optional().describe('Details of the phase, meant for people.'),
  deployment: deploymentStatus.optional().describe('Its Deployment, as it was last seen.'),
  observedGeneration: z.int().optional().describe('metadata.generation that the rest was worked out for.'),
  conditions: conditions.optional().describe('Conditions of the object, one per type.'),
};
