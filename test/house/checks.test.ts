import { expect, test } from 'vitest';
import { findBannedCode } from './banned-code';
import { findDeadFiles } from './dead-files';
import { findMisshapenFiles } from './file-shape';
import { findReadmesThatLie } from './folder-readmes';
import { type Finding, type Repository, describeFinding } from './repository';
import { findBannedWords, findMissingDocuments, findMissingPaths } from './words';

const repositoryOf = (files: Record<string, string>): Repository => new Map(Object.entries(files));
const found = (findings: readonly Finding[]) => findings.map((finding) => `${finding.path}:${finding.line} ${finding.found}`);

test('a finding says where, what, what instead and why', () => {
  const [finding] = findBannedCode(repositoryOf({ 'runtime/src/tasks/plan.ts': 'const x = 1;\nconst now = Date.now();\n' }));
  expect(describeFinding(finding!)).toBe(
    'runtime/src/tasks/plan.ts:2: Date.now is not used here, use a Clock (runtime/src/kube/clock.ts): a simulated week must run in a second, and a test must not sleep',
  );
});

test.each([
  { code: 'new Date()', bad: 'export const now = new Date();' },
  { code: 'new Date()', bad: 'export const now = new Date;' },
  { code: 'Date.now', bad: 'export const now = globalThis.Date.now();' },
  { code: 'setTimeout(', bad: 'setTimeout(() => 1, 5);' },
  { code: 'Math.random', bad: 'export const pick = Math.random;' },
  { code: 'process.env', bad: 'export const home = process.env.HOME;' },
  { code: 'process.exit(', bad: 'process.exit(1);' },
  { code: 'console.log', bad: 'console.log(1);' },
  { code: 'export default', bad: 'export default function run() {}' },
  { code: 'export default', bad: 'const a = 1;export default a;' },
  { code: 'test.skip', bad: 'test.skip("x", () => {});' },
  { code: 'describe.only', bad: 'describe.only("x", () => {});' },
])('$bad is banned', ({ code, bad }) => {
  expect(found(findBannedCode(repositoryOf({ 'runtime/src/tasks/plan.ts': bad })))).toEqual([`runtime/src/tasks/plan.ts:1 ${code} is not used here`]);
});

test.each([
  { path: 'runtime/src/kube/clock.ts', text: 'export const now = () => new Date();' },
  { path: 'runtime/src/tasks/plan.ts', text: 'export const at = (text: string) => new Date(text);' },
  { path: 'runtime/src/tasks/plan.ts', text: '/** Like Date.now(). */ export const name = "setTimeout(";' },
  { path: 'runtime/src/agent/main.ts', text: 'run(process.env);' },
  { path: 'vitest.config.mjs', text: 'export default {};' },
  { path: 'src/l1/kelos.ts', text: 'export default 1;' },
])('$text is fine in $path', ({ path, text }) => {
  expect(findBannedCode(repositoryOf({ [path]: text }))).toEqual([]);
});

test('a file is named after a concept, in kebab-case, and ends before line 500', () => {
  const files = repositoryOf({
    'src/utils.ts': '',
    'src/agentConfig.ts': '',
    'src/long.ts': '\n'.repeat(501),
    'src/full.ts': '\n'.repeat(500),
    'src/l1/types.ts': '',
    'runtime/src/kube/line-splitter.ts': '',
  });
  expect(found(findMisshapenFiles(files))).toEqual(['src/utils.ts:1 the name "utils" says nothing', 'src/agentConfig.ts:1 the name "agentConfig" is not in kebab-case', 'src/long.ts:501 it has 501 lines']);
});

test('a source is alive when an entry reaches it, and a test is no entry for a source', () => {
  const files = repositoryOf({
    'runtime/src/operator/main.ts': `import { plan } from '../tasks/plan.ts';\nnew Worker(new URL('./worker.ts', import.meta.url));`,
    'runtime/src/operator/worker.ts': `import 'cdk8s-taskwright';`,
    'runtime/src/tasks/plan.ts': '',
    'runtime/src/tasks/forgotten.ts': '',
    'runtime/test/tasks/forgotten.test.ts': `import '../../src/tasks/forgotten.ts';\nimport './fixture.ts';`,
    'runtime/test/tasks/fixture.ts': '',
    'runtime/test/tasks/unused-fixture.ts': '',
    'src/index.ts': `export * from './task';`,
    'src/task.ts': '',
  });
  expect(found(findDeadFiles(files)).map((line) => line.split(':')[0])).toEqual(['runtime/src/tasks/forgotten.ts', 'runtime/test/tasks/unused-fixture.ts']);
});

test('the README of a folder lists exactly its files', () => {
  const files = repositoryOf({
    'runtime/src/kube/README.md': '# kube\n\n| file | promise |\n|---|---|\n| `queue.ts` | one |\n| `gone.ts`, `index.ts` | two |\n',
    'runtime/src/kube/queue.ts': '',
    'runtime/src/kube/informer.ts': '',
    'runtime/src/kube/index.ts': '',
  });
  expect(found(findReadmesThatLie(files))).toEqual([
    'runtime/src/kube/README.md:6 `gone.ts` is listed',
    'runtime/src/kube/README.md:1 `informer.ts` is not listed',
  ]);
});

test('a folder of six files needs a README, one of five does not', () => {
  const files = (folder: string, count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`runtime/src/${folder}/f${index}.ts`, '']));
  expect(found(findReadmesThatLie(repositoryOf({ ...files('large', 6), ...files('small', 5) })))).toEqual(['runtime/src/large/README.md:1 a large folder without a table of its files']);
});

test('words of a work machine and of unfinished work are found', () => {
  const text = ['read /wo', 'rk/main/x', '\n// TO', 'DO later', '\n// @ts-', 'ignore', '\nin /home/agent/.claude'].join('');
  expect(findBannedWords(repositoryOf({ 'src/task.ts': text })).map(({ line }) => line)).toEqual([1, 2, 3]);
  const lock = ['registry.npmjs.org', 'mirror.example'].map((host) => `"resolved": "https://${host}/a.tgz"`).join('\n');
  expect(findBannedWords(repositoryOf({ 'package-lock.json': lock })).map(({ line }) => line)).toEqual([2]);
});

test('a document that is named is there', () => {
  const files = repositoryOf({
    'docs/errors.md': 'see compatibility.md and ../README.md and [x](https://example.com/y.md)',
    'docs/compatibility.md': '',
    'README.md': '',
    'src/task.ts': '// docs/errors.md, but not docs/gone.md; the agent reads CLAUDE.md',
  });
  expect(found(findMissingDocuments(files))).toEqual(['src/task.ts:1 "docs/gone.md" is named']);
});

test('a path that a document names is there', () => {
  const files = repositoryOf({
    'docs/architecture.md': 'In `src/task.ts`, `src/` and `runtime/src/kube`; not `src/gone.ts`, and `src/<kind>.ts` is a pattern.',
    'runtime/README.md': 'Start at `src/kube`.',
    'runtime/src/kube/queue.ts': '',
    'src/task.ts': '',
  });
  expect(found(findMissingPaths(files))).toEqual(['docs/architecture.md:1 `src/gone.ts` is named']);
});
