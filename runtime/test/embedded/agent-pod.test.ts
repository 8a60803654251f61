import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { agentImages } from '../../src/embedded/agent-images.ts';
import { localImages, type ProgramImage } from '../../src/embedded/images.ts';
import type { IsolationKind } from '../../src/embedded/process-runner/isolation.ts';
import { probeBubblewrap } from '../../src/embedded/process-runner/bubblewrap.ts';
import { git, servedRepository, temporaryDirectory } from '../agent/git-fixture.ts';
import { Laptop, statusOf } from './process-runner/laptop.ts';

/** Plays Claude Code: it commits and pushes, and says in its format that it did. */
const CLAUDE = `#!/bin/sh
echo hello > greeting && git add greeting && git commit --quiet --message "greet" && git push --quiet &&
echo '{"type":"result","subtype":"success","is_error":false,"num_turns":1,"duration_ms":1,"result":"greeted"}'
`;
const PASSWORD = 'ghs_a_token';
const probe = await probeBubblewrap();

test.for<IsolationKind>(['bubblewrap', 'path-mapping'])('in %s, a Pod clones, runs its agent, and pushes with the token it was given', async (isolation, context) => {
  if (isolation === 'bubblewrap' && 'reason' in probe) return context.skip(`bubblewrap does not work here: ${probe.reason}`);
  const { url, bare } = await servedRepository({ auth: { username: 'x-access-token', password: PASSWORD } });
  const bin = join(temporaryDirectory(), 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'claude'), CLAUDE);
  chmodSync(join(bin, 'claude'), 0o755);
  const cache = temporaryDirectory();
  const env = { PATH: process.env.PATH, XDG_CACHE_HOME: cache, TASKWRIGHT_ISOLATED: '1' };
  const tools = (await localImages(agentImages({ env })).resolve('ghcr.io/taskwright/agent-tools', {})) as ProgramImage;
  const laptop = await Laptop.start({ isolation, images: { agent: { ...tools, path: [bin, ...tools.path!] } } });
  onTestFinished(() => laptop.stop());

  const mounts = { volumeMounts: [{ name: 'workspace', mountPath: '/workspace' }] };
  const token = { name: 'GITHUB_TOKEN', value: PASSWORD };
  await laptop.pod('greeter', '', {
    volumes: [{ name: 'workspace', emptyDir: {} }],
    initContainers: [{ ...mounts, name: 'kelos-prepare', image: 'agent', command: ['/taskwright/agent', 'prepare'], env: [token, { name: 'TASKWRIGHT_WORKSPACE', value: JSON.stringify({ repo: url, branch: 'bot/greet' }) }] }],
    containers: [{
      ...mounts, name: 'kelos-agent', image: 'agent', command: ['/usr/bin/tini', '-g', '--', '/kelos_entrypoint.sh'], args: ['Greet'], workingDir: '/workspace/repo',
      env: [token, { name: 'KELOS_AGENT_TYPE', value: 'claude-code' }, { name: 'TASKWRIGHT_RESULT_FILE', value: '/dev/termination-log' }],
    }],
  });

  const pod = await laptop.finished('greeter');
  expect(await laptop.log('greeter', { container: 'kelos-agent' })).toContain('* completed (1 turns');
  expect(pod.status!.phase).toBe('Succeeded');
  const { message } = statusOf(pod, 'kelos-agent')!.state!.terminated!;
  expect((JSON.parse(message!) as { outputs: string[] }).outputs).toEqual([
    'branch: bot/greet', `commit: ${git(bare, 'rev-parse', 'bot/greet')}`, 'base-branch: main', `response: ${Buffer.from('greeted').toString('base64')}`,
  ]);
});
