import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderWith, type } from './a-terminal.ts';

const TASK = 'apiVersion: kelos.dev/v1alpha2\nkind: Task\nmetadata: {name: fix}\nspec: {prompt: Fix it., worker: {type: claude-code, credentials: {type: none}}}\n';
const SECRET = 'apiVersion: v1\nkind: Secret\nmetadata: {name: claude}\nstringData: {ANTHROPIC_API_KEY: hunter2}\n';
const waiting = (name: string, on: string) => TASK.replace('fix', name).replace('prompt', `dependsOn: [${on}], prompt`);
const PROOF = 'prove it: taskwright import --check --force fleet.yaml\n';

test('a program is written, proven, and not written over', async () => {
  const cwd = folderWith({ 'fleet.yaml': TASK });
  expect(await type(['import', 'fleet.yaml', '--check'], { cwd })).toEqual({
    code: 0, err: '', out: 'main.ts: 1 objects, 1 as constructs, 0 as L1, 0 as they are; it synthesizes to the same objects\n',
  });
  expect(await type(['import', 'fleet.yaml'], { cwd })).toEqual({ code: 1, out: '', err: 'taskwright: main.ts: is there already; pass --force to replace it, or --out for another place\n' });
  expect(await type(['import', 'fleet.yaml', '--force'], { cwd })).toEqual({ code: 0, err: '', out: `main.ts: 1 objects, 1 as constructs, 0 as L1, 0 as they are\n${PROOF}` });
  expect(await type(['import', 'fleet.yaml', '--out', 'src/fleet.ts'], { cwd })).toMatchObject({ code: 0 });
  expect(readFileSync(join(cwd, 'src/fleet.ts'), 'utf8')).toBe(readFileSync(join(cwd, 'main.ts'), 'utf8'));
  expect(readdirSync(cwd).sort()).toEqual(['fleet.yaml', 'main.ts', 'src']);
});

test('what was found is told to programs, too', async () => {
  const cwd = folderWith({ 'fleet.yaml': `${TASK.replace('type: claude-code', 'type: claude-code, modle: opus')}---\n${SECRET}` });
  const { code, out, err } = await type(['import', 'fleet.yaml', '--output', 'json'], { cwd });
  expect([code, err]).toEqual([0, '']);
  expect(JSON.parse(out)).toEqual({
    program: 'main.ts', objects: 1, constructs: 0, l1: 0, asTheyAre: 1, checked: false,
    notes: [
      'fleet.yaml:1: Task fix is written as it is: spec.worker.modle is not a known field; did you mean model?',
      'fleet.yaml:6: Secret claude is left out, since a program is no place for its values; apply it from the file, or pass --with-secrets',
    ],
  });
});

test('a kind that is not known in a group of ours is kept, and told', async () => {
  const cwd = folderWith({ 'fleet.yaml': 'apiVersion: kaos.tools/v1alpha1\nkind: MemoryStore\nmetadata: {name: notes, namespace: desk}\nspec: {size: 1Gi}\n' });
  expect(await type(['import', 'fleet.yaml', '--check'], { cwd })).toEqual({
    code: 0,
    err: 'note: fleet.yaml:1: MemoryStore desk/notes is of a kind that is not known in kaos.tools, and is written as it is\n',
    out: 'main.ts: 1 objects, 0 as constructs, 0 as L1, 1 as they are; it synthesizes to the same objects\n',
  });
});

test('the program that the docs show is what comes of their manifest', async () => {
  const page = readFileSync(new URL('../../docs/import.md', import.meta.url), 'utf8');
  const [yaml, program] = ['yaml', 'ts'].map((language) => page.match(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'm'))![1]!);
  const cwd = folderWith({ 'workers.yaml': yaml! });
  expect(await type(['import', 'workers.yaml', '--check'], { cwd })).toEqual({ code: 0, err: '', out: 'main.ts: 1 objects, 1 as constructs, 0 as L1, 0 as they are; it synthesizes to the same objects\n' });
  expect(readFileSync(join(cwd, 'main.ts'), 'utf8').split('\n').slice(2).join('\n')).toBe(program);
});

