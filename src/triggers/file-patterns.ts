import { checkFileGlob } from '../private/glob';
import type { Problem } from '../private/problem';
import { itemsIn } from '../private/shape';

/** Globs for the files that were changed, from the root of the repository: `**` spans directories, `{a,b}` are alternatives. */
export interface FilePatterns {
  /**
   * One of the files that `exclude` leaves has to match one of these.
   *
   * @default - any file will do
   */
  readonly include?: string[];
  /**
   * Files that do not count. A change of nothing else is ruled out.
   *
   * @default - all files count
   */
  readonly exclude?: string[];
}

export function checkFilePatterns(patterns: FilePatterns | undefined, path: string): Problem[] {
  if (!patterns) return [];
  const [include, exclude] = [patterns.include, patterns.exclude].map((globs) => itemsIn(globs));
  return [
    ...([patterns.include, patterns.exclude].every((globs) => globs === undefined || (Array.isArray(globs) && globs.length === 0)) ? [{ code: 'required', path: `${path}.include`, fix: 'set include or exclude' } as const] : []),
    ...include.flatMap((glob, index) => checkFileGlob(glob, `${path}.include[${index}]`)),
    ...exclude.flatMap((glob, index) => checkFileGlob(glob, `${path}.exclude[${index}]`)),
  ];
}
