import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './repository';

/** What npm would publish of a package, as it is now: what is not compiled yet is not there. */
function packed(folder: string): string[] {
  const json = execFileSync('npm', ['pack', '--dry-run', '--ignore-scripts', '--json', '--loglevel=error'], { cwd: join(root, folder), encoding: 'utf8' });
  const [{ files }] = Object.values(JSON.parse(json)) as [{ files: { path: string }[] }];
  return files.map(({ path }) => path);
}

test('the constructs are published without their sources and without the other packages, and with what only checks load', () => {
  const shipped = /^(node_modules\/re2js\/.+|lib\/.+\.(js|d\.ts)|crds\/[\w.-]+\.yaml|\.jsii|package\.json|LICENSE|README\.md|API\.md|CHANGELOG\.md)$/;
  expect(packed('.').filter((path) => !shipped.test(path))).toEqual([]);
});

test.each(['schema', 'runtime', 'cli'])('%s is published compiled', (folder) => {
  const shipped = /^(lib\/.+\.(js|json|d\.ts)|bin\/taskwright\.mjs|package\.json|LICENSE|README\.md)$/;
  expect(packed(folder).filter((path) => !shipped.test(path))).toEqual([]);
});