test('the value of a Secret gets into a program only when asked for', async () => {
  const cwd = folderWith({ 'fleet.yaml': `${TASK}---\n${SECRET}` });
  await type(['import', 'fleet.yaml', '--out', 'without.ts'], { cwd });
  expect(readFileSync(join(cwd, 'without.ts'), 'utf8')).not.toContain('hunter2');
  const { err, out } = await type(['import', 'fleet.yaml', '--out', 'with.ts', '--with-secrets', '--check'], { cwd });
  expect(readFileSync(join(cwd, 'with.ts'), 'utf8')).toContain('hunter2');
  expect(err).toBe('note: fleet.yaml:6: the values of Secret claude are in the program; keep it where only those come who may read them\n');
  expect(out).toContain('it synthesizes to the same objects');
});

test('a Task with a Secret that lacks the key it reads stays what it is, and says why', async () => {
  const task = TASK.replace('type: none', 'type: api-key, secretRef: {name: claude}');
  const cwd = folderWith({ 'fleet.yaml': `${task}---\n${SECRET.replace('ANTHROPIC_API_KEY', 'token')}` });
  const { out, err } = await type(['import', 'fleet.yaml', '--with-secrets', '--check'], { cwd });
  expect(out).toBe('main.ts: 2 objects, 0 as constructs, 1 as L1, 1 as they are; it synthesizes to the same objects\n');
  expect(err).toContain('note: fleet.yaml:1: Task fix is not written as a Task of the library, agent.credentials: names a Secret without the key that is read from it');
});

const DEEP = `a: ${'['.repeat(20_000)}${']'.repeat(20_000)}`;
const ALIASES = ['x: &a [y]', ...['ab', 'bc', 'cd', 'de', 'ef'].map(([from, to]) => `${to}: &${to} [${Array(10).fill(`*${from}`).join(',')}]`)].join('\n');
const CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n';

