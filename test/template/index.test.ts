import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';

test('the engine imports itself and the words of messages, as the image of the operator holds no more', () => {
  const folder = new URL('../../src/template/', import.meta.url);
  const sources = readdirSync(folder).filter((name) => name.endsWith('.ts')).map((name) => readFileSync(new URL(name, folder), 'utf8'));
  const imported = new Set(sources.flatMap((source) => [...source.matchAll(/ from '([^']+)';$/gm)].map(([, name]) => name)));
  expect([...imported].filter((name) => !name!.startsWith('./')).sort()).toEqual(['../private/problem', '../private/suggestion']);
});
