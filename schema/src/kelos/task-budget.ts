import { z } from 'zod';
import { type Kind, resourceOf } from '../kind.ts';
import { kubernetesType } from '../kubernetes/kubernetes-type.ts';
import type { ObjectMeta } from '../kubernetes/meta-v1.ts';
import { conditions } from './condition.ts';
import { GROUP, HUB } from './group.ts';
import { taskUsage } from './usage.ts';

const time = () => kubernetesType('io.k8s.apimachinery.pkg.apis.meta.v1.Time');

/** How long a window of a budget is. */
export const BUDGET_PERIODS = ['Daily'] as const;

const budgetPeriod = z.object({
  type: z.enum(BUDGET_PERIODS).describe('How long a window is: Daily, from one midnight to the next.'),
  timezone: z.string().max(64).regex(/^[A-Za-z0-9/_+-]+$/).default('UTC').meta({
    description: 'IANA name of the time zone whose midnight ends a window, such as Europe/Berlin. A day on which clocks change is an hour shorter or longer. Left out: UTC.',
    rules: [{ rule: "timestamp('2000-01-01T00:00:00Z').getHours(self) >= 0", message: 'timezone must be an IANA time zone name' }],
  }),
}).meta({ title: 'TaskBudgetPeriod' });

export const taskBudgetSpec = z.object({
  taskSelector: kubernetesType('io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector').meta({
    description: 'Which Tasks of the namespace the budget is for, by their labels; {} selects all of them. What a Task spends counts by the labels it had when it started.',
  }),
  period: budgetPeriod.describe('The window that spend is counted in.'),
  maxCostUSD: kubernetesType('io.k8s.apimachinery.pkg.api.resource.Quantity').meta({
    description: 'US dollars that may be spent in a window, as a Kubernetes quantity: 10, "2.50" or 1500m. 0 lets no Task start. Left out: cost is not limited.',
    rules: [{ rule: "type(self) == int ? self >= 0 : !quantity(self).isLessThan(quantity('0'))", message: 'maxCostUSD must not be negative' }],
  }).optional(),
  maxInputTokens: z.int().min(0).optional().describe('Tokens that may be sent to models in a window. 0 lets no Task start. Left out: they are not limited.'),
  maxOutputTokens: z.int().min(0).optional().describe('Tokens that models may produce in a window. 0 lets no Task start. Left out: they are not limited.'),
}).meta({
  title: 'TaskBudgetSpec',
  description: 'Which Tasks may spend how much.',
  rules: [{ rule: 'has(self.maxCostUSD) || has(self.maxInputTokens) || has(self.maxOutputTokens)', message: 'one of maxCostUSD, maxInputTokens and maxOutputTokens is required' }],
});

export const taskBudgetStatus = z.object({
  observedGeneration: z.int().optional().describe('metadata.generation that the rest was worked out for.'),
  currentPeriodStart: time().optional().describe('When the window began, inclusive.'),
  currentPeriodEnd: time().optional().describe('When it ends, exclusive.'),
  used: taskUsage.optional().describe('What the Tasks that ended in the window have spent. Left out: nothing.'),
  conditions: conditions.optional().describe('Conditions of the budget, one per type.'),
}).meta({ title: 'TaskBudgetStatus', description: 'What has been spent. Written by the operator.' });

export const taskBudgetKind = {
  group: GROUP,
  kind: 'TaskBudget',
  plural: 'taskbudgets',
  singular: 'taskbudget',
  shortNames: [],
  namespaced: true,
  description: 'How much the Tasks of a namespace that it selects may spend in a window. While it is used up none of them starts.',
  versions: [{
    ...HUB,
    schema: z.object({ spec: taskBudgetSpec, status: taskBudgetStatus.optional() }),
    printerColumns: [
      { name: 'Period', type: 'string', jsonPath: '.spec.period.type', description: 'How long a window is' },
      { name: 'Max Cost', type: 'string', jsonPath: '.spec.maxCostUSD', description: 'US dollars that may be spent in a window', priority: 1 },
      { name: 'Used Cost', type: 'string', jsonPath: '.status.used.costUSD', description: 'US dollars spent in this window', priority: 1 },
      { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    ],
  }],
} as const satisfies Kind;

export const taskBudgetResource = resourceOf(taskBudgetKind);

export type TaskBudgetSpec = z.infer<typeof taskBudgetSpec>;
export type TaskBudgetStatus = z.infer<typeof taskBudgetStatus>;

/** A TaskBudget of the API. */
export interface TaskBudget {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
  spec: TaskBudgetSpec;
  status?: TaskBudgetStatus;
}
