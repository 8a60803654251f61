import type { StructuralSchema } from '@taskwright/schema';

/** The bounds of a field as short sentences, for doc comments and pages. */
export function boundsOf({ minimum, maximum, minLength, maxLength, minItems, maxItems, pattern }: StructuralSchema): string[] {
  return [
    minimum !== undefined && `At least ${minimum}.`,
    maximum !== undefined && `At most ${maximum}.`,
    minLength !== undefined && (minLength === 1 ? 'Not empty.' : `At least ${minLength} characters.`),
    maxLength !== undefined && `At most ${maxLength} characters.`,
    minItems !== undefined && (minItems === 1 ? 'Not an empty list.' : `At least ${minItems} entries.`),
    maxItems !== undefined && `At most ${maxItems} entries.`,
    pattern !== undefined && `Matches \`${pattern}\`.`,
  ].filter((bound) => bound !== false);
}
