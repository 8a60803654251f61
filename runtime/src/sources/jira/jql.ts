import { SourceError } from '../source.ts';

/**
 * The query of a trigger: issues of the project that match the condition, in the order that the condition asks for at its end.
 *
 * The project is quoted, so that no key is taken for a word of JQL or ends where it should not; a condition that closes a parenthesis which it did not open
 * could reach other projects, and is refused.
 */
export function jqlOf(project: string, filter = ''): string {
  const { condition, order } = parts(filter);
  const ofProject = `project = "${project.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
  const all = condition === '' ? ofProject : `${ofProject} AND (${condition})`;
  return order === '' ? all : `${all} ${order}`;
}

function parts(filter: string): { condition: string; order: string } {
  let depth = 0;
  let quote = '';
  let orderAt = filter.length;
  for (let at = 0; at < filter.length; at++) {
    const char = filter[at]!;
    if (char === '\\') at++;
    else if (quote !== '') quote = char === quote ? '' : quote;
    else if (char === '"' || char === "'") quote = char;
    else if (char === '(') depth++;
    else if (char === ')' && --depth < 0) throw refused('it closes a parenthesis that it did not open');
    else if (depth === 0 && isWordStart(filter, at) && /^order\s+by\b/i.test(filter.slice(at, at + LONGEST_ORDER_BY))) orderAt = at;
  }
  if (quote !== '') throw refused(`it opens a ${quote} that it does not close`);
  if (depth > 0) throw refused('it opens a parenthesis that it does not close');
  return { condition: filter.slice(0, orderAt).trim(), order: filter.slice(orderAt).trim() };
}

/** With more blanks between them than anybody types. */
const LONGEST_ORDER_BY = 64;

function isWordStart(text: string, at: number): boolean {
  return at === 0 || !/[\w.]/.test(text[at - 1]!);
}

function refused(problem: string): SourceError {
  return new SourceError(`when.jira.jql: ${problem}; correct the condition`);
}
