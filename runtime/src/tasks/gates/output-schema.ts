import { OUTPUT_SCHEMA } from '@taskwright/schema';
import { declarationProblem } from '../declared-outputs.ts';
import type { Gate } from '../gate.ts';

/** Holds a Task whose declaration of outputs cannot be read: what its agent would leave could not be checked, and it is paid for before that shows. */
export const outputSchemaGate: Gate = ({ task }) => {
  const problem = declarationProblem(task);
  return problem === undefined ? undefined : { hold: 'AnnotationInvalid', message: `Waiting for annotation ${OUTPUT_SCHEMA} to be corrected, ${problem}` };
};
