import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BuildError, tool } from '../tool';

const { constructsOf, mustExist } = await tool<{ constructsOf(dockerfile: string): string[]; mustExist(files: string[], folder: string): void }>('cluster/images.mjs');
const root = join(import.meta.dirname, '../../..');

test('what the Dockerfile copies of the constructs is there', () => {
  const files = constructsOf(readFileSync(join(root, 'images/Dockerfile'), 'utf8'));
  expect(files).toContain('src/template');
  expect(files).toContain('src/private/problem.ts');
  mustExist(files, root);
});

test('a file that the Dockerfile copies and nobody has is a broken build, and is named', () => {
  const files = constructsOf('COPY src/template src/template\nCOPY src/gone.ts src/schedule.ts src/lost.ts src/\nCOPY runtime/src runtime/src\n');
  expect(files).toEqual(['src/template', 'src/gone.ts', 'src/schedule.ts', 'src/lost.ts']);
  expect(() => mustExist(files, root)).toThrow(new BuildError('images/Dockerfile copies what does not exist: src/gone.ts, src/lost.ts; name what took its place, or leave it out'));
  expect(() => mustExist(files, root)).toThrow(BuildError);
});
