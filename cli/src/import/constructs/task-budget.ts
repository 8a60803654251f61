import type { TaskBudgetSpec } from '@taskwright/schema';
import { call, type Expression, literal, members } from '../expression.ts';
import type { Props } from './find.ts';

export function taskBudgetProps({ taskSelector, period, maxCostUSD, maxInputTokens, maxOutputTokens }: TaskBudgetSpec): Props | undefined {
  const tasks = selectorOf(taskSelector);
  return tasks && {
    tasks,
    window: call('BudgetWindow.daily', ...period.timezone === undefined ? [] : [literal(period.timezone)]),
    maxCost: maxCostUSD === undefined ? undefined : call('Cost.usd', literal(Number(maxCostUSD))),
    maxInputTokens: maxInputTokens === undefined ? undefined : literal(maxInputTokens),
    maxOutputTokens: maxOutputTokens === undefined ? undefined : literal(maxOutputTokens),
  };
}

/** One requirement; several are joined by hand, and stay L1 here. */
function selectorOf({ matchLabels, matchExpressions = [] }: TaskBudgetSpec['taskSelector']): Expression | undefined {
  const [requirement, ...more] = matchExpressions;
  if (more.length > 0 || (requirement && matchLabels)) return undefined;
  if (matchLabels) return call('TaskSelector.labels', members(Object.fromEntries(Object.entries(matchLabels).map(([label, value]) => [label, literal(value)]))));
  if (!requirement) return call('TaskSelector.all');
  const { key, operator, values = [] } = requirement;
  const list: Expression = { kind: 'list', items: values.map((value) => literal(value)) };
  switch (operator) {
    case 'In': return call('TaskSelector.labelIn', literal(key), list);
    case 'NotIn': return call('TaskSelector.labelNotIn', literal(key), list);
    case 'Exists': return call('TaskSelector.labelExists', literal(key));
    case 'DoesNotExist': return call('TaskSelector.labelDoesNotExist', literal(key));
    default: return undefined;
  }
}
