import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { adapterFor, agentTypes } from '../../src/agent/agent-registry.ts';
import { agentImages } from '../../src/embedded/agent-images.ts';
import { localImages, type ProgramImage } from '../../src/embedded/images.ts';
import { temporaryDirectory } from '../agent/git-fixture.ts';

const CLAUDE_CODE = (await adapterFor('claude-code')).program!;

function aMachine() {
  const cache = temporaryDirectory();
  mkdirSync(join(cache, 'taskwright', 'agents', `claude-code-${CLAUDE_CODE.version}`), { recursive: true });
  return { cache, images: localImages(agentImages({ env: { ...process.env, XDG_CACHE_HOME: cache } })) };
}

test.each(['ghcr.io/taskwright/claude-code:latest', 'ghcr.io/kelos-dev/claude-code:v0.30.0', 'ghcr.io/kelos-dev/claude-code@sha256:00'])('%s is known', async (image) => {
  const { images, cache } = aMachine();
  const { files, path, hostPaths } = (await images.resolve(image, {})) as ProgramImage;
  expect(Object.keys(files!)).toEqual(['/taskwright/agent', '/kelos_entrypoint.sh']);
  const installed = join(cache, 'taskwright', 'agents', `claude-code-${CLAUDE_CODE.version}`);
  expect(path![0]).toBe(join(installed, 'node_modules', '.bin'));
  expect(hostPaths).toContain(installed);
  for (const hostPath of [...hostPaths!, ...Object.values(files!)]) expect(existsSync(hostPath)).toBe(true);
});

test('the scripts of an image start the agent program, whatever characters an argument has', async () => {
  const { images } = aMachine();
  const { files } = (await images.resolve('ghcr.io/taskwright/agent-tools', {})) as ProgramImage;
  const dir = temporaryDirectory();
  const env = { PATH: process.env.PATH, HOME: dir, TASKWRIGHT_WORKSPACE_DIR: dir, TASKWRIGHT_RESULT_FILE: join(dir, 'message'), KELOS_AGENT_TYPE: 'none' };
  const run = (file: string, ...args: string[]) => spawnSync(file, args, { env, cwd: dir, encoding: 'utf8' });
  expect(run(files!['/taskwright/agent']!, 'sing')).toMatchObject({ status: 2, stderr: 'usage: taskwright-agent prepare | run [<prompt>] | capture\n' });
  expect(run(files!['/kelos_entrypoint.sh']!, "it's \"$HOME\"\n`ls`").status).toBe(2);
  expect(readFileSync(env.TASKWRIGHT_RESULT_FILE, 'utf8')).toContain('KELOS_AGENT_TYPE');
});

test('every agent has an image, under the name of the reference too', () => {
  const known = Object.keys(agentImages({ env: {} })).filter((name) => !name.endsWith('/agent-tools'));
  expect(known.sort()).toEqual(['ghcr.io/kelos-dev', 'ghcr.io/taskwright'].flatMap((registry) => agentTypes().map((type) => `${registry}/${type}`)));
});

test('an agent that npm does not have says so, and what to do', async () => {
  const { images } = aMachine();
  await expect(images.resolve('ghcr.io/taskwright/cursor', {})).rejects.toThrow('Cursor is not on npm, where agents of this machine come from; use another agent here, or run it in a cluster');
});
