import { expect, test } from 'vitest';
import { jqlOf } from '../../../src/sources/jira/jql.ts';

test.each<{ it: string; project?: string; filter?: string; jql: string }>([
  { it: 'a project alone', jql: 'project = "SHOP"' },
  { it: 'an empty condition is none', filter: '  ', jql: 'project = "SHOP"' },
  { it: 'a condition stands in parentheses', filter: 'a = 1 OR b = 2', jql: 'project = "SHOP" AND (a = 1 OR b = 2)' },
  { it: 'an order stands behind them', filter: 'a = 1 ORDER BY priority DESC', jql: 'project = "SHOP" AND (a = 1) ORDER BY priority DESC' },
  { it: 'in any case, with any blanks', filter: 'a = 1\norder\t by created', jql: 'project = "SHOP" AND (a = 1) order\t by created' },
  { it: 'an order alone needs no parentheses', filter: 'ORDER BY created', jql: 'project = "SHOP" ORDER BY created' },
  { it: 'an order in a text is none', filter: 'text ~ "order by phone"', jql: 'project = "SHOP" AND (text ~ "order by phone")' },
  { it: 'nor is a field that ends like one', filter: 'reorder = by', jql: 'project = "SHOP" AND (reorder = by)' },
  { it: 'the last of two orders counts, and Jira says what is wrong with the first', filter: 'order by a order by b', jql: 'project = "SHOP" AND (order by a) order by b' },
  { it: 'a parenthesis in a text is none', filter: String.raw`summary ~ ":) \" ("`, jql: String.raw`project = "SHOP" AND (summary ~ ":) \" (")` },
  { it: 'a word of JQL may be a project', project: 'AND', jql: 'project = "AND"' },
  { it: 'a project is never more than one', project: String.raw`A" OR project = "B\ `, jql: String.raw`project = "A\" OR project = \"B\\ "` },
])('$it', ({ project = 'SHOP', filter, jql }) => {
  expect(jqlOf(project, filter)).toBe(jql);
});

test.each([
  ['a = 1) OR (project = SECRET', 'when.jira.jql: it closes a parenthesis that it did not open; correct the condition'],
  ['a = 1 ORDER BY b) OR (c = 1', 'when.jira.jql: it closes a parenthesis that it did not open; correct the condition'],
  ['(a = 1', 'when.jira.jql: it opens a parenthesis that it does not close; correct the condition'],
  ['a = "1', 'when.jira.jql: it opens a " that it does not close; correct the condition'],
  [String.raw`a = '1\'`, "when.jira.jql: it opens a ' that it does not close; correct the condition"],
])('%s is refused', (filter, problem) => {
  expect(() => jqlOf('SHOP', filter)).toThrow(problem);
});
