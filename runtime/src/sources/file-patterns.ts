import { RE2JS } from 're2js';

export interface FilePatterns {
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

/** Whether they decide anything at all. */
export function hasFilePatterns(patterns: FilePatterns | undefined): patterns is FilePatterns {
  return patterns !== undefined && ((patterns.include?.length ?? 0) > 0 || (patterns.exclude?.length ?? 0) > 0);
}

/**
 * Whether a change of these files is one that is waited for. Excluded files do not count; of those that are left one has to be included, or there is one at all where
 * nothing is said to be included.
 */
export function filesMatch({ include = [], exclude = [] }: FilePatterns, files: readonly string[]): boolean {
  const left = files.filter((file) => !exclude.some((pattern) => fileMatches(pattern, file)));
  return left.length > 0 && (include.length === 0 || left.some((file) => include.some((pattern) => fileMatches(pattern, file))));
}

/**
 * A glob for the path of a file, as doublestar reads it: `*` and `?` stop at a slash, a segment `**` is any number of them, `{a,b}` is either, `[a-z]` and `[^a-z]` are a
 * character other than a slash. One that is broken matches nothing.
 *
 * It is searched by RE2: patterns come from users and paths from strangers, and the time they take together is bounded.
 */
export function fileMatches(pattern: string, file: string): boolean {
  let compiled = known.get(pattern);
  if (compiled === undefined) {
    if (known.size >= MOST_KEPT) known.clear();
    compiled = compile(pattern);
    known.set(pattern, compiled);
  }
  return compiled !== 'broken' && compiled.matches(file);
}

const known = new Map<string, RE2JS | 'broken'>();
/** More patterns than anybody has written. Beyond it all of them are compiled anew. */
const MOST_KEPT = 4_096;

function compile(pattern: string): RE2JS | 'broken' {
  const expression = expressionOf(pattern);
  if (expression === undefined) return 'broken';
  try {
    return RE2JS.compile(expression, RE2JS.DOTALL);
  } catch {
    return 'broken'; // a range that ends before it begins, or more than RE2 takes
  }
}

/** A segment `**`: before a slash, or at the end of the pattern or of an alternative. */
const ANY_SEGMENTS = /^\*\*(\/|(?=[,}]|$))/;
const ANY_SEGMENTS_AT_END = /^\/\*\*(?=[,}]|$)/;
const CHARACTER_CLASS = /^\[([!^]?)((?:\\[\s\S]|[^\]\\])+)\]/u;

function expressionOf(pattern: string): string | undefined {
  let [expression, depth] = ['', 0];
  for (let at = 0; at < pattern.length;) {
    const rest = pattern.slice(at);
    const isSegmentStart = at === 0 || '/{,'.includes(pattern[at - 1]!);
    const segments = isSegmentStart ? ANY_SEGMENTS.exec(rest) : undefined;
    const ending = ANY_SEGMENTS_AT_END.exec(rest);
    if (segments) {
      expression += segments[1] === '/' ? '(?:.*/)?' : '.*';
      at += segments[0].length;
    } else if (ending) {
      expression += '(?:/.*)?';
      at += ending[0].length;
    } else if (rest.startsWith('[')) {
      const [whole, negation, members] = CHARACTER_CLASS.exec(rest) ?? [];
      if (whole === undefined || members === undefined) return undefined;
      expression += `[${negation === '' ? '' : '^/'}${escapeClass(members)}]`;
      at += whole.length;
    } else {
      const character = String.fromCodePoint(pattern.codePointAt(at)!);
      if (character === '\\') {
        const next = pattern.codePointAt(at + 1);
        if (next === undefined) return undefined;
        const escaped = String.fromCodePoint(next);
        expression += RE2JS.quote(escaped);
        at += 1 + escaped.length;
        continue;
      }
      if (character === '{') depth += 1;
      if (character === '}' && --depth < 0) return undefined;
      expression += SPECIAL[character] ?? (character === ',' && depth > 0 ? '|' : RE2JS.quote(character));
      at += character.length;
    }
  }
  return depth === 0 ? expression : undefined;
}

const SPECIAL: Readonly<Record<string, string>> = { '*': '[^/]*', '?': '[^/]', '{': '(?:', '}': ')' };

/** What RE2 would take for more than a character: a class inside of the class, its end, a negation. */
function escapeClass(members: string): string {
  return members.replace(/(\\[\s\S])|[[^&~]/gu, (character, escaped: string | undefined) => (escaped === undefined ? `\\${character}` : RE2JS.quote(escaped.slice(1))));
}
