import { TASK_ANNOTATIONS } from './fixed-names';
import { type Problem, quote } from './problem';
import { suggestionFor } from './suggestion';

/** The properties of a Task and of a TaskBudget that limit what is spent. */
export const MEASURES = ['maxCost', 'maxInputTokens', 'maxOutputTokens'] as const;

export type Measure = (typeof MEASURES)[number];

type Annotations = { readonly [name: string]: string };

/** Which annotation says what a property of a Task says. */
export const ANNOTATION_OF = {
  'retries.limit': 'taskwright.dev/retry-limit',
  'retries.backoff': 'taskwright.dev/retry-backoff-seconds',
  'retries.on': 'taskwright.dev/retry-on',
  'ttlAfterFailed': 'taskwright.dev/ttl-seconds-after-failed',
  'maxCost': 'taskwright.dev/max-cost-usd',
  'maxInputTokens': 'taskwright.dev/max-input-tokens',
  'maxOutputTokens': 'taskwright.dev/max-output-tokens',
  'hardStop': 'taskwright.dev/hard-stop',
  'outputs': 'taskwright.dev/output-schema',
} as const satisfies { readonly [property: string]: keyof typeof TASK_ANNOTATIONS };

export type AnnotatedProperty = keyof typeof ANNOTATION_OF;

/** What a Task declares that it may spend, as far as its annotations say it in plain digits. */
export function declaredBy(annotations: Annotations, measure: Measure): number | undefined {
  const text = annotations[ANNOTATION_OF[measure]];
  return text !== undefined && /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** Annotations without those of properties that are left out. */
export function annotationsFor(given: { readonly [property in AnnotatedProperty]?: string | undefined }): Annotations {
  return Object.fromEntries(Object.entries(given).filter(([, text]) => text !== undefined).map(([property, text]) => [ANNOTATION_OF[property as AnnotatedProperty], text!]));
}

/**
 * Checks what a Task says in annotations: the operator holds one that it cannot read. `given` are those that properties say; all others were
 * written by hand.
 */
export function checkTaskAnnotations(annotations: Annotations, given: Annotations): Problem[] {
  return Object.entries(annotations).flatMap(([name, text]): Problem[] => {
    const property = Object.entries(ANNOTATION_OF).find(([, annotation]) => annotation === name && given[name] !== undefined)?.[0];
    if (property !== undefined && given[name] !== text) return [{ code: 'ambiguous', path: property, allowed: `annotation ${name} is set too`, fix: 'keep one of them' }];
    const path = property ?? `metadata.annotations[${JSON.stringify(name)}]`;
    const rule = TASK_ANNOTATIONS[name as keyof typeof TASK_ANNOTATIONS];
    if (rule) return new RegExp(rule.pattern).test(text) ? [] : [{ code: 'pattern', path, got: quote(text), allowed: `it has to be ${rule.allowed}` }];
    const near = suggestionFor(name, Object.keys(TASK_ANNOTATIONS));
    return near === undefined ? [] : [{ code: 'unknown-field', path, fix: `did you mean ${near}?` }];
  });
}
