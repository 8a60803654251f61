/**
 * Go's filepath.Match, by which branches, tags and checks are named: `*` and `?` stop at a slash, `[a-z]` and `[^a-z]` are one character, a backslash takes the
 * next one as it is. Characters are code points.
 *
 * Takes time in proportion to pattern and name at worst, whatever they are.
 */
export interface NameGlob {
  matches(name: string): boolean;
}

/** Nothing for a pattern that Go does not take: it matches nothing there. */
export function nameGlob(pattern: string): NameGlob | undefined {
  const parts = partsOf([...pattern]);
  return parts && { matches: (name) => matchesParts(parts, [...name]) };
}

type Part = '*' | ((character: string) => boolean);

function matchesParts(parts: readonly Part[], name: readonly string[]): boolean {
  let [part, place] = [0, 0];
  // Where the last star stands, and what it has taken so far. An earlier one has taken as little as it could, and more would not help.
  let star: { readonly part: number; end: number } | undefined;
  while (place < name.length || part < parts.length) {
    const next = parts[part];
    if (next === '*') {
      star = { part, end: place };
      part += 1;
    } else if (next !== undefined && place < name.length && next(name[place]!)) {
      part += 1;
      place += 1;
    } else if (star !== undefined && star.end < name.length && name[star.end] !== '/') {
      star.end += 1;
      part = star.part + 1;
      place = star.end;
    } else {
      return false;
    }
  }
  return true;
}

function partsOf(pattern: readonly string[]): Part[] | undefined {
  const parts: Part[] = [];
  for (let at = 0; at < pattern.length;) {
    const character = pattern[at]!;
    if (character === '[') {
      const known = classAt(pattern, at + 1);
      if (known === undefined) return undefined;
      parts.push(known.part);
      at = known.end;
      continue;
    }
    if (character === '\\' && at + 1 === pattern.length) return undefined;
    const literal = character === '\\' ? pattern[at + 1]! : character;
    parts.push(character === '*' ? '*' : character === '?' ? (other) => other !== '/' : (other) => other === literal);
    at += character === '\\' ? 2 : 1;
  }
  return parts;
}

/** The class behind a bracket, and where it ends. */
function classAt(pattern: readonly string[], start: number): { readonly part: Part; readonly end: number } | undefined {
  const isNegated = pattern[start] === '^';
  const ranges: (readonly [number, number])[] = [];
  for (let at = isNegated ? start + 1 : start; ;) {
    if (pattern[at] === ']' && ranges.length > 0) {
      return { part: (character) => isIn(ranges, character.codePointAt(0)!) !== isNegated, end: at + 1 };
    }
    const from = characterAt(pattern, at);
    if (from === undefined) return undefined;
    const to = pattern[from.end] === '-' ? characterAt(pattern, from.end + 1) : from;
    if (to === undefined) return undefined;
    ranges.push([from.code, to.code]);
    at = to.end;
  }
}

/** One character of a class, or one behind a backslash. */
function characterAt(pattern: readonly string[], at: number): { readonly code: number; readonly end: number } | undefined {
  const isEscaped = pattern[at] === '\\';
  const character = pattern[isEscaped ? at + 1 : at];
  if (character === undefined || (!isEscaped && (character === '-' || character === ']'))) return undefined;
  return { code: character.codePointAt(0)!, end: at + (isEscaped ? 2 : 1) };
}

function isIn(ranges: readonly (readonly [number, number])[], code: number): boolean {
  return ranges.some(([from, to]) => from <= code && code <= to);
}
