import { TASK_ANNOTATIONS } from '@taskwright/schema';
import type { Gate } from '../gate.ts';

const LONGEST_QUOTE = 100;

/**
 * Holds a Task whose annotations say something that nobody can read: its author meant to say something, and it may be a limit. It is held and not
 * refused, since annotations can be corrected where a spec cannot.
 */
export const annotationGate: Gate = ({ task }) => {
  const annotations = task.metadata.annotations ?? {};
  const bad = RULES.find(({ name, pattern }) => annotations[name] !== undefined && !pattern.test(annotations[name]));
  if (!bad) return undefined;
  const { name, allowed } = bad;
  return { hold: 'AnnotationInvalid', message: `Waiting for annotation ${name} to be corrected, got ${JSON.stringify(annotations[name]!.slice(0, LONGEST_QUOTE))}; it has to be ${allowed}` };
};

const RULES = Object.entries(TASK_ANNOTATIONS).map(([name, { pattern, allowed }]) => ({ name, pattern: new RegExp(pattern), allowed }));
