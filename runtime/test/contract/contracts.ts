import type { Connect } from './connection.ts';
import { createAndReadContract } from './create-and-read.contract.ts';
import { watchContract } from './watch.contract.ts';

/** Every rule of the API server that both the embedded and a real one must keep, one suite each. */
export const contracts: Record<string, (connect: Connect) => void> = {
  'create and read': createAndReadContract,
  'watch': watchContract,
};
