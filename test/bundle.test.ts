import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

test('who imports or requires the package gets the bundle, with every name that jsii compiled', () => {
  const compiled = Object.keys(createRequire(import.meta.url)('../lib/index.js') as object).sort();
  expect(compiled).toContain('Task');
  expect(namesBy('import * as taskwright from "cdk8s-taskwright"; import { createRequire } from "node:module"; const { resolve } = createRequire(import.meta.url);', '--input-type=module')).toEqual(compiled);
  expect(namesBy('const taskwright = require("cdk8s-taskwright"); const { resolve } = require;')).toEqual(compiled);
});

test('importing the package reads one file, and what few programs use is read when they use it', () => {
  const script = `
    const ours = () => Object.keys(require.cache).map((file) => file.split("/lib/")[1]).filter((file) => file?.startsWith("bundle")).sort();
    const { App } = require("cdk8s");
    const { Crds } = require("cdk8s-taskwright");
    const before = ours();
    const count = new Crds(new App(), "crds").toJson().length;
    process.stdout.write(JSON.stringify({ before, after: ours(), count }));
  `;
  const { before, after, count } = JSON.parse(execFileSync(process.execPath, ['-e', script], { cwd: root, encoding: 'utf8' })) as { before: string[]; after: string[]; count: number };
  expect({ before, after }).toEqual({ before: ['bundle.js'], after: ['bundle.js', 'bundle/crds.js'] });
  expect(count).toBe(readdirSync(join(root, 'crds')).length);
});

/** The names that a program sees in `taskwright`, once it has made sure that they come from the bundle. */
function namesBy(imports: string, ...flags: string[]): string[] {
  const script = `${imports} if (!resolve("cdk8s-taskwright").endsWith("lib/bundle.js")) throw new Error("not the bundle"); process.stdout.write(JSON.stringify(Object.keys(taskwright)));`;
  const names = JSON.parse(execFileSync(process.execPath, [...flags, '-e', script], { cwd: root, encoding: 'utf8' })) as string[];
  return names.filter((name) => name !== 'default' && name !== 'module.exports').sort();
}
