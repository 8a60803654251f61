import { REST_OF_HUB, TASK_ANNOTATIONS, TASK_BUDGET_ANNOTATIONS } from './fixed-names';
import { LABEL_KEY, LABEL_VALUE, LONGEST_DOMAIN } from './labels';

/** A ValidatingAdmissionPolicy: its name without that of the install, and its spec. */
export interface AdmissionPolicy {
  readonly name: string;
  readonly spec: PolicySpec;
}

interface PolicySpec {
  readonly failurePolicy: 'Fail';
  readonly matchConstraints: object;
  readonly matchConditions?: readonly { readonly name: string; readonly expression: string }[];
  readonly variables: readonly Variable[];
  readonly validations: readonly Validation[];
}

interface Variable {
  readonly name: string;
  readonly expression: string;
}

interface Validation {
  /** Whether the object is taken. */
  readonly expression: string;
  /** What is told when it is not, or where `messageExpression` comes to nothing. */
  readonly message: string;
  readonly messageExpression?: string;
}

type AnnotationRules = { readonly [annotation: string]: { readonly pattern: string; readonly allowed: string } };

/**
 * What the API server refuses beside the rules of the kinds, which cannot see annotations nor tell one version from the other. It decides by itself: nobody
 * has to run, and nothing but a create or an update of the object proper is looked at.
 *
 * **Guarantee** What an update leaves as it was is not judged, and neither is an object that is being deleted: status, finalizers and labels of what was stored
 * before the policy can be written.
 */
export function admissionPolicies({ convertsOlderVersions }: { readonly convertsOlderVersions: boolean }): AdmissionPolicy[] {
  return [
    policy('tasks', 'tasks', [...ANNOTATIONS, ...DEPENDENCIES], [...annotationValidations(TASK_ANNOTATIONS), itself]),
    policy('taskbudgets', 'taskbudgets', [...ANNOTATIONS, ...SELECTOR], [...annotationValidations(TASK_BUDGET_ANNOTATIONS), ...selectorValidations]),
    ...(convertsOlderVersions ? [olderTasks] : []),
  ];
}

function policy(name: string, resource: string, variables: readonly Variable[], validations: readonly Validation[]): AdmissionPolicy {
  const matchConditions = [{ name: 'not-being-deleted', expression: '!has(object.metadata.deletionTimestamp)' }];
  // Nobody answers but the server itself: an expression that fails is a mistake in it, and no reason to wait.
  return { name, spec: { failurePolicy: 'Fail', matchConstraints: writesOf(resource, '*'), matchConditions, variables, validations } };
}

function writesOf(resource: string, version: string): object {
  return { matchPolicy: 'Exact', resourceRules: [{ apiGroups: ['kelos.dev'], apiVersions: [version], operations: ['CREATE', 'UPDATE'], resources: [resource] }] };
}

const ANNOTATIONS: readonly Variable[] = [
  { name: 'annotations', expression: 'has(object.metadata.annotations) ? object.metadata.annotations : {}' },
  { name: 'before', expression: 'oldObject != null && has(oldObject.metadata.annotations) ? oldObject.metadata.annotations : {}' },
];

/** Longer texts are cut in messages. */
const LONGEST_QUOTE = 100;

/** The operator holds what it cannot read (`AnnotationInvalid`); here its author hears of it at once. */
function annotationValidations(rules: AnnotationRules): Validation[] {
  return Object.entries(rules).map(([annotation, { pattern, allowed }]) => {
    const [name, now, before] = [text(annotation), `variables.annotations[${text(annotation)}]`, `variables.before[${text(annotation)}]`];
    const path = `metadata.annotations: ${annotation}`;
    return {
      expression: `!(${name} in variables.annotations) || ${now}.matches(${text(pattern)}) || (${name} in variables.before && ${before} == ${now})`,
      message: `${path} cannot be read; it has to be ${allowed}`,
      messageExpression: `${text(`${path} cannot be read, got "`)} + (${now}.size() > ${LONGEST_QUOTE} ? ${now}.substring(0, ${LONGEST_QUOTE}) : ${now}) + ${text(`"; it has to be ${allowed}`)}`,
    };
  });
}

const DEPENDENCIES: readonly Variable[] = [{ name: 'dependsOn', expression: 'has(object.spec) && has(object.spec.dependsOn) ? object.spec.dependsOn : []' }];

