/**
 * Writes `lib/bundle.js`, the compiled constructs in one file: most of what importing them cost was finding and opening some fifty
 * files. Run after jsii, which leaves `lib/index.js` to the other languages (`main` in package.json) and to TypeScript.
 */
import { build } from 'esbuild';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from './bootstrap.mjs';

const index = join(root, 'lib/index.js');
const names = Object.keys(createRequire(index)(index));

await build({
  // Named one by one, since an ES module that imports this file finds out its names without running it.
  stdin: { contents: `export { ${names.join(', ')} } from './index.js';`, resolveDir: join(root, 'lib'), sourcefile: 'bundle-entry.js' },
  outfile: join(root, 'lib/bundle.js'),
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  // The user's own copies: a construct is an instance of the class that the user's program sees.
  external: ['cdk8s', 'constructs'],
  // Names of classes are part of what a program can see.
  keepNames: true,
  sourcemap: true,
  logLevel: 'warning',
});
