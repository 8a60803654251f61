import type * as l1 from './l1';
import { checkLabelKey, checkLabelValue } from './private/labels';
import type { Problem } from './private/problem';
import { copyOfList } from './private/shape';

/** Selects Tasks of a namespace by their labels. */
export class TaskSelector {
  /** All of them. */
  public static all(): TaskSelector {
    return new TaskSelector({}, []);
  }

  /**
   * Those that have all these labels, with these values.
   *
   * @param labels values by label, for example `{ team: 'shop' }`
   */
  public static labels(labels: { [label: string]: string }): TaskSelector {
    return new TaskSelector({ ...labels }, []);
  }

  /**
   * Those whose label has one of these values.
   *
   * @param label the label
   * @param values the values, at least one
   */
  public static labelIn(label: string, values: string[]): TaskSelector {
    return new TaskSelector({}, [{ key: label, operator: 'In', values: copyOfList(values, 'TaskSelector.labelIn: values') }]);
  }

  /**
   * Those whose label has none of these values, and those without the label.
   *
   * @param label the label
   * @param values the values, at least one
   */
  public static labelNotIn(label: string, values: string[]): TaskSelector {
    return new TaskSelector({}, [{ key: label, operator: 'NotIn', values: copyOfList(values, 'TaskSelector.labelNotIn: values') }]);
  }

  /**
   * Those that have the label, whatever its value.
   *
   * @param label the label
   */
  public static labelExists(label: string): TaskSelector {
    return new TaskSelector({}, [{ key: label, operator: 'Exists' }]);
  }

  /**
   * Those that do not have the label.
   *
   * @param label the label
   */
  public static labelDoesNotExist(label: string): TaskSelector {
    return new TaskSelector({}, [{ key: label, operator: 'DoesNotExist' }]);
  }

  private constructor(
    private readonly matchLabels: { readonly [label: string]: string },
    private readonly expressions: readonly l1.LabelSelectorRequirement[],
  ) {}

  /**
   * Those that another selector selects as well.
   *
   * @param other the other selector
   */
  public and(other: TaskSelector): TaskSelector {
    // Two values for one label are a contradiction, which must not end as the later of the two.
    const both = Object.entries(other.matchLabels).filter(([label, value]) => (this.matchLabels[label] ?? value) !== value);
    const contradictions = both.map(([key, value]) => ({ key, operator: 'In', values: [value] }));
    return new TaskSelector({ ...other.matchLabels, ...this.matchLabels }, [...this.expressions, ...other.expressions, ...contradictions]);
  }

  /** @internal */
  public _render(): l1.LabelSelector {
    return {
      matchLabels: Object.keys(this.matchLabels).length === 0 ? undefined : { ...this.matchLabels },
      matchExpressions: this.expressions.length === 0 ? undefined : [...this.expressions],
    };
  }

  /** @internal */
  public _selects(labels: { readonly [label: string]: string }): boolean {
    return Object.entries(this.matchLabels).every(([label, value]) => labels[label] === value) && this.expressions.every((expression) => holds(expression, labels));
  }

  /** @internal */
  public _check(path: string): Problem[] {
    return [
      ...Object.entries(this.matchLabels).flatMap(([label, value]) => [...checkLabelKey(label, path), ...checkLabelValue(value, `${path}.${label}`)]),
      ...this.expressions.flatMap(({ key, values }) => [
        ...checkLabelKey(key, path),
        ...(values?.length === 0 ? [{ code: 'too-few', path: `${path}.${key}`, got: 'no values', allowed: 'at least 1', fix: 'name the values' } as const] : []),
        ...(values ?? []).flatMap((value) => checkLabelValue(value, `${path}.${key}`)),
      ]),
    ];
  }
}

function holds({ key, operator, values = [] }: l1.LabelSelectorRequirement, labels: { readonly [label: string]: string }): boolean {
  const value = labels[key];
  const isAmong = value !== undefined && values.includes(value);
  switch (operator) {
    case 'In':
      return isAmong;
    case 'NotIn':
      return !isAmong;
    default:
      return (value !== undefined) === (operator === 'Exists');
  }
}
