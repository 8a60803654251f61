import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The text of every file that is, or would be, committed, by its path from the root. */
export type Repository = ReadonlyMap<string, string>;

/** One breach of a house rule. */
export interface Finding {
  readonly path: string;
  readonly line: number;
  /** What is wrong, as the beginning of a sentence. */
  readonly found: string;
  readonly use: string;
  readonly why: string;
}

export const root = join(import.meta.dirname, '../..');

export function readRepository(): Repository {
  // Untracked files count, so that a breach shows before it is committed; deleted ones are still listed.
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 });
  const paths = listed.split('\0').filter((path) => path !== '' && existsSync(join(root, path)));
  return new Map(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

export function describeFinding({ path, line, found, use, why }: Finding): string {
  return `${path}:${line}: ${found}, use ${use}: ${why}`;
}

export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** Files that nobody edits: they follow their source, and the drift test watches that. */
export function isGenerated(path: string): boolean {
  return /^(src\/l1\/|src\/private\/(schemas|rules|crds|fixed-names|event-variables)\.ts$|src\/triggers\/events\.ts$|schema\/src\/kubernetes\/(.+-v1|type-names)\.ts$|crds\/|docs\/reference\/|API\.md$|package-lock\.json$|\.projen\/)/.test(path);
}
