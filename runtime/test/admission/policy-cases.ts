import type { KubeObject } from '../../src/kube/object.ts';

/** What an install's policies make of an object: the same from Kubernetes and from the engine that evaluates rules on a laptop. */
export interface PolicyCase {
  readonly it: string;
  readonly kind: 'Task' | 'TaskBudget';
  /** What is stored. Left out: the object is created. */
  readonly before?: Written;
  readonly object: Written;
  /** What the author is told. Left out: the object is taken. */
  readonly refused?: string;
}

interface Written {
  /** Default: one. */
  readonly name?: string;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  readonly labels?: Readonly<Record<string, string>>;
  readonly spec?: object;
}

const spec = { prompt: 'Fix it', worker: { type: 'codex', credentials: { type: 'none' } } };
const task = (annotations?: Record<string, string>): Written => ({ spec, annotations });
const budget = (taskSelector: object, annotations?: Record<string, string>): Written => ({ spec: { taskSelector, period: { type: 'Daily' }, maxCostUSD: 1 }, annotations });
const requirement = (key: string, operator: string, values?: string[]) => budget({ matchExpressions: [{ key, operator, values }] });
const cannotBeRead = (annotation: string, got: string, allowed: string) => `metadata.annotations: ${annotation} cannot be read, got "${got}"; it has to be ${allowed}`;

const ANNOTATIONS: readonly (readonly [annotation: string, good: readonly string[], bad: readonly string[], allowed: string])[] = [
  ['retry-limit', ['0', '10', '007'], ['11', 'two', '-1', ''], 'a whole number from 0 to 10'],
  ['retry-backoff-seconds', ['0', '30'], ['30s', '1.5'], 'a whole number of seconds'],
  ['retry-on', ['Agent', 'Agent, Deadline'], ['agent', 'Agent,'], 'some of Agent, Preparation, Stopped, Deadline, Limit, OutputInvalid, with commas between them'],
  ['ttl-seconds-after-failed', ['60'], ['1m'], 'a whole number of seconds'],
  ['max-cost-usd', ['2.50', '1500m', '1e1'], ['$2', '2,50'], 'an amount of US dollars such as 2.50, 10 or 1500m'],
  ['max-input-tokens', ['100000'], ['100k'], 'a whole number of tokens'],
  ['max-output-tokens', ['1'], ['1.0'], 'a whole number of tokens'],
  ['hard-stop', ['true', 'false'], ['yes', 'True'], 'true or false'],
  ['output-schema', [' {"type": "object"}'], ['type: object'], 'a JSON Schema'],
];

const LONG = 'x'.repeat(101);
const NO_LABEL = 'it has to be a name of at most 63 letters, digits, -, _ and ., with a domain and / before it or not';
const NO_VALUE = 'it has to be at most 63 letters, digits, -, _ and ., and begin and end with a letter or digit';

