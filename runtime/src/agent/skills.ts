import { cp, mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Clock } from '../kube/clock.ts';
import { runCommand } from './command.ts';
import type { Env } from './layout.ts';
import type { Redact } from './redaction.ts';
import { oneLine, StepError } from './step-error.ts';
import type { Skill } from './workspace-input.ts';

/** Pinned, so that the same manifest installs the same way tomorrow. */
const INSTALLER = 'skills@1.7.4';
const LONGEST_INSTALL_MS = 5 * 60_000;
/** The plugin that holds them; the operator reserves the name. */
const SKILLS_PLUGIN = 'skills-sh';

/** The tokens of this container: the Workspace's and those of other sources. */
const TOKENS = /^(?:GITHUB_TOKEN|GH_TOKEN|GH_ENTERPRISE_TOKEN|KELOS_GITHUB_TOKEN_FILE|KELOS_SKILLS_GITHUB_TOKEN_\d+)$/;

/** Answers git's questions from variables, so that no token is part of an argument or a file. */
const ASKPASS = '#!/bin/sh\ncase "$1" in Username*) echo "$KELOS_SKILLS_GIT_USERNAME" ;; *) echo "$KELOS_SKILLS_GIT_TOKEN" ;; esac\n';

export interface SkillsOptions {
  readonly pluginDir: string;
  readonly env: Env;
  readonly clock: Clock;
  readonly redact: Redact;
  readonly signal?: AbortSignal;
}

/**
 * Installs skills.sh packages as the plugin `skills-sh`, in a home directory of their own that is removed afterwards: it needs no root.
 *
 * A package is a stranger's: while it is installed there is no token but its own, and no link of it is followed out of that directory.
 */
export async function installSkills(skills: readonly Skill[], options: SkillsOptions): Promise<void> {
  if (skills.length === 0) return;
  const home = await mkdtemp(join(options.env.TMPDIR || tmpdir(), 'taskwright-skills-'));
  try {
    const askpass = join(home, 'askpass');
    await writeFile(askpass, ASKPASS, { mode: 0o700 });
    // One after the other: they share one lock file.
    for (const skill of skills) await install(skill, home, askpass, options);
    const installed = join(home, '.agents', 'skills');
    if ((await readdir(installed).catch(() => [])).length === 0) throw new StepError('skills failed: No skills.sh skills were installed');
    await refuseLinksOut(installed, home);
    const target = join(options.pluginDir, SKILLS_PLUGIN, 'skills');
    await mkdir(target, { recursive: true });
    await cp(installed, target, { recursive: true, dereference: true, force: true });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** Links are copied as what they lead to: one to `/proc/self/environ` would hand every token of this container to the agent. */
async function refuseLinksOut(installed: string, home: string): Promise<void> {
  const root = await realpath(home);
  for (const entry of await readdir(installed, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const target = await realpath(path).catch(() => undefined);
    if (target === undefined || !target.startsWith(root + sep)) {
      throw new StepError(`skills failed: ${JSON.stringify(relative(installed, path))} is a link out of its package; a skill may contain files and links to its own files`);
    }
  }
}

async function install({ source, skill, tokenEnv }: Skill, home: string, askpass: string, options: SkillsOptions): Promise<void> {
  if (source.trim() === '') throw new StepError('invalid skills configuration: skills.sh source is empty');
  if (source.startsWith('-')) throw new StepError(`invalid skills configuration: skills.sh source ${JSON.stringify(source)} begins with a dash`);
  const args = ['-y', INSTALLER, 'add', source, '-a', 'universal', '-y', '-g', ...(skill === undefined ? [] : ['-s', skill])];
  const others = Object.entries(options.env).filter(([name]) => !TOKENS.test(name));
  const env = { ...Object.fromEntries(others), HOME: home, npm_config_update_notifier: 'false', ...credentialsFor(source, tokenEnv, askpass, options.env) };
  const { code, stdout, stderr } = await runCommand('npx', args, { ...options, env, cwd: home, timeoutMs: LONGEST_INSTALL_MS });
  if (code === 0) return;
  const reason = oneLine(options.redact(reasonIn(stderr) || reasonIn(stdout)));
  throw new StepError(`skills failed: ${JSON.stringify(source)}: ${reason || `npx exited with code ${code}`}`, code);
}

/** The installer draws boxes in colour; what git said inside them is the reason, else their last words are. */
function reasonIn(output: string): string {
  const lines = stripVTControlCharacters(output).split('\n').map((line) => line.replace(/^[^\p{L}\p{N}"'/]+/u, '').trim());
  const said = lines.filter((line) => line !== '' && !/^npm |^(?:Installation failed|Canceled)$/.test(line));
  return (said.find((line) => line.startsWith('fatal: ')) ?? said.at(-1) ?? '').replace(/^fatal: /, '');
}

function credentialsFor(source: string, tokenEnv: string | undefined, askpass: string, env: Env): Env {
  if (tokenEnv === undefined) return {};
  const token = env[tokenEnv];
  if (!token) throw new StepError(`skills failed: ${JSON.stringify(source)}: ${tokenEnv} is empty; its Secret needs the key GITHUB_TOKEN`);
  const host = hostOf(source);
  const forGh = host === 'github.com' ? { GH_TOKEN: token } : { GH_HOST: host, GH_ENTERPRISE_TOKEN: token };
  return {
    ...forGh, GITHUB_TOKEN: token, KELOS_SKILLS_GIT_TOKEN: token, KELOS_SKILLS_GIT_USERNAME: 'x-access-token', GIT_ASKPASS: askpass, GIT_TERMINAL_PROMPT: '0',
  };
}

/** `owner/repo` is GitHub's. */
function hostOf(source: string): string {
  return /^(?:[a-z][a-z0-9+.-]*:\/\/)(?:[^/@]*@)?([^/:]+)/i.exec(source)?.[1] ?? /^[^/@]+@([^:/]+):/.exec(source)?.[1] ?? 'github.com';
}
