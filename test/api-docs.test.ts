import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const source = new URL('../src/', import.meta.url);
const api = readFileSync(new URL('../API.md', import.meta.url), 'utf8');

/** What the library exports, file by file: the names, or all of them. What it offers beside its index is not for other languages, and not in API.md. */
const exported = [...readFileSync(new URL('index.ts', source), 'utf8').matchAll(/^export (?:type )?(\*|\{[^}]*\}) from '\.\/(.+)';$/gm)].map(([, names, file]) => ({
  file: `${file!}.ts`,
  isExported: (name: string) => names === '*' || new RegExp(`\\b${name}\\b`).test(names!),
}));

/** Every class and struct of the library with its public members, as the ids of API.md name them. */
const members = exported.flatMap(({ file, isExported }) => {
  const text = readFileSync(new URL(file, source), 'utf8');
  return [...text.matchAll(/^export (?:abstract )?(class|interface) (\w+)[^{]*\{\n([\s\S]*?)^\}/gm)].filter(([, , name]) => isExported(name!)).flatMap(([, kind, name, body = '']) => {
    const member = kind === 'interface' ? /^ {2}readonly (\w+)\??:/gm : /^ {2}public (?:static |readonly |abstract |get )*(?!(?:constructor|static|readonly|abstract|get)\b)([a-z]\w*)/gm;
    return [`cdk8s-taskwright.${name}`, ...[...body.matchAll(member)].map(([, property]) => `cdk8s-taskwright.${name}.${kind === 'interface' ? 'property.' : ''}${property}`)];
  });
});

test('API.md has every class, struct and member', () => {
  expect(members.length).toBeGreaterThan(100);
  const missing = members.filter((id) => !api.includes(`id="${id}"`) && !api.includes(`id="${id.replace(/\.(\w+)$/, '.property.$1')}"`));
  expect(missing.length === 0 ? 'up to date' : `${missing.join(', ')} missing; run: npx projen compile && npx projen docgen`).toBe('up to date');
});
