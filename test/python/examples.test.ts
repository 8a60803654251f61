import { existsSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { synthesizePython, synthesizeTypeScript } from './run-program';

const folder = new URL('../../examples/', import.meta.url);
const examples = readdirSync(folder).filter((name) => existsSync(new URL(`${name}/main.py`, folder)));

test('there are examples in Python', () => {
  expect(examples).toEqual(expect.arrayContaining(['first-task', 'plan-then-implement', 'team-budget']));
});

test.each(examples)('%s in Python synthesizes the bytes that it does in TypeScript', async (name) => {
  const [python, typeScript] = await Promise.all([synthesizePython(`examples/${name}/main.py`), synthesizeTypeScript(`examples/${name}/main.ts`)]);
  expect(Object.keys(typeScript)).toEqual([`${name}.k8s.yaml`]);
  expect(python).toEqual(typeScript);
});
