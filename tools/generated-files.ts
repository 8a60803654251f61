import { checkTables } from './check-tables.ts';
import { constructs } from './constructs.ts';
import { crdFiles } from './crd-files.ts';
import { crdModule } from './crd-module.ts';
import { eventFiles } from './events.ts';
import { fieldReference } from './field-reference.ts';
import { fixedNames } from './fixed-names.ts';
import type { GeneratedFile } from './generated-file.ts';
import { kubernetesTypes } from './kubernetes-types.ts';
import { ruleFunctions } from './rule-functions.ts';

/** All derived files, in memory: the generator writes them, the drift test compares them. */
export function generatedFiles(): GeneratedFile[] {
  return [...kubernetesTypes(), ...crdFiles(), ...crdModule(), ...constructs(), ...checkTables(), ...ruleFunctions(), ...fixedNames(), ...eventFiles(), ...fieldReference()];
}
