import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

test('who imports or requires the package gets the bundle, with every name that jsii compiled', () => {
  const compiled = Object.keys(createRequire(import.meta.url)('../lib/index.js') as object).sort();
  expect(compiled).toContain('Task');
  expect(namesBy('import * as taskwright from "cdk8s-taskwright"; import { createRequire } from "node:module"; const { resolve } = createRequire(import.meta.url);', '--input-type=module')).toEqual(compiled);
  expect(namesBy('const taskwright = require("cdk8s-taskwright"); const { resolve } = require;')).toEqual(compiled);
});

/** The names that a program sees in `taskwright`, once it has made sure that they come from the bundle. */
function namesBy(imports: string, ...flags: string[]): string[] {
  const script = `${imports} if (!resolve("cdk8s-taskwright").endsWith("lib/bundle.js")) throw new Error("not the bundle"); process.stdout.write(JSON.stringify(Object.keys(taskwright)));`;
  const names = JSON.parse(execFileSync(process.execPath, [...flags, '-e', script], { cwd: root, encoding: 'utf8' })) as string[];
  return names.filter((name) => name !== 'default' && name !== 'module.exports').sort();
}
