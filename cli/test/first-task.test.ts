import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installAgent } from '@taskwright/runtime/embedded';
import { systemClock } from '@taskwright/runtime/kube';
import type { Task } from '@taskwright/schema';
import { expect, test } from 'vitest';
import { type } from './a-terminal.ts';
import { temporaryFolder } from '../../runtime/test/temporary-folder.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const { ANTHROPIC_API_KEY: _, CLAUDE_CODE_OAUTH_TOKEN: __, ANTHROPIC_BASE_URL: ___, ...env } = process.env;

/** The blocks of the README that show what a command prints. */
const SHOWN = [...readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(/^```text\n([\s\S]*?)^```/gm)].map(([, block]) => block!);

/** Claude Code is 320 MB the first time. */
const INSTALLED_WITHIN_MS = 300_000;

/** A line without what differs from run to run: times, hashes, counts, folders, how wide a column is, how containers are isolated here. */
function gist(line: string): string {
  return line
    .replace(/\d+(\.\d+)? (ms|s)\b/g, 'TIME')
    .replace(/\b[0-9a-f]{7,40}\b/g, 'HASH')
    .replace(/\d+/g, 'N')
    .replace(/\S*\.taskwright|\S*taskwright-first-task-\w+/g, 'DATA')
    .replace(/isolation .*/, 'isolation')
    .replace(/ +/g, ' ')
    .trim();
}

test.for([
  { isolation: 'auto' },
  // What a machine without bubblewrap has; also as root, which Claude Code refuses unless it is told that this is fine.
  { isolation: 'path-mapping' },
])('the first Task ($isolation): a program becomes a commit of the real Claude Code, and the README shows it', { timeout: INSTALLED_WITHIN_MS + 120_000 }, async ({ isolation }, context) => {
  try {
    await installAgent('claude-code', { env, clock: systemClock });
  } catch (error) {
    return context.skip(`Claude Code cannot be installed here: ${(error as Error).message.split('\n')[0]}`);
  }
  const data = temporaryFolder('first-task');
  const { code, out, err } = await type(['dev', 'examples/first-task', '--data', data, '--isolation', isolation], { cwd: ROOT, env });
  expect({ code, err, out: code === 0 ? '' : out }).toEqual({ code: 0, err: '', out: '' });

  const { items } = JSON.parse((await type(['get', '-o', 'json', '--data', data], { cwd: ROOT, env })).out) as { items: Task[] };
  const commit = expect.stringMatching(/^[0-9a-f]{40}$/);
  expect(items.map(({ metadata, status }) => ({ name: metadata.name, phase: status?.phase, usage: status?.usage, results: status?.results }))).toEqual([
    { name: 'count-the-lines', phase: 'Succeeded', usage: undefined, results: { branch: 'docs/lines', commit, lines: expect.stringMatching(/^\d+$/) } },
    {
      name: 'map-the-folders',
      phase: 'Succeeded',
      // The script says how much each turn used, Claude Code adds it up.
      usage: { costUSD: '75m', inputTokens: 12_700, outputTokens: 460 },
      results: expect.objectContaining({ branch: 'docs/folders', commit, 'cost-usd': '0.075' }),
    },
  ]);
  const shows = out.split('\n').filter((line) => line.includes('git --git-dir')).map((line) => execFileSync('git', line.trim().split(' ').slice(1), { cwd: ROOT, encoding: 'utf8' }));
  expect(shows).toEqual([expect.stringMatching(/\+- runtime: \d+/), expect.stringMatching(/\+- runtime: \d+ files/)]);

  const printed = out.split('\n').map(gist);
  const missing = SHOWN[0]!.split('\n').map((line) => gist(line.replace(/ …$/, ''))).filter((line) => !printed.some((real) => real.startsWith(line)));
  expect(missing, 'lines that the README shows and the program does not print').toEqual([]);
});

test('mistakes of a program are named at once, as the README shows them', async () => {
  const { code, err } = await type(['dev', 'examples/mistakes'], { cwd: ROOT, env });
  expect({ code, err }).toEqual({ code: 1, err: SHOWN[1] });
});
