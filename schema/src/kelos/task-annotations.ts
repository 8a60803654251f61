/** What an annotation of ours has to hold. */
export interface AnnotationRule {
  /** A regular expression for the whole text. */
  readonly pattern: string;
  /** The same for people: `it has to be …`. */
  readonly allowed: string;
}

/** Where a Task declares what its agent has to leave: one JSON Schema (2020-12) of an object, each property of which becomes a result. */
export const OUTPUT_SCHEMA = 'taskwright.dev/output-schema';

/** Which part of a Task failed: what a retry can be asked for. */
export const TASK_FAILURES = ['Agent', 'Preparation', 'Stopped', 'Deadline', 'Limit', 'OutputInvalid'] as const;

export type TaskFailure = (typeof TASK_FAILURES)[number];

/** Each attempt is kept in an annotation, and costs. */
export const MOST_RETRIES = 10;

const FAILURE = `(${TASK_FAILURES.join('|')})`;
const seconds: AnnotationRule = { pattern: '^[0-9]{1,9}$', allowed: 'a whole number of seconds' };
const HARD_STOP: AnnotationRule = { pattern: '^(true|false)$', allowed: 'true or false' };
const tokens: AnnotationRule = { pattern: '^[0-9]{1,15}$', allowed: 'a whole number of tokens' };

/**
 * What a Task may say beside its spec, which stays that of the reference. The constructs write these, and check what a program writes by hand; the
 * operator holds a Task whose annotation does not match: its author meant to say something.
 */
export const TASK_ANNOTATIONS = {
  'taskwright.dev/retry-limit': { pattern: '^0*([0-9]|10)$', allowed: `a whole number from 0 to ${MOST_RETRIES}` },
  'taskwright.dev/retry-backoff-seconds': seconds,
  'taskwright.dev/retry-on': { pattern: `^ *${FAILURE} *(, *${FAILURE} *)*$`, allowed: `some of ${TASK_FAILURES.join(', ')}, with commas between them` },
  'taskwright.dev/ttl-seconds-after-failed': seconds,
  'taskwright.dev/max-cost-usd': { pattern: '^[+]?([0-9]{1,15}(\\.[0-9]{0,15})?|\\.[0-9]{1,15})([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]{1,2})?$', allowed: 'an amount of US dollars such as 2.50, 10 or 1500m' },
  'taskwright.dev/max-input-tokens': tokens,
  'taskwright.dev/max-output-tokens': tokens,
  'taskwright.dev/hard-stop': HARD_STOP,
  [OUTPUT_SCHEMA]: { pattern: '^\\s*\\{', allowed: 'a JSON Schema' },
} as const satisfies Readonly<Record<string, AnnotationRule>>;

/** What a TaskBudget may say beside its spec: whether the Tasks under it are stopped when they have spent what was set aside for them. */
export const TASK_BUDGET_ANNOTATIONS = { 'taskwright.dev/hard-stop': HARD_STOP } as const satisfies Readonly<Record<string, AnnotationRule>>;
