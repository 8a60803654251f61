import { expect, test } from 'vitest';
import { findBannedCode } from './house/banned-code';
import { findDeadFiles } from './house/dead-files';
import { findMisshapenFiles } from './house/file-shape';
import { findReadmesThatLie } from './house/folder-readmes';
import { offenders } from './house/offenders';
import { type Finding, describeFinding, readRepository } from './house/repository';
import { findBannedWords, findMissingDocuments, findMissingPaths } from './house/words';

const repository = readRepository();
const checks = {
  'banned code': findBannedCode,
  'names and sizes of files': findMisshapenFiles,
  'dead files': findDeadFiles,
  'READMEs of folders': findReadmesThatLie,
  'banned words': findBannedWords,
  'missing documents': findMissingDocuments,
  'missing paths': findMissingPaths,
};
const entryOf = ({ path, found }: Finding) => `${path}: ${found}`;

test.each(Object.entries(checks))('%s: nothing beyond the known offenders', (_, check) => {
  const breaches = check(repository).filter((finding) => !offenders.includes(entryOf(finding)));
  expect(breaches.map(describeFinding)).toEqual([]);
});

test('the list of offenders names only what still offends', () => {
  const found = new Set(Object.values(checks).flatMap((check) => check(repository)).map(entryOf));
  expect(offenders.filter((entry) => !found.has(entry))).toEqual([]);
});
