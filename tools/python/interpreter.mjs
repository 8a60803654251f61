/**
 * A Python with what the binding needs from PyPI, in a virtual environment in the user's cache: outside the tree, so that every clone
 * finds it, and never changed once it is there.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from '../bootstrap.mjs';
import { BuildError, SetupError } from '../setup-error.mjs';

const requirements = join(root, 'test/python/requirements.txt');
/** Thirty times what it takes on an idle machine with a near registry. */
const INSTALLED_WITHIN_MS = 5 * 60_000;
/** What the binding's own package asks for. */
const OLDEST = [3, 10];

/**
 * The interpreter of the environment, which is made first unless it is there.
 *
 * **Errors** {@link SetupError} with what the machine lacks: no Python, no venv, no way to PyPI. {@link BuildError} when nobody could install what the requirements say.
 */
export function ensurePython(env, print) {
  const version = versionOf('python3');
  const place = placeOf(env, version);
  const interpreter = join(place, 'bin/python');
  if (existsSync(interpreter)) return interpreter;
  rmSync(place, { recursive: true, force: true }); // of a Python that is gone
  print(`installing what the Python binding needs from PyPI into ${place}`);
  // Beside its place, so that the rename at the end is one step: a half-made environment is never found.
  const partial = `${place}.${process.pid}`;
  mkdirSync(dirname(place), { recursive: true });
  try {
    runPython('python3', ['-m', 'venv', partial], 'cannot make a virtual environment; install python3-venv');
    const pip = ['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check', '--only-binary=:all:', '--retries', '3', '--requirement', requirements];
    runPython(join(partial, 'bin/python'), pip, 'cannot install from PyPI', isMistakeOfRequirements);
    if (!existsSync(interpreter)) renameSync(partial, place); // otherwise another run was faster, and made the same
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return interpreter;
}

/**
 * Runs Python without what the user's environment would add to it.
 *
 * **Errors** `failure`, and the end of what Python said: a {@link BuildError} where `isOurs` finds our mistake in it, otherwise a {@link SetupError}.
 */
export function runPython(interpreter, args, failure, isOurs = () => false) {
  const { PYTHONPATH: _, PYTHONHOME: __, ...env } = process.env;
  const { status, signal, stderr, error } = spawnSync(interpreter, args, { cwd: root, env, encoding: 'utf8', timeout: INSTALLED_WITHIN_MS, stdio: ['ignore', 'ignore', 'pipe'] });
  if (error || signal !== null) throw new SetupError(`${failure}: ${error?.message ?? signal}`);
  if (status === 0) return;
  const Kind = isOurs(stderr) ? BuildError : SetupError;
  throw new Kind(`${failure}: ${stderr.trim().split('\n').filter((line) => !line.startsWith('WARNING')).slice(-5).join('; ')}`);
}

/** A version that it does not find is no proof: the registry may not have answered, or have none for this machine. */
export function isMistakeOfRequirements(saidByPip) {
  return /Invalid requirement|DO NOT MATCH THE HASHES|ResolutionImpossible/.test(saidByPip);
}

function versionOf(python) {
  const { status, stdout, error } = spawnSync(python, ['-c', 'import sys; print(*sys.version_info[:3], sep=".")'], { encoding: 'utf8', timeout: 60_000 });
  const oldest = OLDEST.join('.');
  if (error || status !== 0) throw new SetupError(`there is no ${python} on PATH; install Python ${oldest} or newer`);
  const version = stdout.trim();
  const [major, minor] = version.split('.').map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) throw new SetupError(`${python} is Python ${version}; install ${oldest} or newer`);
  return version;
}

/** Named after what is in it, so that clones that need something else do not take it from each other. */
function placeOf(env, version) {
  const hash = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'taskwright', `python-${version}-${hash}`);
}
