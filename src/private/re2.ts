import { RE2JS } from 're2js';
import { type Problem, quote } from './problem';

/** Checks a regular expression as an operator reads it: RE2, in which nothing looks ahead or refers back, so that no text takes it long. */
export function checkPattern(pattern: unknown, path: string): Problem[] {
  if (typeof pattern !== 'string' || pattern.includes('${Token[')) return [];
  try {
    RE2JS.compile(pattern);
    return [];
  } catch (error) {
    return [{ code: 'invalid-regex', path, got: quote(pattern), allowed: (error as Error).message.replace(/^error parsing regexp: /, '') }];
  }
}
