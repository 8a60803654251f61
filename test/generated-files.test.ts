import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generatedFiles } from '../tools/generated-files';

const files = generatedFiles();

test.each(files)('$path is what schema/ says', ({ path, text }) => {
  const url = new URL(`../${path}`, import.meta.url);
  const committed = existsSync(url) ? readFileSync(url, 'utf8') : '';
  // Compared as a whole and told in a sentence: a diff of half a megabyte helps nobody.
  expect(committed === text ? 'up to date' : `${path} has drifted from schema/; run: npx projen generate`).toBe('up to date');
});

test('generating twice gives the same bytes', () => {
  expect(generatedFiles()).toEqual(files);
});
