import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { run } from '../../src/agent/run.ts';
import { type Clock, systemClock } from '../../src/kube/clock.ts';
import { git, gitEnv, temporaryDirectory } from './git-fixture.ts';

export const MAIN = fileURLToPath(new URL('../../src/agent/main.ts', import.meta.url));

/** The program itself is started by whoever runs the tests, be it root. */
export const DECLARED = { TASKWRIGHT_ISOLATED: '1' };

/** A Pod's directory with a repository, and programs on its PATH that play the agent and the tools. */
export function aPod(programs: Record<string, string> = {}, env: Record<string, string> = {}) {
  const dir = temporaryDirectory();
  const bin = join(dir, 'bin');
  const repo = join(dir, 'workspace', 'repo');
  mkdirSync(bin);
  mkdirSync(repo, { recursive: true });
  git(repo, 'init', '--quiet', '--initial-branch=main');
  git(repo, 'commit', '--quiet', '--allow-empty', '--message', 'one');
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const podEnv: Record<string, string> = {
    ...gitEnv(dir), PATH: `${bin}:${process.env.PATH}`, KELOS_AGENT_TYPE: 'claude-code',
    TASKWRIGHT_WORKSPACE_DIR: join(dir, 'workspace'), KELOS_PLUGIN_DIR: join(dir, 'plugin'), TASKWRIGHT_RESULT_FILE: join(dir, 'termination-log'), ...env,
  };
  return { dir, repo, env: podEnv };
}

/** Real time for programs; the two waits for what does not end by itself are short. */
const impatient: Clock = { ...systemClock, after: (ms, callback) => systemClock.after(ms === 10_000 || ms === 5_000 ? 100 : ms, callback) };

export async function running(pod: ReturnType<typeof aPod>, { prompt = 'Fix it', isRoot = false, signal, clock = impatient, act = run }: { prompt?: string; isRoot?: boolean; signal?: AbortSignal; clock?: Clock; act?: typeof run } = {}) {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const [log, errors] = [text(stdout), text(stderr)];
  const end = await act({ env: pod.env, cwd: pod.repo, clock, prompt, isRoot, stdout, stderr, signal });
  stdout.end();
  stderr.end();
  const termination = JSON.parse(readFileSync(pod.env.TASKWRIGHT_RESULT_FILE!, 'utf8')) as { outputs: string[]; results?: object; error?: string; truncated?: boolean };
  return { ...end, log: await log, errors: await errors, termination };
}
