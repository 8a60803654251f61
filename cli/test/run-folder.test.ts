import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRunFolder, latestRunFolder } from '../src/run-folder.ts';
import { folderWith } from './a-terminal.ts';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));

test('the newest run is the latest, and the ten newest are kept', async () => {
  const data = folderWith({});
  expect(await latestRunFolder(data)).toBeUndefined();
  for (let second = 0; second < 12; second += 1) await createRunFolder(data, at(second));
  expect((await latestRunFolder(data))?.path).toBe(join(data, 'runs', '2026-01-01T00-00-11-000Z'));
  expect(readdirSync(join(data, 'runs'))).toHaveLength(10);
  expect(readdirSync(data).sort()).toEqual(['latest', 'runs']);
});
