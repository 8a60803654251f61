import { fileURLToPath } from 'node:url';
import type { Task } from '@taskwright/schema';
import { expect, test } from 'vitest';
import { type } from './a-terminal.ts';
import { temporaryFolder } from '../../runtime/test/temporary-folder.ts';

const cwd = fileURLToPath(new URL('../..', import.meta.url));

test('Tasks of a team share its budget: who finds no room waits, and who fails is tried again with what it has left', { timeout: 120_000 }, async () => {
  const data = temporaryFolder('team-budget');
  const { code, out, err } = await type(['dev', 'examples/team-budget', '--data', data], { cwd, env: process.env });
  expect({ code, err, out: code === 0 ? '' : out }).toEqual({ code: 0, err: '', out: '' });
  expect(out).toMatch(/Waiting for room in budget "shop-daily": cost 0 spent, 2 set aside for 2 other Tasks, 1 needed, limit 2/);

  const { items } = JSON.parse((await type(['get', '-o', 'json', '--data', data], { cwd, env: process.env })).out) as { items: Task[] };
  // Two attempts, both of which count; the second may spend what the first has left.
  expect(items.map(({ metadata, status }) => [metadata.name, status?.phase, status?.usage?.costUSD])).toEqual([['cart', 'Succeeded', '250m'], ['checkout', 'Succeeded', '500m'], ['search', 'Succeeded', '250m']]);
  expect(['Review checkout, for at most 1 dollars', 'Review checkout, for at most 0.75 dollars'].filter((line) => !out.includes(line))).toEqual([]);
});
