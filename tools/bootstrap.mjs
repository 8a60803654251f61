/**
 * Makes a fresh clone runnable: `npm start` and `npm test` begin here, on whatever Node the machine has (20 or newer).
 *
 * Plain JavaScript without a dependency, since nothing may be installed yet. Everything else in the repository runs on the
 * Node that this installs.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BuildError, SetupError } from './setup-error.mjs';

export const root = fileURLToPath(new URL('..', import.meta.url));
export const nodeBinary = join(root, 'node_modules/node/bin/node');
/** Resolves our packages to their TypeScript sources. */
export const SOURCE_CONDITION = '--conditions=taskwright-source';

/** The environment of everything that is started here: `node` and the local tools come first on PATH. */
export function toolEnvironment() {
  return { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH ?? ''}` };
}

/** Runs a main function; a {@link SetupError} or {@link BuildError} ends the process with its sentence alone. */
export async function runMain(main) {
  try {
    const code = await main();
    // A suite says how it ended; every other answer means that it did.
    process.exitCode = typeof code === 'number' ? code : 0;
  } catch (error) {
    if (!(error instanceof SetupError || error instanceof BuildError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

/** Installs what the lock file names, unless it is there. `progress` is told before anything slow begins. */
export function ensureInstalled(progress) {
  const stale = staleInstall();
  if (stale !== undefined) {
    progress(`installing dependencies with npm ci: ${stale}`);
    npmCi();
  }
  if (!existsSync(nodeBinary)) {
    progress('fetching Node 24: npm ran no install script');
    installNode();
  }
}

/** Why `node_modules` is not what `package-lock.json` says, or `undefined` when it is. */
function staleInstall() {
  // npm leaves a lock file of what it really installed.
  const installedFile = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installedFile)) return 'nothing is installed yet';
  const wanted = lockedPackages(join(root, 'package-lock.json'));
  const installed = lockedPackages(installedFile);
  for (const [path, { version, optional }] of Object.entries(wanted)) {
    if (!path.includes('node_modules/') || optional) continue; // the packages of the workspace, other platforms' binaries
    if (installed[path]?.version !== version) return `${path.split('node_modules/').at(-1)} changed in package-lock.json`;
  }
  return undefined;
}

function lockedPackages(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}

function npmCi() {
  // npm names its own entry to the scripts it runs; without it we were started by hand.
  const npm = process.env.npm_execpath;
  const [command, args] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  // Its warnings are about the machine's older Node, which only fetches the right one.
  const { status, error } = spawnSync(command, [...args, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, stdio: 'inherit' });
  if (error) throw new SetupError(`cannot start npm: ${error.message}; install npm 10 or newer`);
  if (status !== 0) throw new SetupError(`npm ci failed with exit code ${status}; its message is above`);
}

/** npm 11 asks before it runs install scripts: this is the one that matters, which fetches the Node binary. */
function installNode() {
  const cwd = join(root, 'node_modules/node');
  spawnSync(process.execPath, ['installArchSpecificPackage'], { cwd, stdio: 'inherit' });
  const { status } = spawnSync(nodeBinary, ['--version'], { stdio: 'ignore' });
  if (status !== 0) throw new SetupError(`${nodeBinary} does not run; remove node_modules and try again, or run on Linux or macOS with x64 or arm64`);
}

/**
 * Compiles the constructs (`src/` to `lib/`) unless `lib/` was made from these very sources: they are the only package
 * that Node does not run from its sources.
 */
export async function ensureCompiled(progress) {
  const lib = join(root, 'lib');
  const stamp = join(root, 'node_modules/.cache/taskwright/lib.sha256');
  const sources = hashOfSources();
  if (existsSync(join(lib, 'bundle.js')) && existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) return { ok: true, output: '' };

  progress('compiling the constructs');
  rmSync(lib, { recursive: true, force: true }); // jsii never removes what a deleted source file left behind
  rmSync(stamp, { force: true });
  const compiled = await capture(['node_modules/jsii/bin/jsii', '--silence-warnings=reserved-word']);
  const result = compiled.ok ? await capture(['tools/bundle.mjs']) : compiled;
  if (result.ok) {
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, sources);
  }
  return result;
}

/** Runs a script on our Node and keeps what it prints. It is killed after ten minutes: nothing here takes three. */
export function capture(args) {
  const child = spawn(nodeBinary, args, { cwd: root, env: toolEnvironment(), stdio: ['ignore', 'pipe', 'pipe'], timeout: 600_000 });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (signal !== null) output += `\nended by ${signal}\n`;
      resolve({ ok: code === 0, output });
    });
  });
}

function hashOfSources() {
  const hash = createHash('sha256');
  const sources = readdirSync(join(root, 'src'), { recursive: true }).filter((file) => file.endsWith('.ts')).sort();
  for (const file of ['package.json', 'tsconfig.json', 'tools/bundle.mjs', ...sources.map((file) => `src/${file}`)]) {
    hash.update(file).update('\0').update(readFileSync(join(root, file))).update('\0');
  }
  return hash.digest('hex');
}