/** Longer circles are the operator's to find: here nobody knows the other Tasks. */
const itself: Validation = {
  expression: '(oldObject != null && has(oldObject.spec)) || !variables.dependsOn.exists(name, name == object.metadata.name)',
  message: 'spec.dependsOn: the Task waits for itself, and would fail; take its own name out of the list',
};

const SELECTOR: readonly Variable[] = [
  { name: 'selector', expression: 'has(object.spec) && has(object.spec.taskSelector) ? object.spec.taskSelector : {}' },
  { name: 'isAsBefore', expression: 'oldObject != null && has(oldObject.spec) && has(object.spec) && oldObject.spec.taskSelector == object.spec.taskSelector' },
  { name: 'requirements', expression: 'has(variables.selector.matchExpressions) ? variables.selector.matchExpressions : []' },
  { name: 'labels', expression: 'has(variables.selector.matchLabels) ? variables.selector.matchLabels : {}' },
  { name: 'unknown', expression: "variables.requirements.filter(r, !(r.operator in ['In', 'NotIn', 'Exists', 'DoesNotExist'])).map(r, r.operator)" },
  { name: 'lacking', expression: "variables.requirements.filter(r, r.operator in ['In', 'NotIn'] && (!has(r.values) || r.values.size() == 0)).map(r, r.key)" },
  { name: 'loaded', expression: "variables.requirements.filter(r, r.operator in ['Exists', 'DoesNotExist'] && has(r.values) && r.values.size() > 0).map(r, r.key)" },
  { name: 'keys', expression: `(variables.requirements.map(r, r.key) + variables.labels.map(key, key)).filter(key, !key.matches(${text(LABEL_KEY)}) || key.indexOf('/') > ${LONGEST_DOMAIN})` },
  {
    name: 'values',
    expression: `(variables.requirements.filter(r, has(r.values) && r.values.exists(value, !value.matches(${text(LABEL_VALUE)}))).map(r, r.key) + variables.labels.filter(key, !variables.labels[key].matches(${text(LABEL_VALUE)})))`,
  },
];

/** As the reference's own webhook has it: a budget whose selector is none would stop every Task of its namespace. */
const selectorValidations: readonly Validation[] = [
  selectorValidation('unknown', 'matchExpressions has an operator that there is not', 'it has to be In, NotIn, Exists or DoesNotExist'),
  selectorValidation('lacking', 'matchExpressions with In or NotIn needs values', 'give one at least, or use Exists'),
  selectorValidation('loaded', 'matchExpressions with Exists or DoesNotExist takes no values', 'take them out, or use In'),
  selectorValidation('keys', 'a key is not that of a label', 'it has to be a name of at most 63 letters, digits, -, _ and ., with a domain and / before it or not'),
  selectorValidation('values', 'a value is not that of a label', 'it has to be at most 63 letters, digits, -, _ and ., and begin and end with a letter or digit'),
];

function selectorValidation(found: string, wrong: string, allowed: string): Validation {
  const path = 'spec.taskSelector';
  return {
    expression: `variables.isAsBefore || variables.${found}.size() == 0`,
    message: `${path}: ${wrong}; ${allowed}`,
    messageExpression: `${text(`${path}: ${wrong}, see "`)} + variables.${found}[0] + ${text(`"; ${allowed}`)}`,
  };
}

/**
 * An annotation carries what v1alpha1 cannot say of a Task from one version to the other, and the server believes what a conversion returns: who may write it
 * could change the spec of a Task, which is immutable, or what it has spent, which is the operator's to tell. Nobody needs to write it.
 */
const olderTasks: AdmissionPolicy = {
  name: 'tasks-v1alpha1',
  spec: {
    failurePolicy: 'Fail',
    matchConstraints: writesOf('tasks', 'v1alpha1'),
    variables: ANNOTATIONS,
    validations: [{
      expression: `(${text(REST_OF_HUB)} in variables.annotations) == (${text(REST_OF_HUB)} in variables.before) && (!(${text(REST_OF_HUB)} in variables.annotations) || variables.annotations[${text(REST_OF_HUB)}] == variables.before[${text(REST_OF_HUB)}])`,
      message: `metadata.annotations: ${REST_OF_HUB} changes; it holds what v1alpha2 says of the Task and v1alpha1 cannot, and stays as it is; leave it out of the manifest and apply that, or write the Task in kelos.dev/v1alpha2`,
    }],
  },
};

/** A text in CEL, whose escapes are those of JSON. */
function text(value: string): string {
  return JSON.stringify(value);
}
