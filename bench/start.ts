import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { figure, median } from './figure.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** How long a warm `npm start` takes from the command to the commits, and where the time goes. */
const ROUNDS = 5;

const root = fileURLToPath(new URL('..', import.meta.url));
const { ANTHROPIC_API_KEY: _, CLAUDE_CODE_OAUTH_TOKEN: __, ...env } = process.env;

interface Run {
  readonly totalMs: number;
  readonly marks: { readonly [mark: string]: number };
}

function start(): Run {
  const data = temporaryFolder('start');
  const startedAt = performance.now();
  const { status, stdout, stderr } = spawnSync('npm', ['start', '--silent', '--', '--output', 'json', '--data', data], { cwd: root, env, encoding: 'utf8' });
  const totalMs = performance.now() - startedAt;
  rmSync(data, { recursive: true });
  if (status !== 0) throw new Error(`npm start failed with exit code ${status}\n${stderr}`);
  return { totalMs, marks: JSON.parse(stdout).milliseconds };
}

start(); // installs and compiles what is missing
const runs = Array.from({ length: ROUNDS }, start);
const of = (value: (run: Run) => number) => median(runs.map(value)) / 1_000;

figure('start', 'npm start, command to prompt', of(({ totalMs }) => totalMs), 's');
figure('start', 'npm, bootstrap and loading, before and after', of(({ totalMs, marks }) => totalMs - marks['finished']!), 's');
figure('start', 'the program is synthesized', of(({ marks }) => marks['synthesized']!), 's');
figure('start', 'clone, model, engine', of(({ marks }) => marks['engineReady']! - marks['synthesized']!), 's');
figure('start', 'operator, CRDs, objects', of(({ marks }) => marks['applied']! - marks['engineReady']!), 's');
figure('start', 'agents, to the last commit', of(({ marks }) => marks['finished']! - marks['applied']!), 's');
figure('start', 'everything but the agents, of the whole', of(({ totalMs, marks }) => (1_000 * (totalMs - marks['finished']! + marks['applied']!)) / totalMs), 'ratio');
