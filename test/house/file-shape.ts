import { basename } from 'node:path';
import { type Finding, type Repository, isGenerated } from './repository';

const LONGEST_FILE_LINES = 500;
const namesOfNothing = ['utils', 'util', 'helpers', 'helper', 'common', 'types', 'misc', 'shared', 'base', 'stuff'];

/** Names and sizes: a file is named after one concept and holds it. */
export function findMisshapenFiles(repository: Repository): Finding[] {
  const findings: Finding[] = [];
  for (const [path, text] of repository) {
    if (!/\.(ts|mjs)$/.test(path) || isGenerated(path) || path === '.projenrc.ts') continue;
    const find = (found: string, use: string, why: string, line = 1) => findings.push({ path, line, found, use, why });

    const [name = ''] = basename(path).split('.');
    if (namesOfNothing.includes(name)) find(`the name "${name}" says nothing`, 'the name of the concept', 'a function lives with the concept it serves');
    if (name !== name.toLowerCase() || name.includes('_')) find(`the name "${name}" is not in kebab-case`, 'kebab-case', 'one spelling works on every file system');

    const lines = text.split('\n').length - 1;
    if (lines > LONGEST_FILE_LINES) find(`it has ${lines} lines`, 'two files', `past ${LONGEST_FILE_LINES} lines it has two reasons to exist`, lines);
  }
  return findings;
}
