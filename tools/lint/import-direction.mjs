/**
 * The lint rule that keeps imports going one way: `cli → runtime → src, schema`.
 *
 * A folder lists what it must not import and why; the most specific folder that contains a file decides. Everything it
 * needs is in the two paths, so it works on a file that exists only in an editor.
 */
import { posix, relative, sep } from 'node:path';

/** Package names, as they are imported, and the folder of their sources. */
const packages = {
  '@taskwright/schema': 'schema',
  '@taskwright/runtime': 'runtime',
  'cdk8s-taskwright': 'src',
  taskwright: 'cli',
};

const nobodyImportsCli = { folders: ['cli'], why: 'nothing imports the command line: move what both need into runtime/' };

/** Most specific first. `only` lists the one folder of the repository that may be imported, `not` those that may not. */
const directions = [
  { from: 'cli', not: [] },
  {
    from: 'runtime/src/kube',
    only: { folder: 'runtime/src/kube', why: 'the kernel knows Kubernetes and nothing of Tasks, agents or prompts: turn the dependency round' },
  },
  { from: 'runtime', not: [nobodyImportsCli, { folders: ['tools', 'test'], why: 'the runtime is published without them' }] },
  {
    from: 'schema',
    not: [{ folders: ['src', 'runtime', 'cli', 'tools', 'test'], why: 'everything else is derived from the schemas, so they know nothing of it' }],
  },
  {
    from: 'src',
    not: [
      { folders: ['schema'], why: 'zod is not shipped with the constructs: use what tools/generate.ts writes into src/l1 and src/private' },
      { folders: ['runtime', 'cli', 'tools', 'test'], why: 'the constructs are pure and published alone: the same program gives the same bytes' },
    ],
  },
  { from: '', not: [nobodyImportsCli] },
];

/** @type {import('eslint').Rule.RuleModule} */
export const importDirection = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      direction: '{{from}} does not import {{target}}: {{why}}',
      relative: '{{target}} is another package: import it by its name, {{name}}',
    },
  },
  create(context) {
    const file = relative(context.cwd, context.filename).split(sep).join('/');
    const check = (node) => {
      if (typeof node?.value !== 'string') return;
      const problem = judge(file, node.value);
      if (problem) context.report({ node, ...problem });
    };
    return {
      ImportDeclaration: ({ source }) => check(source),
      ExportNamedDeclaration: ({ source }) => check(source),
      ExportAllDeclaration: ({ source }) => check(source),
      ImportExpression: ({ source }) => check(source),
      TSImportType: ({ source }) => check(source),
    };
  },
};

/** What is wrong with `file` importing `specifier`; `undefined` when nothing is. */
function judge(file, specifier) {
  const isRelative = specifier.startsWith('.');
  const target = isRelative ? posix.join(posix.dirname(file), specifier) : folderOfPackage(specifier);
  if (target === undefined) return undefined; // not ours

  const { from, only, not = [] } = directions.find((direction) => within(file, direction.from));
  const forbidden = only
    ? within(target, only.folder) ? undefined : only
    : not.find(({ folders }) => folders.some((folder) => within(target, folder)));
  if (forbidden) return { messageId: 'direction', data: { from: from || 'this', target, why: forbidden.why } };

  // Fixtures are shared between tests and have no name to import them by.
  const name = target.includes('/test/') ? undefined : Object.keys(packages).find((key) => within(target, packages[key]));
  if (isRelative && name !== undefined && packageOf(target) !== packageOf(file)) return { messageId: 'relative', data: { target, name } };
  return undefined;
}

/** `@taskwright/runtime/kube` is `runtime/src/kube`. */
function folderOfPackage(specifier) {
  const name = Object.keys(packages).find((key) => specifier === key || specifier.startsWith(`${key}/`));
  if (name === undefined) return undefined;
  const entry = specifier.slice(name.length);
  return packages[name] === 'src' ? 'src' : `${packages[name]}/src${entry}`;
}

/** The folder with the package.json; a program in examples/ is a user's, so it is a package of its own. */
function packageOf(path) {
  return ['schema', 'runtime', 'cli', 'examples'].find((folder) => within(path, folder)) ?? '';
}

function within(path, folder) {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}
