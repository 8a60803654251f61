import { z } from 'zod';
import { kubernetesType } from '../kubernetes/kubernetes-type.ts';

/** One aspect of the state of an object, with the bounds that Kubernetes' own validation puts on it. */
export const condition = z.object({
  type: z.string().max(316).regex(/^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$/)
    .describe('The aspect, in CamelCase, such as BudgetBlocked.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('Whether the condition holds.'),
  observedGeneration: z.int().min(0).optional().describe(
    'metadata.generation of the object when the condition was set. Lower than the current one: the condition is out of date.',
  ),
  lastTransitionTime: kubernetesType('io.k8s.apimachinery.pkg.apis.meta.v1.Time').meta({ description: 'When status last changed.' }),
  reason: z.string().min(1).max(1024).regex(/^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/)
    .describe('One word in CamelCase for why, meant for programs.'),
  message: z.string().max(32_768).describe('The details, meant for people. May be empty.'),
}).meta({ title: 'Condition' });

/** A list with one entry per condition type. */
export const conditions = z.array(condition).meta({ listMapKeys: ['type'] });

export type Condition = z.infer<typeof condition>;
