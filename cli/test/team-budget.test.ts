import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Task } from '@taskwright/schema';
import { expect, onTestFinished, test } from 'vitest';
import { type } from './a-terminal.ts';

const cwd = fileURLToPath(new URL('../..', import.meta.url));

test('Tasks of a team share its budget: who finds no room waits, and says so', { timeout: 120_000 }, async () => {
  const data = mkdtempSync(join(tmpdir(), 'taskwright-team-budget-'));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  const { code, out, err } = await type(['dev', 'examples/team-budget', '--data', data], { cwd, env: process.env });
  expect({ code, err, out: code === 0 ? '' : out }).toEqual({ code: 0, err: '', out: '' });
  expect(out).toMatch(/Waiting for room in budget "shop-daily": cost 0 spent, 2 set aside for 2 other Tasks, 1 needed, limit 2/);

  const { items } = JSON.parse((await type(['get', '-o', 'json', '--data', data], { cwd, env: process.env })).out) as { items: Task[] };
  expect(items.map(({ metadata, status }) => ({ name: metadata.name, phase: status?.phase, usage: status?.usage }))).toEqual(
    ['cart', 'checkout', 'search'].map((name) => ({ name, phase: 'Succeeded', usage: { costUSD: '250m' } })),
  );
});
