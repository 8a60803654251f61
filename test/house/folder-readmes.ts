import { posix } from 'node:path';
import { type Finding, type Repository, isGenerated, lineAt } from './repository';

/** A folder this large has a life of its own, and a newcomer needs its map. */
const FILES_THAT_NEED_A_README = 6;

/** A folder's README lists its files, each with its promise: exactly those that are there. */
export function findReadmesThatLie(repository: Repository): Finding[] {
  const findings: Finding[] = [];
  for (const [folder, files] of foldersOfSources(repository)) {
    const path = `${folder}/README.md`;
    const text = repository.get(path) ?? '';
    const rows = [...text.matchAll(/^\|\s*(`[^|]+)\|/gm)];
    if (rows.length === 0) {
      if (files.length >= FILES_THAT_NEED_A_README) {
        findings.push({ path, line: 1, found: 'a large folder without a table of its files', use: 'a README with one', why: 'a newcomer asks what each file promises' });
      }
      continue;
    }
    const listed = rows.flatMap((row) => [...row[1]!.matchAll(/`([\w./-]+\.ts)`/g)].map(([, name]) => ({ name: name!, line: lineAt(text, row.index) })));
    for (const { name, line } of listed) {
      if (!repository.has(`${folder}/${name}`)) findings.push({ path, line, found: `\`${name}\` is listed`, use: 'the name of a file of this folder', why: 'there is no such file' });
    }
    for (const file of files) {
      if (!listed.some(({ name }) => name === file)) findings.push({ path, line: 1, found: `\`${file}\` is not listed`, use: 'a row with its promise', why: 'the table names every file of the folder' });
    }
  }
  return findings;
}

/**
 * Each folder of hand-written sources with its files. The README of `src/` and `cli/` is for users, so their own files are not listed;
 * an `index.ts` only passes on what the others promise.
 */
function foldersOfSources(repository: Repository): Map<string, string[]> {
  const folders = new Map<string, string[]>();
  for (const path of repository.keys()) {
    if (!/^(schema|runtime)\/src\/.+\.ts$|^(cli\/)?src\/.+\/.+\.ts$/.test(path) || isGenerated(path) || posix.basename(path) === 'index.ts') continue;
    const folder = posix.dirname(path);
    folders.set(folder, [...(folders.get(folder) ?? []), posix.basename(path)]);
  }
  return folders;
}
