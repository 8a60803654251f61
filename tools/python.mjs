/**
 * The Python binding: `python:package` makes a wheel of it in `dist/python`, `test:python` runs the tests that use it, with its arguments
 * for vitest. Both need Python 3.10 or newer, and PyPI the first time.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureCompiled, ensureInstalled, root, runMain } from './bootstrap.mjs';
import { buildWheel, runPythonSuites } from './python/binding.mjs';
import { ensurePython } from './python/interpreter.mjs';
import { BuildError, SetupError } from './setup-error.mjs';

const print = (text) => process.stdout.write(`${text}\n`);

const commands = {
  'package': async (interpreter) => {
    const folder = join(root, 'dist/python');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    print(await buildWheel({ interpreter, folder }));
    return 0;
  },
  'test': (interpreter, args) => runPythonSuites({ interpreter, args }),
};

await runMain(async () => {
  const [name, ...args] = process.argv.slice(2);
  if (!Object.hasOwn(commands, name ?? '')) throw new SetupError(`tools/python.mjs: no command is named "${name ?? ''}"; it takes ${Object.keys(commands).join(', ')}`);
  ensureInstalled(print);
  const { ok, output } = await ensureCompiled(print);
  if (!ok) throw new BuildError(`the constructs do not compile:\n${output.trim()}`);
  return await commands[name](ensurePython(process.env, print), args);
});
