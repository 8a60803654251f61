import { applyContract } from './apply.contract.ts';
import { builtInContract } from './built-in.contract.ts';
import type { Connect } from './connection.ts';
import { controllersContract } from './controllers.contract.ts';
import { conversionContract } from './conversion.contract.ts';
import { createAndReadContract } from './create-and-read.contract.ts';
import { dryRunContract } from './dry-run.contract.ts';
import { fieldsContract } from './fields.contract.ts';
import { kindsContract } from './kinds.contract.ts';
import { listContract } from './list.contract.ts';
import { metadataContract } from './metadata.contract.ts';
import { ownershipContract } from './ownership.contract.ts';
import { ratchetingContract } from './ratcheting.contract.ts';
import { resumeContract } from './resume.contract.ts';
import { scaleContract } from './scale.contract.ts';
import { schemaContract } from './schema.contract.ts';
import { subresourcesContract } from './subresources.contract.ts';
import { watchContract } from './watch.contract.ts';
import { writeAndDeleteContract } from './write-and-delete.contract.ts';

/** Every rule of the API server that both the embedded and a real one must keep, one suite each. */
export const contracts: Record<string, (connect: Connect) => void> = {
  'create and read': createAndReadContract,
  'write and delete': writeAndDeleteContract,
  'metadata': metadataContract,
  'list': listContract,
  'watch': watchContract,
  'watch again': resumeContract,
  'scale': scaleContract,
  'schema': schemaContract,
  'ratcheting': ratchetingContract,
  'conversion': conversionContract,
  'subresources': subresourcesContract,
  'dry run': dryRunContract,
  'server-side apply': applyContract,
  'ownership': ownershipContract,
  'our own kinds': kindsContract,
  'every field': fieldsContract,
  'built-in kinds': builtInContract,
};

/** What needs the controllers of a cluster beside its API server. */
export const clusterContracts: Record<string, (connect: Connect) => void> = {
  'garbage and namespaces': controllersContract,
};
