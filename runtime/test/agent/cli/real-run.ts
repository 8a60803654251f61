import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type TestContext, expect, onTestFinished } from 'vitest';
import { installAgent } from '../../../src/embedded/agent-images.ts';
import { systemClock } from '../../../src/kube/clock.ts';
import { type Script, type ScriptedModel, startScriptedModel } from '../../../src/testing/scripted-model.ts';
import { gitEnv, servedRepository, temporaryDirectory } from '../git-fixture.ts';

const MAIN = fileURLToPath(new URL('../../../src/agent/main.ts', import.meta.url));
const LONGEST_INSTALL_MS = 60_000;
/** Without it nobody may read or write the repository. */
const GIT_TOKEN = 'ghs_a-token-for-the-shop';

/** The directory of the real CLI. Where npm cannot bring it in time, the test says so and is skipped. */
export async function programOf(type: string, context: TestContext): Promise<string> {
  const tooLong = new AbortController();
  const timer = systemClock.after(LONGEST_INSTALL_MS, () => tooLong.abort(new Error(`it took longer than ${LONGEST_INSTALL_MS / 1000} s`)));
  try {
    const directory = await installAgent(type, { env: process.env, clock: systemClock, signal: tooLong.signal });
    return join(directory, 'node_modules', '.bin');
  } catch (error) {
    return context.skip(`the real ${type} is not tested: ${(error as Error).message}`);
  } finally {
    timer.cancel();
  }
}

export interface RealRunOptions {
  readonly type: string;
  readonly script: Script;
  /** Beside what every run has: where the scripted model is, a key for it, what the Task says. */
  readonly env: (model: ScriptedModel) => Record<string, string>;
  /** In the home directory of the agent, by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** What the Task declares as its outputs. */
  readonly outputs?: object;
}

/** Prepares a clone and runs the real CLI in it, as the two containers of a Pod do. */
export async function realRun(context: TestContext, { type, script, env, files = {}, outputs }: RealRunOptions) {
  const bin = await programOf(type, context);
  const { url, bare } = await servedRepository({ auth: { username: 'x-access-token', password: GIT_TOKEN } });
  const model = await startScriptedModel({ script });
  onTestFinished(() => model.close());
  const dir = temporaryDirectory();
  const home = join(dir, 'home');
  const write = (root: string, entries: Readonly<Record<string, string>>) => {
    for (const [path, content] of Object.entries(entries)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    }
  };
  mkdirSync(home);
  write(home, files);
  const outputFile = join(dir, 'outputs', 'outputs.json');
  if (outputs) write(dir, { 'schema.json': JSON.stringify(outputs), 'outputs/.keep': '' });
  const terminationLog = join(dir, 'termination-log');
  const tokenFile = join(dir, 'GITHUB_TOKEN');
  writeFileSync(tokenFile, GIT_TOKEN);
  const podEnv = {
    ...gitEnv(home), TMPDIR: dir, PATH: `${bin}:${process.env.PATH}`, KELOS_AGENT_TYPE: type, TASKWRIGHT_WORKSPACE: JSON.stringify({ repo: url, branch: 'bot/docs' }),
    TASKWRIGHT_WORKSPACE_DIR: join(dir, 'workspace'), KELOS_PLUGIN_DIR: join(dir, 'plugin'), TASKWRIGHT_PLUGIN_SOURCE_DIR: join(dir, 'none'), TASKWRIGHT_RESULT_FILE: terminationLog,
    KELOS_GITHUB_TOKEN_FILE: tokenFile,
    // Everything that runs here is written in the test.
    TASKWRIGHT_ISOLATED: '1', ...(outputs && { TASKWRIGHT_OUTPUT_FILE: outputFile, TASKWRIGHT_OUTPUT_SCHEMA_FILE: join(dir, 'schema.json') }), ...env(model),
  };
  const program = (args: string[], cwd: string) => {
    const child = spawn(process.execPath, ['--conditions=taskwright-source', MAIN, ...args], { cwd, env: podEnv, stdio: ['ignore', 'pipe', 'pipe'] });
    let log = '';
    child.stdout.on('data', (chunk) => (log += String(chunk)));
    child.stderr.on('data', (chunk) => (log += String(chunk)));
    return { child, ended: new Promise<{ code: number | null; log: string }>((resolve) => child.once('close', (code) => resolve({ code, log }))) };
  };
  expect(await program(['prepare'], dir).ended).toMatchObject({ code: 0 });
  const repo = join(dir, 'workspace', 'repo');
  return {
    bare, dir, repo, model,
    result: () => JSON.parse(readFileSync(terminationLog, 'utf8')) as { outputs: string[]; results?: object; error?: string },
    /** Which of these texts the first request to the model does not hold. */
    asked: (...texts: string[]) => texts.filter((wanted) => !JSON.stringify(model.requests[0]).includes(wanted)),
    /** Writes the plugin `sea`. */
    plugin: (entries: Readonly<Record<string, string>>) => write(join(dir, 'plugin', 'sea'), entries),
    start: (prompt: string) => program(['run', prompt], repo),
  };
}

/** A plugin with one skill and one agent. */
export const SEA = {
  'skills/harpoon/SKILL.md': '---\nname: harpoon\ndescription: Throws a harpoon\n---\nAim.\n',
  'agents/queequeg.md': '---\nname: queequeg\ndescription: Knows whales\n---\nYou know whales.\n',
};