test.each<{ it: string; file: string; says: string }>([
  { it: 'a kind that is nearly one of ours', file: TASK.replace('kind: Task', 'kind: Tsak'), says: 'fleet.yaml:1: kind: "Tsak" is not a kind of kelos.dev; did you mean Task?' },
  { it: 'a version that there is not', file: TASK.replace('v1alpha2', 'v2'), says: 'fleet.yaml:1: apiVersion: Task has no version "v2"; allowed are kelos.dev/v1alpha1 and kelos.dev/v1alpha2' },
  { it: 'Tasks that wait for each other', file: [waiting('a', 'b'), waiting('b', 'c'), waiting('c', 'a')].join('---\n'), says: 'fleet.yaml:1: Tasks wait for each other, a → b → c → a; take one of these out of dependsOn' },
  { it: 'one object twice', file: `${TASK}---\n${TASK}`, says: 'fleet.yaml:6: Task fix is in fleet.yaml:1 too; keep one of them' },
  { it: 'ten megabytes', file: `#${' '.repeat(10_000_000)}\n${TASK}`, says: 'fleet.yaml: 10000146 bytes are too many; at most 4194304 in all files together; import them in parts' },
  { it: 'aliases that unfold into millions', file: ALIASES, says: 'fleet.yaml:1: cannot be read, Excessive alias count indicates a resource exhaustion attack' },
  { it: 'what is nested without an end', file: DEEP, says: 'fleet.yaml: cannot be read, it is too deeply nested' },
  { it: 'what is nested in blocks without an end', file: `a:\n${'- '.repeat(20_000)}x`, says: 'fleet.yaml: cannot be read, it is too deeply nested' },
  { it: 'what is no YAML', file: 'a: [b', says: 'fleet.yaml: not YAML, Flow sequence in block collection must be sufficiently indented and end with a ] at line 1, column 6:\n\na: [b\n     ^\n' },
  { it: 'a field that is there twice', file: `${CONFIG}data: {a: b}\ndata: {c: d}\n`, says: 'fleet.yaml: not YAML, Map keys must be unique at line 5, column 1:\n\ndata: {a: b}\ndata: {c: d}\n^\n' },
  { it: 'a tag of a programming language', file: `${CONFIG}data: {a: !!python/object x}\n`, says: 'fleet.yaml: not YAML, Unresolved tag: tag:yaml.org,2002:python/object at line 4, column 11:\n\ndata: {a: !!python/object x}\n          ^^^^^^^^^^^^^^^\n' },
  { it: 'a text', file: 'hello', says: 'fleet.yaml:1: is no object of Kubernetes; each document has apiVersion, kind and metadata' },
  { it: 'nothing', file: '# nothing\n', says: 'fleet.yaml: no object to import' },
  { it: 'an object without a kind', file: 'apiVersion: v1\nmetadata: {name: a}\n', says: 'fleet.yaml:1: kind is missing; is it a manifest of Kubernetes?' },
  { it: 'an object without metadata', file: 'apiVersion: v1\nkind: ConfigMap\n', says: 'fleet.yaml:1: metadata is missing; give the object a name' },
  { it: 'a name that is made later', file: CONFIG.replace('name', 'generateName'), says: 'fleet.yaml:1: metadata.name is missing, and what generateName makes is not known before; give the object a name' },
  { it: 'a label that is a number', file: CONFIG.replace('{name: a}', '{name: a, labels: {version: 2}}'), says: 'fleet.yaml:1: metadata.labels is no map of texts; write its values in quotes' },
  { it: 'a number that JavaScript cannot keep', file: `${CONFIG}data: {a: 12345678901234567890}\n`, says: 'fleet.yaml:1: data.a is a number too large to be kept exactly; write it in quotes' },
  { it: 'a number that is none', file: `${CONFIG}data: {a: .inf}\n`, says: 'fleet.yaml:1: data.a is no number of JSON; write it in quotes' },
  { it: 'a list with nothing in it', file: `${CONFIG}data: {a: [x, null]}\n`, says: 'fleet.yaml:1: data.a holds nothing at 1; take the item out' },
  { it: 'a name that JavaScript takes for itself', file: `${CONFIG}data: {__proto__: {x: y}}\n`, says: 'fleet.yaml:1: data has a field called __proto__, which cdk8s cannot write; take it out' },
  { it: 'bytes', file: `${CONFIG}data: {a: !!binary aGk=}\n`, says: 'fleet.yaml:1: data.a is of no type of JSON; write it in quotes' },
])('$it: says what is wrong, and writes nothing', async ({ file, says }) => {
  const cwd = folderWith({ 'fleet.yaml': file });
  expect(await type(['import', 'fleet.yaml'], { cwd })).toEqual({ code: 1, out: '', err: `taskwright: ${says}\n` });
  expect(readdirSync(cwd)).toEqual(['fleet.yaml']);
});

test.each<{ it: string; args: string[]; code: number; says: string }>([
  { it: 'no such file', args: ['missing.yaml'], code: 1, says: 'missing.yaml: no such file; pass files with manifests' },
  { it: 'a folder', args: ['.'], code: 1, says: '.: is a folder; pass its files, for example ./*.yaml' },
  { it: 'an unknown format', args: ['fleet.yaml', '--output', 'yaml'], code: 2, says: '--output: got "yaml"; allowed are text and json' },
  { it: 'a program in another language', args: ['fleet.yaml', '--out', 'main.py'], code: 2, says: '--out: got "main.py"; a program in TypeScript ends in .ts' },
])('$it: says what to pass', async ({ args, code, says }) => {
  const cwd = folderWith({ 'fleet.yaml': TASK });
  expect(await type(['import', ...args], { cwd })).toEqual({ code, out: '', err: `taskwright: ${says}\n` });
  expect(existsSync(join(cwd, 'main.ts'))).toBe(false);
});
