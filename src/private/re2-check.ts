import { RE2JS } from 're2js';
import { type Problem, quote } from './problem';

/** What people write who know other engines. */
const NOT_IN_RE2: readonly { readonly syntax: RegExp; readonly fix: string }[] = [
  { syntax: /\(\?<?[=!]/, fix: 'RE2 does not look ahead or behind; say it with a second pattern' },
  { syntax: /\\[1-9]/, fix: 'RE2 does not refer back to a group' },
  { syntax: /[*+?}]\+|\(\?>/, fix: 'RE2 has no possessive quantifiers and no atomic groups, and does not need them' },
];

/** Checks a regular expression as operators compile it, with RE2: an event that meets one that they cannot compile is ruled out without a word. */
export function checkPattern(pattern: unknown, path: string): Problem[] {
  if (typeof pattern !== 'string') return [];
  try {
    RE2JS.compile(pattern);
    return [];
  } catch (error) {
    const reason = (error as Error).message.replace(/^error parsing regexp: /, '');
    return [{ code: 'invalid-pattern', path, got: quote(pattern), allowed: reason, fix: NOT_IN_RE2.find(({ syntax }) => syntax.test(pattern))?.fix }];
  }
}
