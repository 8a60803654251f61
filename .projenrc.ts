import { JsonFile, cdk8s, javascript, typescript } from 'projen';

/** TypeScript 7 has no JavaScript API yet; jsii and typescript-eslint refuse it. */
const TYPESCRIPT = '~6.0.3';
const NODE_TYPES = '@types/node@^24';
const VITEST = 'vitest@^5.1.1';
/** Resolves our packages to their TypeScript sources, so that nothing but the constructs is compiled while developing. */
const SOURCE_CONDITION = 'taskwright-source';

const project = new cdk8s.ConstructLibraryCdk8s({
  name: 'cdk8s-taskwright',
  description: 'Write a fleet of coding agents as a TypeScript program and run it on any Kubernetes',
  keywords: ['agents', 'claude-code', 'kelos', 'kaos'],
  author: 'The Taskwright Authors',
  authorAddress: 'maintainers@taskwright.dev',
  authorOrganization: true,
  license: 'Apache-2.0',
  copyrightOwner: 'The Taskwright Authors',
  copyrightPeriod: '2026',
  repositoryUrl: 'https://github.com/taskwright/taskwright.git',
  defaultReleaseBranch: 'main',
  projenrcTs: true,
  packageManager: javascript.NodePackageManager.NPM,
  npmAccess: javascript.NpmAccess.PUBLIC,
  minNodeVersion: '20.19.0',
  cdk8sVersion: '2.70.0',
  constructsVersion: '10.4.0',
  jsiiVersion: '~6.0.0',
  typescriptVersion: TYPESCRIPT,
  publishToPypi: { distName: 'cdk8s-taskwright', module: 'cdk8s_taskwright' },
  github: false,
  release: false,
  depsUpgrade: false,
  // One runner for four packages: jest runs ESM only behind --experimental-vm-modules, vitest runs both kinds as they are.
  jest: false,
  // eslint.config.mjs is ours: projen still writes the format that ESLint 10 no longer reads.
  eslint: false,
  readme: undefined,
  sampleCode: false,
  // `files` names what is shipped, so a new folder is not.
  npmignoreEnabled: false,
  // jsii packs what other languages could not install. Only a check of a regular expression loads it.
  bundledDeps: ['re2js@^2.10.0'],
  devDeps: [
    NODE_TYPES,
    VITEST,
    // What the kernel is measured against, and nothing else.
    '@kubernetes/client-node@^2',
    // Users import our CRDs with it; a test does, too.
    'cdk8s-cli@^2.207.60',
    'cdk8s-plus-34@^2',
    // Makes one file of the library for whoever imports it (tools/bundle.mjs).
    'esbuild@^0.28.0',
    'eslint@^10',
    'eslint-plugin-import-x@^4',
    'fast-check@^4.10.0',
    'node@^24',
    'typescript-eslint@^8',
    'yaml@^2.9.1',
    'zod@^4.6.0',
  ],
  gitignore: ['/.taskwright/', '/dist/', '*.tsbuildinfo', '/bench/results/'],
});

project.package.addField('private', true);
project.package.addField('workspaces', ['schema', 'runtime', 'cli']);
// npm 11.19 asks before it runs install scripts; this one fetches the Node binary that every script here runs on.
project.package.addField('allowScripts', { node: true });
// 1.13.0 names platform packages that were never published.
project.package.addPackageResolutions('unrs-resolver@~1.12.2');
project.package.addField('exports', {
  '.': { types: './lib/index.d.ts', default: './lib/bundle.js' },
  // The operator renders with the engine that the constructs check with.
  './template': { types: './lib/template/index.d.ts', default: './lib/template/index.js' },
  // It reads schedules as they do,
  './schedule': { types: './lib/schedule.d.ts', default: './lib/schedule.js' },
  // and what a Task declares as its outputs.
  './output-schema': { types: './lib/output-schema.d.ts', default: './lib/output-schema.js' },
  './crds/*': './crds/*',
  './package.json': './package.json',
  './.jsii': './.jsii',
});
project.package.addField('files', ['lib', '!lib/**/*.map', 'crds', '.jsii', 'API.md', 'CHANGELOG.md']);

for (const derived of ['/crds/**', '/docs/reference/**', '/src/l1/**', '/src/private/{schemas,rules,crds,fixed-names,event-variables}.ts', '/src/triggers/events.ts', '/schema/src/kubernetes/*-v1.ts', '/schema/src/kubernetes/type-names.ts']) {
  project.gitattributes.addAttributes(derived, 'linguist-generated');
}
const generate = project.addTask('generate', {
  description: 'Derive crds/, src/l1/, the check tables and docs/reference from schema/',
  exec: `node --conditions=${SOURCE_CONDITION} tools/generate.ts`,
});
project.preCompileTask.spawn(generate);
// jsii never removes what a deleted source file left behind.
project.preCompileTask.exec('node -e "fs.rmSync(\'lib\', { recursive: true, force: true })"');

