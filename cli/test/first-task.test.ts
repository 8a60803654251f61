import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { agentCacheDir, CLAUDE_CODE, installNpmProgram } from '@taskwright/runtime/embedded';
import { systemClock } from '@taskwright/runtime/kube';
import { expect, test } from 'vitest';
import { type } from './a-terminal.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const { ANTHROPIC_API_KEY: _, CLAUDE_CODE_OAUTH_TOKEN: __, ANTHROPIC_BASE_URL: ___, ...env } = process.env;

/** Claude Code is 320 MB the first time. */
const INSTALLED_WITHIN_MS = 300_000;

test('the first Task: a program becomes a commit of the real Claude Code', { timeout: INSTALLED_WITHIN_MS + 120_000 }, async (context) => {
  try {
    await installNpmProgram(CLAUDE_CODE, { env, clock: systemClock, cacheDir: agentCacheDir(env) });
  } catch (error) {
    return context.skip(`Claude Code cannot be installed here: ${(error as Error).message.split('\n')[0]}`);
  }
  const data = mkdtempSync(join(tmpdir(), 'taskwright-first-task-'));
  const { code, out, err } = await type(['dev', 'examples/first-task', '--data', data, '--output', 'json'], { cwd: ROOT, env });

  expect({ code, story: code === 0 ? '' : err }).toEqual({ code: 0, story: '' });
  const { tasks } = JSON.parse(out);
  const commit = expect.stringMatching(/^[0-9a-f]{40}$/);
  expect(tasks).toEqual([
    expect.objectContaining({ name: 'count-the-lines', phase: 'Succeeded', branch: 'docs/lines', commit }),
    // Claude Code says what it used; the script says how much that is.
    expect.objectContaining({ name: 'map-the-folders', phase: 'Succeeded', branch: 'docs/folders', commit, inputTokens: 12_700, outputTokens: 460, costUSD: '75m' }),
  ]);
  const show = (look: string) => execFileSync('git', look.split(' ').slice(1), { cwd: ROOT, encoding: 'utf8' });
  expect(show(tasks[0].look)).toMatch(/\+- runtime: \d+/);
  expect(show(tasks[1].look)).toMatch(/\+- runtime: \d+ files/);
  expect(err).toContain('> Write FOLDERS.md');
});
