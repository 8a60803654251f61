import type { TaskBudgetSpec } from '@taskwright/schema';

export type Labels = Readonly<Record<string, string>>;

/**
 * Whether labels meet a selector; an empty one is met by all. Throws a RangeError for what is no selector: the schema checks its shape only.
 */
export function selects({ matchLabels = {}, matchExpressions = [] }: TaskBudgetSpec['taskSelector'], labels: Labels): boolean {
  const holds = matchExpressions.map((expression, index) => meets(expression, labels, `spec.taskSelector.matchExpressions[${index}]`));
  return Object.entries(matchLabels).every(([key, value]) => labels[key] === value) && holds.every(Boolean);
}

type Expression = NonNullable<TaskBudgetSpec['taskSelector']['matchExpressions']>[number];

function meets({ key, operator, values = [] }: Expression, labels: Labels, where: string): boolean {
  const takesValues = operator === 'In' || operator === 'NotIn';
  if (takesValues && values.length === 0) throw new RangeError(`${where}: ${operator} needs values, got none`);
  if (!takesValues && values.length > 0) throw new RangeError(`${where}: ${operator} takes no values, got ${values.length}`);
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      throw new RangeError(`${where}.operator: ${JSON.stringify(operator)} is no operator; it has to be In, NotIn, Exists or DoesNotExist`);
  }
}
