import { join } from 'node:path';
import { ESLint, type Linter } from 'eslint';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** Rules that ask the type checker need a file that is really there. */
const withoutTypes: Linter.Config = {
  files: ['**/*.ts'],
  languageOptions: { parserOptions: { project: null } },
  rules: {
    '@typescript-eslint/no-floating-promises': 'off',
    '@typescript-eslint/no-misused-promises': 'off',
    '@typescript-eslint/await-thenable': 'off',
  },
};
const syntax = new ESLint({ cwd: root, overrideConfig: withoutTypes });
/** In CI the parser reads each file from disk once, and would not look at our text. */
const withTypes: Linter.Config = { languageOptions: { parserOptions: { disallowAutomaticSingleRunInference: true } } };
const typed = new ESLint({ cwd: root, overrideConfig: withTypes });

/** What lint says about a file with this text, which exists only here. */
async function lint(path: string, text: string, eslint = syntax): Promise<string[]> {
  const [result] = await eslint.lintText(text, { filePath: join(root, path) });
  return result!.messages.map(({ message }) => message);
}

const kernel = 'the kernel knows Kubernetes and nothing of Tasks, agents or prompts: turn the dependency round';
const alone = 'the constructs are pure and published alone: the same program gives the same bytes';
const noZod = 'zod is not shipped with the constructs: use what tools/generate.ts writes into src/l1 and src/private';
const source = 'everything else is derived from the schemas, so they know nothing of it';
const noCli = 'nothing imports the command line: move what both need into runtime/';

test.each([
  { from: 'runtime/src/kube/queue.ts', to: '../tasks/plan.ts', says: `runtime/src/kube does not import runtime/src/tasks/plan.ts: ${kernel}` },
  { from: 'runtime/src/kube/deep/queue.ts', to: '../../tasks/plan.ts', says: `runtime/src/kube does not import runtime/src/tasks/plan.ts: ${kernel}` },
  { from: 'runtime/src/kube/queue.ts', to: '@taskwright/runtime/embedded', says: `runtime/src/kube does not import runtime/src/embedded: ${kernel}` },
  { from: 'runtime/src/kube/queue.ts', to: '@taskwright/schema', says: `runtime/src/kube does not import schema/src: ${kernel}` },
  { from: 'runtime/src/tasks/plan.ts', to: 'taskwright', says: `runtime does not import cli/src: ${noCli}` },
  { from: 'runtime/test/tasks/plan.test.ts', to: '../../../cli/src/main.ts', says: `runtime does not import cli/src/main.ts: ${noCli}` },
  { from: 'src/task.ts', to: '@taskwright/schema', says: `src does not import schema/src: ${noZod}` },
  { from: 'src/task.ts', to: '@taskwright/runtime/kube', says: `src does not import runtime/src/kube: ${alone}` },
  { from: 'src/template/parser.ts', to: '../../runtime/src/kube/clock', says: `src does not import runtime/src/kube/clock: ${alone}` },
  { from: 'schema/src/index.ts', to: 'cdk8s-taskwright', says: `schema does not import src: ${source}` },
  { from: 'examples/first-task/main.ts', to: 'taskwright', says: `this does not import cli/src: ${noCli}` },
  { from: 'examples/first-task/main.ts', to: '../../src/index', says: 'src/index is another package: import it by its name, cdk8s-taskwright' },
  { from: 'cli/src/main.ts', to: '../../runtime/src/kube/clock.ts', says: 'runtime/src/kube/clock.ts is another package: import it by its name, @taskwright/runtime' },
])('$from does not import $to', async ({ from, to, says }) => {
  expect(await lint(from, `import '${to}';\n`)).toContain(says);
});

test.each([
  { from: 'cli/src/main.ts', to: '@taskwright/runtime/kube' },
  { from: 'runtime/src/tasks/plan.ts', to: '@taskwright/schema' },
  { from: 'runtime/src/tasks/plan.ts', to: 'cdk8s-taskwright' },
  { from: 'runtime/src/kube/deep/queue.ts', to: '../clock.ts' },
  { from: 'cli/test/main.test.ts', to: '../src/main.ts' },
  { from: 'runtime/test/contract/kelos.contract.ts', to: '../../../schema/test/fixtures/task.ts' },
  { from: 'test/task.test.ts', to: '../src/index' },
  { from: 'tools/generate.ts', to: '@taskwright/schema' },
])('$from may import $to', async ({ from, to }) => {
  expect(await lint(from, `import '${to}';\n`)).toEqual([]);
});

test.each([
  `export * from 'taskwright';`,
  `export { main } from 'taskwright';`,
  `import type { Main } from 'taskwright';\nexport type X = Main;`,
  `export type X = import('taskwright').Main;`,
  `await import('taskwright');`,
])('the direction holds for every way to import: %s', async (text) => {
  expect(await lint('runtime/src/tasks/plan.ts', text)).toContain(`runtime does not import cli/src: ${noCli}`);
});

test('a circle of files is an error', async () => {
  // plan.ts imports object.ts, so object.ts may not import plan.ts.
  expect(await lint('runtime/src/kube/object.ts', `import { idle } from './plan.ts';\nexport const x = idle;\n`)).toEqual(['Dependency cycle detected']);
});

test.each([
  { text: 'const unused = 1;', says: /'unused' is assigned a value but never used/ },
  { text: `import { A } from './a.ts';\nexport const f = (a: A) => a;`, says: /only used as types/ },
  { text: 'export const f = (a: any) => a;', says: /Unexpected any/ },
  { text: `// ${'eslint'}-disable-next-line\nexport const a = 1;`, says: /^Unused .* directive/ },
])('lint refuses: $text', async ({ text, says }) => {
  expect(await lint('runtime/src/tasks/plan.ts', text)).toEqual([expect.stringMatching(says)]);
});

test('a promise that nobody awaits is an error', async () => {
  const text = 'export function f(promise: Promise<void>) {\n  promise.then(() => 1);\n}\n';
  expect(await lint('runtime/src/kube/clock.ts', text, typed)).toEqual([expect.stringMatching(/Promises must be awaited/)]);
});
