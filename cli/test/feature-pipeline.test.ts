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

test('the stages of a pipeline run in the order of what they read, and know what was left', { timeout: INSTALLED_WITHIN_MS + 180_000 }, async (context) => {
  try {
    await installAgent('claude-code', { env, clock: systemClock });
  } catch (error) {
    return context.skip(`Claude Code cannot be installed here: ${(error as Error).message.split('\n')[0]}`);
  }
  const data = temporaryFolder('pipeline');
  const { code, out, err } = await type(['dev', 'examples/feature-pipeline', '--data', data], { cwd: ROOT, env });
  expect({ code, err, out: code === 0 ? '' : out }).toEqual({ code: 0, err: '', out: '' });

  const { items } = JSON.parse((await type(['get', '-o', 'json', '--data', data], { cwd: ROOT, env })).out) as { items: Task[] };
  const tasks = ['plan', 'write', 'review', 'finish'].map((stage) => items.find(({ metadata }) => metadata.name === `glossary-${stage}`)!);
  expect(tasks.map(({ spec, status }) => [spec.dependsOn, status?.phase])).toEqual([
    [undefined, 'Succeeded'],
    [['glossary-plan'], 'Succeeded'],
    [['glossary-write', 'glossary-plan'], 'Succeeded'],
    [['glossary-review'], 'Succeeded'],
  ]);
  const [plan, write, review, finish] = tasks.map(({ status }) => status!);
  expect([plan!.results!['audience'], review!.results!['approved'], review!.results!['remarks']]).toEqual(['users', 'true', '[]']);
  // Each began when those it read had ended.
  expect([plan!.completionTime! <= write!.startTime!, write!.completionTime! <= review!.startTime!, review!.completionTime! <= finish!.startTime!]).toEqual([true, true, true]);

  const repository = /--git-dir (\S+)/.exec(out)![1]!;
  const git = (...args: string[]) => execFileSync('git', ['--git-dir', repository, ...args], { cwd: ROOT, encoding: 'utf8' });
  expect(git('log', '--format=%H %s', '-2', 'docs/glossary').trim().split('\n')).toEqual([
    `${finish!.results!['commit']} docs: the glossary is linked`,
    `${write!.results!['commit']} docs: a glossary`,
  ]);
  expect(git('show', 'docs/glossary:GLOSSARY.md')).toContain('- **Stage**: A step of a pipeline, that knows what those before it left.');
});
