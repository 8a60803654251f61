import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { KubeObject } from '@taskwright/runtime/kube';
import { readProgram } from '../program.ts';
import { differences } from './compare.ts';

const require = createRequire(import.meta.url);
const PACKAGES = ['cdk8s', 'cdk8s-taskwright'];

/** Runs a program with the constructs of this command line, and says in what its objects differ from those that it was made of. */
export async function checkProgram(text: string, expected: readonly KubeObject[], env: Readonly<Record<string, string | undefined>>): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'taskwright-import-'));
  try {
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }\n');
    await writeFile(join(folder, 'main.ts'), text);
    await mkdir(join(folder, 'node_modules'));
    for (const name of PACKAGES) await symlink(dirname(require.resolve(`${name}/package.json`)), join(folder, 'node_modules', name), 'junction');
    const { objects } = await readProgram('main.ts', folder, env);
    return differences(expected, objects);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
