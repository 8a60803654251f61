import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';

const source = new URL('../src/', import.meta.url);
const api = readFileSync(new URL('../API.md', import.meta.url), 'utf8');

/** Every class and struct of the library with its public members, as the ids of API.md name them. */
const members = readdirSync(source).filter((name) => name.endsWith('.ts')).flatMap((file) => {
  const text = readFileSync(new URL(file, source), 'utf8');
  return [...text.matchAll(/^export (?:abstract )?(class|interface) (\w+)[^{]*\{\n([\s\S]*?)^\}/gm)].flatMap(([, kind, name, body = '']) => {
    const member = kind === 'interface' ? /^ {2}readonly (\w+)\??:/gm : /^ {2}public (?:static |readonly |abstract |get )*(?!(?:constructor|static|readonly|abstract|get)\b)([a-z]\w*)/gm;
    return [`cdk8s-taskwright.${name}`, ...[...body.matchAll(member)].map(([, property]) => `cdk8s-taskwright.${name}.${kind === 'interface' ? 'property.' : ''}${property}`)];
  });
});

test('API.md has every class, struct and member', () => {
  expect(members.length).toBeGreaterThan(100);
  const missing = members.filter((id) => !api.includes(`id="${id}"`) && !api.includes(`id="${id.replace(/\.(\w+)$/, '.property.$1')}"`));
  expect(missing.length === 0 ? 'up to date' : `${missing.join(', ')} missing; run: npx projen compile && npx projen docgen`).toBe('up to date');
});
