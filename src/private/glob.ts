import { type Problem, quote } from './problem';

/** Checks a glob for the name of a branch, a tag or a check: `*` and `?` stop at a slash. */
export function checkNameGlob(glob: unknown, path: string): Problem[] {
  return typeof glob === 'string' ? checkGlob(glob, { hasBraces: false }, path) : [];
}

/** Checks a glob for the path of a file in the repository: besides, `**` spans directories and `{a,b}` are alternatives. */
export function checkFileGlob(glob: unknown, path: string): Problem[] {
  if (typeof glob !== 'string') return [];
  if (/^\.{0,2}\//.test(glob)) return [{ code: 'never-matches', path, got: quote(glob), allowed: 'paths of files begin at the root of the repository, without / and ./', fix: `write ${glob.replace(/^(\.{0,2}\/)+/, '')}` }];
  return checkGlob(glob, { hasBraces: true }, path);
}

function checkGlob(glob: string, { hasBraces }: { hasBraces: boolean }, path: string): Problem[] {
  const broken = glob === '' ? 'it matches nothing' : brokenRule(glob, hasBraces);
  return broken === undefined ? [] : [{ code: 'invalid-glob', path, got: quote(glob), allowed: broken }];
}

/** One character of a class, or one behind a backslash. */
const CHARACTER = /^(?:\\[\s\S]|[^\]\\-])/;

function brokenRule(glob: string, hasBraces: boolean): string | undefined {
  let depth = 0;
  for (let rest = glob; rest !== '';) {
    const [first] = rest;
    if (first === '\\' && rest.length === 1) return 'the backslash at its end escapes nothing';
    if (first === '[') {
      const after = afterClass(rest);
      if (after === undefined) return 'a [ begins a class of characters such as [a-z], and this one does not end or holds nothing';
      rest = after;
      continue;
    }
    if (hasBraces && first === '{') depth += 1;
    if (hasBraces && first === '}' && --depth < 0) return 'a } ends alternatives that do not begin';
    rest = rest.slice(first === '\\' ? 2 : 1);
  }
  return depth > 0 ? 'a { begins alternatives such as {a,b}, and these do not end' : undefined;
}

/** What is behind the class that a glob begins with. */
function afterClass(glob: string): string | undefined {
  let rest = glob.slice(/^\[[\^!]/.test(glob) ? 2 : 1);
  for (let isEmpty = true; rest !== ''; isEmpty = false) {
    if (rest.startsWith(']')) return isEmpty ? undefined : rest.slice(1);
    const [from] = CHARACTER.exec(rest) ?? [];
    if (from === undefined) return undefined;
    rest = rest.slice(from.length);
    if (!rest.startsWith('-')) continue;
    const [to] = CHARACTER.exec(rest.slice(1)) ?? [];
    if (to === undefined) return undefined;
    rest = rest.slice(1 + to.length);
  }
  return undefined;
}
