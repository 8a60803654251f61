import { randomInt, randomUUID } from 'node:crypto';

/** Where uids and generated names come from. A simulation gives its own, seeded, so that a run can be replayed. */
export interface Random {
  uid(): string;
  /** A whole number from 0 to `bound` - 1. */
  below(bound: number): number;
}

export const systemRandom: Random = { uid: randomUUID, below: (bound) => randomInt(bound) };
