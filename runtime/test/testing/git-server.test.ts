import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { git as gitSync, gitEnv, servedRepository, temporaryDirectory } from '../agent/git-fixture.ts';

/** Not the synchronous one: the server answers from this very process. */
const git = async (cwd: string, ...args: string[]) => (await promisify(execFile)('git', args, { cwd, env: { ...gitEnv(cwd), GIT_TERMINAL_PROMPT: '0' } })).stdout.trim();

test('a repository can be cloned, and what is pushed arrives', async () => {
  const { url, bare } = await servedRepository();
  const work = temporaryDirectory();
  await git(work, 'clone', '--quiet', url, 'shop');
  const shop = join(work, 'shop');
  // More than a megabyte makes git send the pack in chunks.
  writeFileSync(join(shop, 'large.bin'), Buffer.alloc(3_000_000, Buffer.from(crypto.getRandomValues(new Uint8Array(65_536)))));
  await git(shop, 'add', '--all');
  await git(shop, 'commit', '--quiet', '--message', 'a large file');
  await git(shop, 'push', '--quiet', 'origin', 'HEAD:refs/heads/pushed');
  expect(gitSync(bare, 'rev-parse', 'pushed')).toBe(gitSync(shop, 'rev-parse', 'HEAD'));
});

test('without the password nothing is served', async () => {
  const { url } = await servedRepository({ auth: { username: 'x-access-token', password: 'hunter2' } });
  const work = temporaryDirectory();
  await expect(git(work, 'clone', '--quiet', url, 'shop')).rejects.toThrow(/could not read Username|terminal prompts disabled/);
  await git(work, 'clone', '--quiet', url.replace('://', '://x-access-token:hunter2@'), 'shop');
});

test('a fault answers in place of git', async () => {
  let left = 1;
  const { url, server } = await servedRepository({ fault: () => (left-- > 0 ? 503 : undefined) });
  const work = temporaryDirectory();
  await expect(git(work, 'ls-remote', url)).rejects.toThrow(/503/);
  expect(await git(work, 'ls-remote', url, 'refs/heads/main')).toMatch(/refs\/heads\/main$/);
  expect(server.requests[0]).toBe('GET /shop.git/info/refs');
});

test.each(['/%', '//', '/../../etc/passwd', '/shop.git/../../etc/passwd', '/nothing.git/info/refs'])('%s is refused, and the server lives on', async (path) => {
  const { server, url } = await servedRepository();
  const socket = await fetch(`${server.url}${path}`);
  expect(socket.status).toBeGreaterThanOrEqual(400);
  expect((await fetch(`${url}/info/refs?service=git-upload-pack`)).status).toBe(200);
});

test('a web page cannot read a repository by a name of its own that leads here', async () => {
  const { url } = await servedRepository();
  const status = await new Promise((resolve) => {
    get(`${url}/info/refs?service=git-upload-pack`, { headers: { host: 'attacker.example' } }, (answer) => resolve(answer.resume().statusCode));
  });
  expect(status).toBe(421);
});
