import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { installAgent } from '@taskwright/runtime/embedded';
import { systemClock } from '@taskwright/runtime/kube';
import type { Task } from '@taskwright/schema';
import { expect, test } from 'vitest';
import { type } from './a-terminal.ts';
import { temporaryFolder } from '../../runtime/test/temporary-folder.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const { ANTHROPIC_API_KEY: _, CLAUDE_CODE_OAUTH_TOKEN: __, ANTHROPIC_BASE_URL: ___, ...env } = process.env;
/** Claude Code is 320 MB the first time. */
const INSTALLED_WITHIN_MS = 300_000;

test.for(['auto', 'path-mapping'])('a plan is what its Task declares, after one correction, and the next Task carries it out (isolation %s)', { timeout: INSTALLED_WITHIN_MS + 120_000 }, async (isolation, context) => {
  try {
    await installAgent('claude-code', { env, clock: systemClock });
  } catch (error) {
    return context.skip(`Claude Code cannot be installed here: ${(error as Error).message.split('\n')[0]}`);
  }
  const data = temporaryFolder('plan');
  const { code, out, err } = await type(['dev', 'examples/plan-then-implement', '--data', data, '--isolation', isolation], { cwd: ROOT, env });
  expect({ code, err, out: code === 0 ? '' : out }).toEqual({ code: 0, err: '', out: '' });

  const { items } = JSON.parse((await type(['get', '-o', 'json', '--data', data], { cwd: ROOT, env })).out) as { items: Task[] };
  const statusOf = (name: string) => items.find(({ metadata }) => metadata.name === name)?.status;
  const { words, audience, risky } = statusOf('plan')?.results ?? {};
  expect([JSON.parse(words!), audience, risky]).toEqual([
    [{ word: 'Task', meaning: 'One piece of work for an agent.' }, { word: 'Workspace', meaning: 'The repository that an agent gets a clone of.' }, { word: 'Spawner', meaning: 'Makes Tasks of events.' }],
    'users', 'false',
  ]);
  expect(statusOf('plan')?.conditions?.map(({ type: name, status }) => [name, status])).toEqual([['Admitted', 'True'], ['OutputsValid', 'True']]);
  const shown = out.split('\n').find((line) => line.includes('git --git-dir'))!;
  expect(execFileSync('git', shown.trim().split(' ').slice(1), { cwd: ROOT, encoding: 'utf8' })).toContain('+- **Workspace**: The repository that an agent gets a clone of.');
  expect(statusOf('implement')?.phase).toBe('Succeeded');
});
