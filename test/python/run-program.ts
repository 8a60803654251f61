import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** A Python that has cdk8s, and the folder with the package under test. */
    python: { readonly interpreter: string; readonly packages: string };
  }
}

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs a TypeScript program of the repository; what it synthesizes, by the name of the file. */
export async function synthesizeTypeScript(path: string): Promise<Record<string, string>> {
  return await synthesized(process.execPath, [path], {});
}

/** The same of a Python program: a file, or its text after `-c`. */
export async function synthesizePython(...args: string[]): Promise<Record<string, string>> {
  const { interpreter, packages } = inject('python');
  // Every build has the same version, by which jsii would know a package that it has unpacked before.
  return await synthesized(interpreter, args, { PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: '1', JSII_NODE: process.execPath, JSII_RUNTIME_PACKAGE_CACHE: 'disabled' });
}

async function synthesized(command: string, args: readonly string[], env: Record<string, string>): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'taskwright-synth-'));
  try {
    await run(command, args, { cwd: root, env: { ...process.env, ...env, CDK8S_OUTDIR: folder } });
    const files = (await readdir(folder)).sort();
    return Object.fromEntries(await Promise.all(files.map(async (file) => [file, await readFile(join(folder, file), 'utf8')] as const)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
