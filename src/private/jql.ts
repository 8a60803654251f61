import { type Problem, quote } from './problem';

/**
 * Checks a condition in JQL, as far as one can without Jira. The operator puts it into parentheses beside the project, and its order behind them: what closes
 * a parenthesis that it did not open would find issues of other projects.
 */
export function checkJql(jql: unknown, path: string): Problem[] {
  if (typeof jql !== 'string') return [];
  const broken = brokenRule(jql);
  return broken === undefined ? [] : [{ code: 'pattern', path, got: quote(jql), ...broken }];
}

function brokenRule(jql: string): Pick<Problem, 'allowed' | 'fix'> | undefined {
  const [condition] = jql.split(/\border\s+by\b/i);
  if (condition!.trim() === '') return { allowed: 'a condition has to stand in it, before any ORDER BY', fix: 'leave jql out for every issue of the project' };
  let depth = 0;
  let isOpen = '';
  for (let at = 0; at < jql.length; at++) {
    const char = jql[at]!;
    if (char === '\\') at++;
    else if (isOpen !== '') isOpen = char === isOpen ? '' : isOpen;
    else if (char === '"' || char === "'") isOpen = char;
    else if (char === '(') depth++;
    else if (char === ')' && --depth < 0) return { allowed: 'it closes a parenthesis that it did not open' };
  }
  if (isOpen !== '') return { allowed: `it opens a ${isOpen} that it does not close` };
  return depth > 0 ? { allowed: 'it opens a parenthesis that it does not close' } : undefined;
}