export const POLICY_CASES: readonly PolicyCase[] = [
  { it: 'a Task without annotations', kind: 'Task', object: task() },
  { it: 'a Task with annotations of others', kind: 'Task', object: task({ 'taskwright.dev/note': 'two', 'kelos.dev/x': '' }) },
  ...ANNOTATIONS.flatMap(([name, good, bad, allowed]): PolicyCase[] => {
    const annotation = `taskwright.dev/${name}`;
    return [
      ...good.map((text): PolicyCase => ({ it: `${name} of "${text}"`, kind: 'Task', object: task({ [annotation]: text }) })),
      ...bad.map((text): PolicyCase => ({ it: `${name} of "${text}"`, kind: 'Task', object: task({ [annotation]: text }), refused: cannotBeRead(annotation, text, allowed) })),
    ];
  }),
  {
    it: 'a long text, which is cut', kind: 'Task', object: task({ 'taskwright.dev/retry-limit': LONG }),
    refused: cannotBeRead('taskwright.dev/retry-limit', LONG.slice(0, 100), 'a whole number from 0 to 10'),
  },
  { it: 'a label beside an annotation that was wrong before', kind: 'Task', before: task({ 'taskwright.dev/retry-limit': 'two' }), object: { ...task({ 'taskwright.dev/retry-limit': 'two' }), labels: { a: 'b' } } },
  { it: 'an annotation that is corrected', kind: 'Task', before: task({ 'taskwright.dev/retry-limit': 'two' }), object: task({ 'taskwright.dev/retry-limit': '2' }) },
  {
    it: 'an annotation that becomes wrong in another way', kind: 'Task', before: task({ 'taskwright.dev/retry-limit': 'two' }), object: task({ 'taskwright.dev/retry-limit': 'three' }),
    refused: cannotBeRead('taskwright.dev/retry-limit', 'three', 'a whole number from 0 to 10'),
  },
  { it: 'a Task that waits for another', kind: 'Task', object: { name: 'fix', spec: { ...spec, dependsOn: ['plan'] } } },
  {
    it: 'a Task that waits for itself', kind: 'Task', object: { name: 'fix', spec: { ...spec, dependsOn: ['plan', 'fix'] } },
    refused: 'spec.dependsOn: the Task waits for itself, and would fail; take its own name out of the list',
  },
  { it: 'a label of a Task that waits for itself', kind: 'Task', before: { name: 'fix', spec: { ...spec, dependsOn: ['fix'] } }, object: { name: 'fix', spec: { ...spec, dependsOn: ['fix'] }, labels: { a: 'b' } } },
  { it: 'a Task without a spec', kind: 'Task', object: {} },
  {
    it: 'a spec that comes later and waits for itself', kind: 'Task', before: { name: 'fix' }, object: { name: 'fix', spec: { ...spec, dependsOn: ['fix'] } },
    refused: 'spec.dependsOn: the Task waits for itself, and would fail; take its own name out of the list',
  },

  { it: 'a budget for all Tasks', kind: 'TaskBudget', object: budget({}) },
  { it: 'a budget by labels', kind: 'TaskBudget', object: budget({ matchLabels: { 'team': 'shop', 'example.com/Team_1.x': '' } }) },
  { it: 'In with a value', kind: 'TaskBudget', object: requirement('team', 'In', ['shop']) },
  { it: 'NotIn with an empty value', kind: 'TaskBudget', object: requirement('team', 'NotIn', ['']) },
  { it: 'Exists without values', kind: 'TaskBudget', object: requirement('example.com/team', 'Exists') },
  { it: 'DoesNotExist with an empty list', kind: 'TaskBudget', object: requirement('team', 'DoesNotExist', []) },
  { it: 'an operator that there is not', kind: 'TaskBudget', object: requirement('team', 'Is', ['shop']), refused: 'spec.taskSelector: matchExpressions has an operator that there is not, see "Is"; it has to be In, NotIn, Exists or DoesNotExist' },
  { it: 'In without values', kind: 'TaskBudget', object: requirement('team', 'In'), refused: 'spec.taskSelector: matchExpressions with In or NotIn needs values, see "team"; give one at least, or use Exists' },
  { it: 'NotIn with an empty list', kind: 'TaskBudget', object: requirement('team', 'NotIn', []), refused: 'spec.taskSelector: matchExpressions with In or NotIn needs values, see "team"; give one at least, or use Exists' },
  { it: 'Exists with values', kind: 'TaskBudget', object: requirement('team', 'Exists', ['shop']), refused: 'spec.taskSelector: matchExpressions with Exists or DoesNotExist takes no values, see "team"; take them out, or use In' },
  { it: 'a key that is none', kind: 'TaskBudget', object: requirement('a key', 'Exists'), refused: `spec.taskSelector: a key is not that of a label, see "a key"; ${NO_LABEL}` },
  { it: 'a key of 63 characters', kind: 'TaskBudget', object: requirement(`example.com/${'k'.repeat(63)}`, 'Exists') },
  { it: 'a key of 64 characters', kind: 'TaskBudget', object: requirement('k'.repeat(64), 'Exists'), refused: `spec.taskSelector: a key is not that of a label, see "${'k'.repeat(64)}"; ${NO_LABEL}` },
  { it: 'a domain of 253 characters', kind: 'TaskBudget', object: requirement(`${'d'.repeat(253)}/a`, 'Exists') },
  { it: 'a domain of 254 characters', kind: 'TaskBudget', object: requirement(`${'d'.repeat(254)}/a`, 'Exists'), refused: `spec.taskSelector: a key is not that of a label, see "${'d'.repeat(254)}/a"; ${NO_LABEL}` },
  { it: 'a key of a label that is none', kind: 'TaskBudget', object: budget({ matchLabels: { '-a': 'b' } }), refused: `spec.taskSelector: a key is not that of a label, see "-a"; ${NO_LABEL}` },
  { it: 'a value that is none', kind: 'TaskBudget', object: requirement('team', 'In', ['shop', 'a b']), refused: `spec.taskSelector: a value is not that of a label, see "team"; ${NO_VALUE}` },
  { it: 'a value of a label that is none', kind: 'TaskBudget', object: budget({ matchLabels: { team: 'shop-' } }), refused: `spec.taskSelector: a value is not that of a label, see "team"; ${NO_VALUE}` },
  { it: 'another ceiling over a selector that was wrong before', kind: 'TaskBudget', before: requirement('team', 'In'), object: { ...requirement('team', 'In'), labels: { a: 'b' } } },
  { it: 'a hard stop', kind: 'TaskBudget', object: budget({}, { 'taskwright.dev/hard-stop': 'true' }) },
  { it: 'a hard stop that is neither', kind: 'TaskBudget', object: budget({}, { 'taskwright.dev/hard-stop': 'on' }), refused: cannotBeRead('taskwright.dev/hard-stop', 'on', 'true or false') },
];

/** The object as it is sent. */
export function objectOf({ kind }: PolicyCase, { spec: content, annotations, labels, name = 'one' }: Written, namespace: string): KubeObject {
  return JSON.parse(JSON.stringify({ apiVersion: 'kelos.dev/v1alpha2', kind, metadata: { name, namespace, annotations, labels }, spec: content })) as KubeObject;
}
