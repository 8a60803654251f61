import { z } from 'zod';
import { kubernetesType } from '../kubernetes/kubernetes-type.ts';

/** What a run has cost. Each number is left out unless the agent reported one. */
export const taskUsage = z.object({
  costUSD: kubernetesType('io.k8s.apimachinery.pkg.api.resource.Quantity').meta({
    description: 'Cost in US dollars as a Kubernetes quantity: 1500m is one dollar and a half. Left out: the agent reported no positive cost.',
    rules: [{
      rule: "type(self) == int ? self >= 0 : !quantity(self).isLessThan(quantity('0'))",
      message: 'costUSD must not be negative',
    }],
  }).optional(),
  inputTokens: z.int().min(0).optional().describe('Tokens sent to the model. Left out: the agent reported none.'),
  outputTokens: z.int().min(0).optional().describe('Tokens the model produced. Left out: the agent reported none.'),
}).meta({ title: 'TaskUsage' });

export type TaskUsage = z.infer<typeof taskUsage>;