/** A package of the workspace: ESM, run from its sources by Node while developing, compiled for publishing. */
function workspacePackage(folder: string, options: Partial<typescript.TypeScriptProjectOptions>) {
  const child = new typescript.TypeScriptProject({
    parent: project,
    outdir: folder,
    name: `@taskwright/${folder}`,
    authorName: 'The Taskwright Authors',
    authorEmail: 'maintainers@taskwright.dev',
    authorOrganization: true,
    license: 'Apache-2.0',
    copyrightOwner: 'The Taskwright Authors',
    copyrightPeriod: '2026',
    repository: 'https://github.com/taskwright/taskwright.git',
    repositoryDirectory: folder,
    defaultReleaseBranch: 'main',
    packageManager: javascript.NodePackageManager.NPM,
    typescriptVersion: TYPESCRIPT,
    minNodeVersion: '22.19.0',
    jest: false,
    eslint: false,
    sampleCode: false,
    readme: undefined,
    npmignoreEnabled: false,
    depsUpgrade: false,
    entrypoint: 'lib/index.js',
    // What an editor and `tsc -p` look at has the tests in it; what is compiled and published has not.
    tsconfigDevFile: 'tsconfig.json',
    autoDetectBin: false,
    tsconfig: {
      fileName: 'tsconfig.build.json',
      include: ['src/**/*.ts'],
      exclude: ['node_modules'],
      compilerOptions: {
        target: 'ES2024',
        lib: ['es2024', 'esnext.array'], // Array.fromAsync is in Node 22
        module: 'nodenext',
        moduleResolution: javascript.TypeScriptModuleResolution.NODE_NEXT,
        skipLibCheck: true,
        noUncheckedIndexedAccess: true,
        isolatedModules: true,
        verbatimModuleSyntax: true,
        declaration: true,
        customConditions: [SOURCE_CONDITION],
      },
    },
    ...options,
    devDeps: [NODE_TYPES, ...(options.devDeps ?? [])],
  });
  child.package.addField('type', 'module');
  child.package.addField('files', ['lib', '!lib/**/*.map']);
  child.tsconfig?.file.addOverride('compilerOptions.types', ['node']);
  child.tsconfigDev.file.addOverride('exclude', ['node_modules', 'lib']);
  // Tests of one package read the fixtures of another.
  child.tsconfigDev.file.addOverride('compilerOptions.rootDir', '..');
  child.tsconfig?.file.addOverride('compilerOptions.erasableSyntaxOnly', true);
  child.tsconfig?.file.addOverride('compilerOptions.rewriteRelativeImportExtensions', true);
  // The root install covers the workspace.
  child.package.installTask.reset();
  child.package.installCiTask.reset();
  return child;
}

function exportsOf(entries: Record<string, string>) {
  return {
    ...Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, {
      [SOURCE_CONDITION]: `./src/${file}.ts`,
      types: `./lib/${file}.d.ts`,
      default: `./lib/${file}.js`,
    }])),
    './package.json': './package.json',
  };
}

const schema = workspacePackage('schema', {
  description: 'The kinds Taskwright speaks, each written once',
  deps: ['zod@^4.6.0'],
  // The fixtures of the kinds are run through their CEL rules.
  devDeps: ['@marcbachmann/cel-js@^8.0.0'],
});
schema.package.addField('exports', {
  ...exportsOf({ '.': 'index', './kubernetes': 'kubernetes/index' }),
  // The embedded server and a real one are tested on the same objects; what is published does not have them.
  './fixtures': { [SOURCE_CONDITION]: './test/fixtures/index.ts' },
});

