import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readDevSettings } from '../src/dev-settings.ts';
import { folderWith } from './a-terminal.ts';

test('a program without settings stands in for nothing', async () => {
  expect(await readDevSettings(folderWith({}))).toEqual({ repositories: {}, images: {} });
});

test('paths start at the program', async () => {
  const folder = folderWith({ 'taskwright.dev.yaml': 'repositories: {https://git.example.com/a.git: ../a}\nimages: {example.com/x: ./x.sh}\nmodel: ./model.ts\n' });
  expect(await readDevSettings(folder)).toEqual({
    repositories: { 'https://git.example.com/a.git': join(folder, '../a') },
    images: { 'example.com/x': join(folder, 'x.sh') },
    model: join(folder, 'model.ts'),
  });
});

test('every mistake is named, with its place', async () => {
  const folder = folderWith({ 'taskwright.dev.yaml': 'repository: {}\nimages: [a]\n' });
  const message = await readDevSettings(folder).catch((error: Error) => error.message);
  expect(message).toContain('taskwright.dev.yaml: images: ');
  expect(message).toContain('repository');
});
