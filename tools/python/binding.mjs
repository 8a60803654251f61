/** The constructs as a Python package, and the tests that want it. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capture } from '../bootstrap.mjs';
import { interruptible, vitest } from '../cluster/suites.mjs';
import { BuildError } from '../setup-error.mjs';
import { runPython } from './interpreter.mjs';

/** Twenty times what it takes on two idle cores. */
const ENDS_WITHIN_MS = 5 * 60_000;

/**
 * Makes a wheel of what jsii compiled, in `folder`, and returns its path.
 *
 * **Errors** {@link BuildError} with what jsii-pacmak or pip said.
 */
export async function buildWheel({ interpreter, folder }) {
  const generated = mkdtempSync(join(tmpdir(), 'taskwright-python-'));
  try {
    const { ok, output } = await capture(['node_modules/jsii-pacmak/bin/jsii-pacmak', '--targets', 'python', '--code-only', '--npmignore=false', '--outdir', generated, '.']);
    if (!ok) throw new BuildError(`jsii-pacmak cannot make the Python package:\n${output.trim()}`);
    // What setuptools needs is in the environment already: nothing is fetched here.
    runPython(interpreter, ['-m', 'pip', 'wheel', '--quiet', '--no-deps', '--no-index', '--no-build-isolation', '--wheel-dir', folder, join(generated, 'python')], 'pip cannot make the wheel', () => true);
    return join(folder, readdirSync(folder).find((file) => file.endsWith('.whl')));
  } finally {
    rmSync(generated, { recursive: true, force: true });
  }
}

/**
 * Runs `test/python` on a wheel of the constructs as they are compiled, and returns vitest's exit code.
 *
 * **Errors** {@link BuildError} when there is no wheel to run them on.
 */
export async function runPythonSuites({ interpreter, args, told = {} }) {
  const folder = mkdtempSync(join(tmpdir(), 'taskwright-python-test-'));
  try {
    const wheel = await buildWheel({ interpreter, folder });
    const packages = join(folder, 'packages');
    runPython(interpreter, ['-m', 'pip', 'install', '--quiet', '--no-deps', '--no-index', '--target', packages, wheel], 'pip cannot install the wheel', () => true);
    return await interruptible((signal) => vitest('test/python/vitest.config.mjs', { ...told, TASKWRIGHT_PYTHON: interpreter, TASKWRIGHT_PYTHON_PACKAGES: packages }, args, signal, ENDS_WITHIN_MS));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

