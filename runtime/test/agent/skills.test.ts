import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { redactionFor } from '../../src/agent/redaction.ts';
import { installSkills } from '../../src/agent/skills.ts';
import type { Skill } from '../../src/agent/workspace-input.ts';
import { systemClock } from '../../src/kube/clock.ts';
import { temporaryDirectory } from './git-fixture.ts';

/** Plays npx: it records how it was called, asks for the password as git would, and installs one skill. */
const NPX = `
printf '%s\\n' "$*" >> "$RECORD"
env | grep -E '^(GH_|GITHUB_TOKEN)' | sort >> "$RECORD"
if [ -n "$GIT_ASKPASS" ]; then "$GIT_ASKPASS" "Username for x" >> "$RECORD"; "$GIT_ASKPASS" "Password for x" >> "$RECORD"; fi
mkdir -p "$HOME/.agents/skills/deploy/references" && echo deploy > "$HOME/.agents/skills/deploy/references/SKILL.md"`;

function aPod(npx = NPX, more: Record<string, string> = {}) {
  const dir = temporaryDirectory();
  mkdirSync(join(dir, 'bin'));
  mkdirSync(join(dir, 'tmp'));
  writeFileSync(join(dir, 'bin', 'npx'), `#!/bin/sh\n${npx}\n`);
  chmodSync(join(dir, 'bin', 'npx'), 0o755);
  const env = { PATH: `${join(dir, 'bin')}:${process.env.PATH}`, RECORD: join(dir, 'record'), TMPDIR: join(dir, 'tmp'), KELOS_SKILLS_GITHUB_TOKEN_0: 'ghs_private', EMPTY: '', ...more };
  const pluginDir = join(dir, 'plugin');
  return {
    pluginDir, tmp: env.TMPDIR,
    record: () => readFileSync(env.RECORD, 'utf8').trim().split('\n'),
    install: (...skills: Skill[]) => installSkills(skills, { pluginDir, env, clock: systemClock, redact: redactionFor(env) }),
  };
}

test('skills become the plugin skills-sh, and nothing else is left', async () => {
  const { install, pluginDir, tmp, record } = aPod();
  await install({ source: 'acme/skills' }, { source: 'acme/more', skill: 'deploy' });
  expect(readFileSync(join(pluginDir, 'skills-sh', 'skills', 'deploy', 'references', 'SKILL.md'), 'utf8')).toBe('deploy\n');
  expect(readdirSync(pluginDir)).toEqual(['skills-sh']);
  expect(readdirSync(tmp)).toEqual([]);
  expect(record()).toEqual(['-y skills@1.7.4 add acme/skills -a universal -y -g', '-y skills@1.7.4 add acme/more -a universal -y -g -s deploy']);
});

test.each([
  ['acme/skills', ['GH_TOKEN=ghs_private']],
  ['https://github.com/acme/skills.git', ['GH_TOKEN=ghs_private']],
  ['https://git.example.com/acme/skills', ['GH_ENTERPRISE_TOKEN=ghs_private', 'GH_HOST=git.example.com']],
  ['git@git.example.com:acme/skills.git', ['GH_ENTERPRISE_TOKEN=ghs_private', 'GH_HOST=git.example.com']],
])('a private source %s gets its token for its host', async (source, expected) => {
  const { install, record } = aPod();
  await install({ source, tokenEnv: 'KELOS_SKILLS_GITHUB_TOKEN_0' });
  expect(record().slice(1)).toEqual([...expected, 'GITHUB_TOKEN=ghs_private', 'x-access-token', 'ghs_private']);
});

test.each([
  [' ', {}, NPX, 'invalid skills configuration: skills.sh source is empty'],
  ['--help', {}, NPX, 'invalid skills configuration: skills.sh source "--help" begins with a dash'],
  ['acme/private', { tokenEnv: 'EMPTY' }, NPX, 'skills failed: "acme/private": EMPTY is empty; its Secret needs the key GITHUB_TOKEN'],
  ['acme/gone', {}, 'echo "no such repository for ghs_private" >&2; exit 1', 'skills failed: "acme/gone": no such repository for ***'],
  ['acme/cut', {}, "printf '\\033[?25h│\\n│  Failed to clone x: Cloning...\\n│  fatal: could not connect\\n│\\n└  Installation failed\\n\\n■  Canceled\\n'; exit 1", 'skills failed: "acme/cut": could not connect'],
  ['acme/none', {}, 'exit 0', 'skills failed: No skills.sh skills were installed'],
])('the source %j with %o fails', async (source, extra, npx, message) => {
  const { install, tmp, pluginDir } = aPod(npx);
  await expect(install({ source, ...extra })).rejects.toThrow(message);
  expect(readdirSync(tmp)).toEqual([]);
  expect(existsSync(pluginDir)).toBe(false);
});

test.each([
  ['the tokens of this container', 'ln -s /proc/self/environ'],
  ['the whole file system', 'ln -s /'],
  ['nothing', 'ln -s missing'],
])('a package with a link to %s fails, and nothing of it reaches the agent', async (_, link) => {
  const { install, pluginDir } = aPod(`mkdir -p "$HOME/.agents/skills/deploy" && ${link} "$HOME/.agents/skills/deploy/SKILL.md"`);
  await expect(install({ source: 'acme/skills' })).rejects.toThrow('skills failed: "deploy/SKILL.md" is a link out of its package');
  expect(existsSync(pluginDir)).toBe(false);
});

test('a link to a file of the package is that file', async () => {
  const { install, pluginDir } = aPod('mkdir -p "$HOME/.agents/skills/deploy" && cd "$HOME/.agents/skills/deploy" && echo deploy > a.md && ln -s a.md SKILL.md');
  await install({ source: 'acme/skills' });
  expect(readFileSync(join(pluginDir, 'skills-sh', 'skills', 'deploy', 'SKILL.md'), 'utf8')).toBe('deploy\n');
});

test('the installer of a package sees no token but its own', async () => {
  const { install, record } = aPod(`env | grep -E 'TOKEN' | sort >> "$RECORD"; ${NPX}`, { GITHUB_TOKEN: 'ghs_workspace', GH_TOKEN: 'ghs_workspace', KELOS_GITHUB_TOKEN_FILE: '/kelos/github-token/GITHUB_TOKEN' });
  await install({ source: 'acme/skills' });
  expect(record().join('\n')).not.toMatch(/ghs_|github-token/);
});
