import { createHash } from 'crypto';

const LONGEST = 63;
const KEPT = 54;

/** A stage, as far as the names of its Tasks follow from it. */
export interface NamedStage {
  readonly name: string;
  /** How many Tasks it makes. */
  readonly total: number;
}

/** The names that the operator gives to the Tasks of a stage, in the order of its matrix. */
export function taskNamesOf(pipeline: string, { name, total }: NamedStage): string[] {
  if (total === 1) return [shortened(`${pipeline}-${name}`)];
  return Array.from({ length: total }, (_, index) => shortened(`${pipeline}-${name}-${index}`));
}

function shortened(name: string): string {
  if (name.length <= LONGEST) return name;
  return `${name.slice(0, KEPT).replace(/[-.]+$/, '')}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}
