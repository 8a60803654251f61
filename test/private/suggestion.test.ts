import { expect, test } from 'vitest';
import { suggestionFor } from '../../src/private/suggestion';

test.each([
  { it: 'a letter too many', word: 'workspacee', known: ['workspace', 'branch'], near: 'workspace' },
  { it: 'a letter too few', word: 'workspac', known: ['workspace', 'branch'], near: 'workspace' },
  { it: 'a wrong letter', word: 'worksqace', known: ['workspace', 'branch'], near: 'workspace' },
  { it: 'swapped letters', word: 'wrokspace', known: ['workspace', 'branch'], near: 'workspace' },
  { it: 'other capitals', word: 'agentsMd', known: ['agentsMD'], near: 'agentsMD' },
  { it: 'two slips', word: 'wrkspce', known: ['workspace'], near: undefined },
  { it: 'two candidates', word: 'cat', known: ['car', 'cut'], near: undefined },
  { it: 'the word itself', word: 'cat', known: ['cat'], near: undefined },
])('of $it is $near', ({ word, known, near }) => {
  expect(suggestionFor(word, known)).toBe(near);
});
