import { checkLabels } from './object-name.ts';
import { badRequest } from './status-error.ts';

export type LabelPredicate = (labels: Readonly<Record<string, string>> | undefined) => boolean;

/** Reads `a=b,c!=d,e in (f,g),h notin (i),j,!k`. Throws 400 for anything else. */
export function parseLabelSelector(text: string | undefined): LabelPredicate {
  if (text === undefined || text.trim() === '') return () => true;
  const requirements = splitRequirements(text).map((requirement) => parseRequirement(requirement, text));
  return (labels) => requirements.every((holds) => holds(labels ?? {}));
}

/** The selector of an object's spec: `{matchLabels, matchExpressions}`. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly { key: string; operator: string; values?: readonly string[] }[];
}

/** A LabelSelector as the text a list request carries. */
export function formatLabelSelector({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const operators: Record<string, (key: string, values: readonly string[]) => string> = {
    In: (key, values) => `${key} in (${values.join(',')})`,
    NotIn: (key, values) => `${key} notin (${values.join(',')})`,
    Exists: (key) => key,
    DoesNotExist: (key) => `!${key}`,
  };
  return [
    ...Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`),
    ...matchExpressions.map(({ key, operator, values = [] }) => operators[operator]?.(key, values) ?? ''),
  ].join(',');
}

/** Commas inside parentheses belong to the set. */
function splitRequirements(text: string): string[] {
  return text.split(/,(?![^(]*\))/).map((part) => part.trim());
}

const SET = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/;
const EQUALITY = /^([^=!\s]+)\s*(==|=|!=)\s*([^=!\s]*)$/;
const EXISTENCE = /^(!?)\s*([A-Za-z0-9][-A-Za-z0-9_./]*)$/;

function parseRequirement(text: string, whole: string): (labels: Readonly<Record<string, string>>) => boolean {
  const set = SET.exec(text);
  if (set) {
    const [, key, operator, list] = set;
    const values = new Set(list!.split(',').map((value) => value.trim()));
    for (const value of values) requireLabel(key!, value);
    const inSet = (labels: Readonly<Record<string, string>>) => Object.hasOwn(labels, key!) && values.has(labels[key!]!);
    return operator === 'in' ? inSet : (labels) => !inSet(labels);
  }
  const equality = EQUALITY.exec(text);
  if (equality) {
    const [, key, operator, value] = equality;
    requireLabel(key!, value!);
    const equal = (labels: Readonly<Record<string, string>>) => Object.hasOwn(labels, key!) && labels[key!] === value;
    return operator === '!=' ? (labels) => !equal(labels) : equal;
  }
  const existence = EXISTENCE.exec(text);
  if (existence) {
    const [, not, key] = existence;
    requireLabel(key!, '');
    return (labels) => Object.hasOwn(labels, key!) !== (not === '!');
  }
  throw badRequest(`unable to parse requirement: "${text}" in selector "${whole}" is none of key=value, key!=value, key in (a,b), key notin (a,b), key, !key`);
}

/** What could be no label is a mistake of the selector, not one that selects nothing. */
function requireLabel(key: string, value: string): void {
  const [wrong] = checkLabels({ [key]: value }, `values[0][${key}]`);
  if (wrong) throw badRequest(`unable to parse requirement: ${wrong.field}: ${wrong.message}`);
}
