/**
 * Writes `lib/bundle.js`, the constructs in one file: most of what importing them cost was finding and opening some hundred
 * files. What few programs use, or only a synth, comes in a file of its own in `lib/bundle/`, which the first call of it loads.
 *
 * It is made of `src/` and not of what jsii compiled: that is CommonJS, and each module of it stays a function, which Node parses when it reads
 * the file and again when it calls it. Modules of ES become one scope, for half the cost.
 *
 * Run after jsii, which leaves `lib/index.js` to the other languages (`main` in package.json) and to TypeScript.
 */
import { build } from 'esbuild';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from './bootstrap.mjs';

/** Modules that export functions and nothing else, so that whoever imports one cannot tell a function from what calls it. */
const LOADED_BY_THE_FIRST_CALL = ['private/crds', 'private/schemas', 'private/rules', 'private/template-checks', 'private/cron-check', 'private/glob', 'private/re2-check', 'private/event-variables', 'output-schema'];

/** Constants and pure functions, of which such a part has a copy of its own: there is no state in them, and no class that somebody could ask for. */
const MAY_BE_LOADED_TWICE = ['private/problem', 'private/suggestion', 'private/output-bounds'];

const src = join(root, 'src');
const lib = join(root, 'lib');
const compiled = createRequire(join(lib, 'index.js'));

const options = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20.19',
  // The user's own copies: a construct is an instance of the class that the user's program sees.
  external: ['cdk8s', 'constructs', './bundle/*'],
  // Names of classes are part of what a program can see.
  keepNames: true,
  sourcemap: true,
  metafile: true,
  logLevel: 'warning',
};

/** In place of such a module: its functions, which load it. */
const stubs = {
  name: 'loaded by the first call',
  setup(builder) {
    const modules = new Map(LOADED_BY_THE_FIRST_CALL.map((module) => [join(src, `${module}.ts`), module]));
    builder.onResolve({ filter: /^\./ }, async ({ path, importer, resolveDir, kind, pluginData }) => {
      if (pluginData === stubs || path.startsWith('./bundle/')) return undefined;
      const resolved = await builder.resolve(path, { importer, resolveDir, kind, pluginData: stubs });
      return modules.has(resolved.path) ? { path: modules.get(resolved.path), namespace: 'stub' } : resolved;
    });
    builder.onLoad({ filter: /./, namespace: 'stub' }, ({ path }) => ({ contents: stubOf(path), resolveDir: src }));
  },
};

function stubOf(module) {
  const members = Object.entries(compiled(`./${module}.js`));
  const others = members.filter(([, value]) => typeof value !== 'function').map(([name]) => name);
  if (others.length > 0) throw new TypeError(`src/${module}.ts: it exports ${others.join(', ')}; what the first call loads can only export functions`);
  const functions = members.map(([name]) => `export const ${name} = (...args) => load().${name}(...args);\n`);
  return `let loaded;\nconst load = () => (loaded ??= require('./${fileOf(module)}'));\n${functions.join('')}`;
}

function fileOf(module) {
  return `bundle/${module.slice(module.lastIndexOf('/') + 1)}.js`;
}

// Named one by one, since an ES module that imports this file finds out its names without running it.
const entry = `export { ${Object.keys(compiled('./index.js')).join(', ')} } from './index';`;
const parts = await Promise.all([
  build({ ...options, stdin: { contents: entry, resolveDir: src, sourcefile: 'bundle-entry.js' }, outfile: join(lib, 'bundle.js'), plugins: [stubs] }),
  ...LOADED_BY_THE_FIRST_CALL.map((module) => build({ ...options, entryPoints: [join(src, `${module}.ts`)], outfile: join(lib, fileOf(module)) })),
]);

const files = parts.flatMap(({ metafile }) => Object.keys(metafile.inputs));
const twice = files.find((file, index) => files.indexOf(file) !== index && !MAY_BE_LOADED_TWICE.some((module) => file.endsWith(`/${module}.ts`)));
if (twice !== undefined) throw new TypeError(`${twice}: it would be loaded twice, with state and classes of its own each time; move what is shared, or see MAY_BE_LOADED_TWICE`);
