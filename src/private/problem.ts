/**
 * What a check found, as data. The sentence is made in one place, so that the synth error, a report for CI and an editor
 * say the same.
 */
export interface Problem {
  readonly code: ProblemCode;
  /** The property, as the user wrote it: `agent.podOverrides.volumes[0].name`. */
  readonly path: string;
  /** What was given. Never the value of a Secret, and of a text at most a few words (see `quote`). */
  readonly got?: string;
  /** What is accepted instead. */
  readonly allowed?: string;
  /** What to do. */
  readonly fix?: string;
}

export type ProblemCode = keyof typeof WRONG;

/** What is wrong, as the message says it. docs/errors.md explains each, and a test compares the two. */
export const WRONG = {
  'ambiguous': 'says the same thing twice',
  'cycle': 'waits for itself',
  'dangling-mount': 'mounts a volume that the Pod does not have',
  'duplicate': 'is used twice',
  'duplicate-file': 'is written twice',
  'enum': 'is not one of the accepted values',
  'excluded': 'does not go together with a worker pool',
  'invalid-branch': 'is not a branch name',
  'invalid-cron': 'is not a schedule',
  'invalid-glob': 'is not a glob',
  'invalid-json-path': 'is not a JSONPath',
  'invalid-name': 'is not a usable name',
  'invalid-path': 'is not a path inside the repository',
  'invalid-pattern': 'is not a regular expression of RE2',
  'invalid-schema': 'is not a schema that outputs can be checked by',
  'invalid-template': 'is not a template that can be rendered',
  'invalid-timezone': 'is not a time zone',
  'invalid-url': 'is not a usable URL',
  'missing-reference': 'refers to something that this program does not define',
  'never-matches': 'can never match',
  'no-commit': 'reports on a commit that there is not',
  'not-for-exclusions': 'cannot be asked by an exclusion',
  'not-in-kind': 'cannot be said in a TaskPipeline',
  'not-needed': 'says what holds already',
  'other-app': 'refers to something that another app defines',
  'other-namespace': 'refers to something in another namespace',
  'other-pipeline': 'is a stage of another pipeline',
  'pattern': 'does not have the right form',
  'required': 'is missing',
  'reserved-env': 'is set by the operator, which drops this value',
  'reserved-name': 'is a reserved name',
  'result-elsewhere': 'holds a result where it is not known',
  'stranger-text': 'is given text that anybody may have written',
  'rule': 'breaks a rule of its kind',
  'too-big': 'is too big',
  'too-few': 'has too few items',
  'too-large': 'is too large',
  'too-long': 'is too long',
  'too-many': 'has too many items',
  'too-short': 'is too short',
  'too-small': 'is too small',
  'type': 'has the wrong type',
  'unknown-field': 'is not a known field',
  'unknown-model': 'is not a model that is offered there',
  'unknown-result': 'reads a result that the stage does not leave',
  'unknown-variable': 'reads a variable that is not there',
  'unreachable': 'refers to an agent that others cannot reach',
  'url-credentials': 'carries credentials in the URL',
  'wakes-itself': 'would wake itself',
  'wrong-secret-key': 'names a Secret without the key that is read from it',
} as const;

/** `path: what is wrong, got what; what is allowed; what to do`. Lower case and no full stop: cdk8s joins the lines. */
export function renderProblem({ code, path, got, allowed, fix }: Problem): string {
  const head = path === '' ? WRONG[code] : `${path}: ${WRONG[code]}`;
  return [got === undefined ? head : `${head}, got ${got}`, allowed, fix].filter((part) => part !== undefined).join('; ');
}

/** Longest part of a text that a message repeats: enough to recognise it, too little to carry a prompt or a key. */
const LONGEST_QUOTE = 80;

/** A value as a message may show it: in quotes, cut, and without what a URL carries before its `@`. */
export function quote(value: unknown): string {
  if (typeof value !== 'string') return value === undefined ? 'nothing' : JSON.stringify(value);
  const clean = value.replace(/\/\/[^/@\s]*@/g, '//***@');
  return JSON.stringify(clean.length > LONGEST_QUOTE ? `${clean.slice(0, LONGEST_QUOTE)}…` : clean);
}

/** `a, b or c`, sorted; beyond ten the rest is only counted. */
export function listOf(words: Iterable<string>): string {
  const sorted = [...new Set(words)].sort();
  const shown = sorted.slice(0, 10);
  if (sorted.length > shown.length) return `${shown.join(', ')} or ${sorted.length - shown.length} more`;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} or ${shown[shown.length - 1]}`;
}