const runtime = workspacePackage('runtime', {
  description: 'The Taskwright operator and its embedded engine',
  deps: [
    '@hono/node-server@^2.1.8',
    '@marcbachmann/cel-js@^8.0.0',
    // The octokit bundle would bring every plugin: these two are what a client of GitHub that polls needs.
    '@octokit/core@^7.0.8',
    '@octokit/plugin-throttling@^11.0.5',
    '@octokit/request@^10.0.16',
    '@slack/socket-mode@^3.1.0',
    '@slack/web-api@^8.2.0',
    // Holds what agents leave against the schema of their Task.
    'ajv@^8.20.0',
    'hono@^4.13.19',
    'pino@^10.4.0',
    'prom-client@^15.1.3',
    're2js@^2.10.0',
    'rfc6902@^5.4.0',
    'undici@^8.12.4',
    'yaml@^2.9.1',
    'zod@^4.6.0',
  ],
  // What GitHub documents of its API and of its webhooks, for the servers and deliveries of the tests; and what our patterns of files are compared with.
  devDeps: ['@octokit/openapi-types@^29.0.1', '@octokit/webhooks-examples@^7.6.1', '@octokit/webhooks-schemas@^7.6.1', '@types/picomatch@^4.0.2', 'picomatch@^4.0.7'],
  bin: { 'taskwright-operator': 'lib/operator/main.js', 'taskwright-agent': 'lib/agent/main.js' },
});
runtime.package.addField('exports', exportsOf({
  './kube': 'kube/index',
  './embedded': 'embedded/index',
  './operator': 'operator/index',
  './agent': 'agent/index',
  './testing': 'testing/index',
}));

const cli = workspacePackage('cli', {
  name: 'taskwright',
  description: 'Run, watch and explain a Taskwright fleet',
  deps: ['commander@^15.1.0', 'yaml@^2.9.1', 'zod@^4.6.0'],
  bin: { taskwright: 'bin/taskwright.mjs' },
});
cli.package.addField('exports', exportsOf({ '.': 'index' }));
cli.package.addField('files', ['lib', '!lib/**/*.map', 'bin']);

// npm links a workspace that is asked for by its folder, and packing replaces the folder by the version.
runtime.addDeps('@taskwright/schema@file:../schema', 'cdk8s-taskwright@file:..');
// `taskwright import` makes constructs, to see whether they come to the manifests.
cli.addDeps('@taskwright/schema@file:../schema', '@taskwright/runtime@file:../runtime', 'cdk8s-taskwright@file:..', 'cdk8s@^2.70.0');
schema.package.addField('private', true);
runtime.package.addField('private', true);
cli.package.addField('private', true);

// jsii-docgen by itself follows the link of this workspace to itself.
project.tasks.tryFind('docgen')?.reset('node tools/api-docs.ts');

// What jsii-pacmak does by itself installs its tools anew each time, and writes an .npmignore, which `files` stands for.
project.tasks.tryFind('package:python')?.reset('node tools/python.mjs package');

// Node reads an inline source map with every import of the library, and it is two thirds of each file.
project.tsconfig?.file.addOverride('compilerOptions.inlineSourceMap', false);
project.tsconfig?.file.addOverride('compilerOptions.sourceMap', true);

// Tests run in vitest, which resolves as a bundler does and sees ES modules everywhere.
project.tsconfigDev.file.addOverride('compilerOptions.module', 'preserve');
project.tsconfigDev.file.addOverride('compilerOptions.moduleResolution', 'bundler');
project.tsconfigDev.file.addOverride('compilerOptions.customConditions', [SOURCE_CONDITION]);
// The drift test reads the generator and, through it, sources that name their imports with .ts.
project.tsconfigDev.file.addOverride('compilerOptions.allowImportingTsExtensions', true);
project.tsconfigDev.file.addOverride('compilerOptions.lib', ['es2024']);
// The library under its own name is its sources, as in vitest; otherwise tests would be checked against an older build.
project.tsconfigDev.file.addOverride('compilerOptions.paths', { 'cdk8s-taskwright': ['../src/index.ts'] });

// One program for all that is ESM, with its tests: checking it at once takes a third of the time of package by package.
new JsonFile(project, 'tsconfig.check.json', {
  obj: {
    extends: './runtime/tsconfig.json',
    compilerOptions: { rootDir: '.', noEmit: true },
    include: ['schema', 'runtime', 'cli', 'tools', 'examples', 'bench'].map((folder) => `${folder}/**/*.ts`),
    exclude: ['**/node_modules', '**/lib'],
  },
});

project.postCompileTask.exec('node tools/bundle.mjs');
for (const folder of ['schema', 'runtime', 'cli']) project.postCompileTask.exec(`npm run compile --workspace ${folder}`);
project.package.setScript('start', 'node tools/start.mjs');
project.package.setScript('test', 'node tools/test.mjs');
for (const command of ['build', 'setup', 'up', 'down', 'test']) project.package.setScript(`cluster:${command}`, `node tools/cluster.mjs ${command}`);
project.package.setScript('test:node', 'node tools/cluster.mjs test-node');
project.package.setScript('test:python', 'node tools/python.mjs test');
project.package.setScript('lint', 'eslint .');
project.package.setScript('generate', 'npx projen generate');
project.testTask.reset('npm test');

project.synth();
