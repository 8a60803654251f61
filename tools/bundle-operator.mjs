/**
 * Writes the operator as one file, with everything that it imports: what its image holds, what is measured and what runs in the Pods of tests.
 *
 *     node tools/bundle-operator.mjs FILE
 *
 * Finding, opening and linking some five hundred files was half of what its start took. Names and lines stay, so a stack trace can be read; the
 * map beside it leads to the sources (`NODE_OPTIONS=--enable-source-maps`, which costs memory and is not the default).
 */
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

const [outfile] = process.argv.slice(2);
if (outfile === undefined) throw new TypeError('tools/bundle-operator.mjs: the file to write is missing; pass it as the only argument');

await build({
  absWorkingDir: fileURLToPath(new URL('..', import.meta.url)),
  entryPoints: ['runtime/src/operator/main.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node22.19',
  // Our packages from their sources, whatever was compiled before.
  conditions: ['taskwright-source'],
  // The same file wherever it is made: the build of the image has not every tsconfig.json.
  tsconfigRaw: {},
  alias: { 'cdk8s-taskwright/template': './src/template/index.ts', 'cdk8s-taskwright/output-schema': './src/output-schema.ts', 'cdk8s-taskwright/schedule': './src/schedule.ts' },
  // Packages that are no ES modules ask for Node's own by `require`, which such a module does not have.
  banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
});
