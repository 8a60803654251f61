import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { adapterFor, agentTypes } from '../../src/agent/agent-registry.ts';
import { temporaryDirectory } from './git-fixture.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** The final stage of each image, and the stages it is built from. */
const IMAGES = [
  { file: 'Dockerfile', stage: 'runtime' },
  { file: 'Dockerfile', stage: 'agent-tools' },
  ...agentTypes().map((type) => ({ file: `${type}/Dockerfile`, stage: undefined })),
];

/** The instructions of a Dockerfile, one per line, comments left out. */
const instructionsOf = (file: string) => readFileSync(join(ROOT, 'images', file), 'utf8').replace(/^#.*\n/gm, '').replace(/\\\n\s*/g, '').split('\n').filter(Boolean);
const stageOf = (lines: readonly string[], stage: string | undefined) => {
  const start = lines.findLastIndex((line) => line.startsWith('FROM ') && (stage === undefined || line.endsWith(` AS ${stage}`)));
  const end = lines.findIndex((line, index) => index > start && line.startsWith('FROM '));
  return lines.slice(start, end === -1 ? undefined : end);
};

test.each(IMAGES)('$stage of $file is pinned, runs as an ordinary user, and starts under tini', ({ file, stage }) => {
  const lines = instructionsOf(file);
  for (const [, value] of lines.join('\n').matchAll(/^ARG \w+=(.+)$/gm)) expect(value).toMatch(/\d+\.\d+\.\d+|:dev$/);
  const last = stageOf(lines, stage);
  expect(last[0]).toMatch(/^FROM \$\{\w+\}/);
  expect(last.findLast((line) => line.startsWith('USER '))).toBe('USER 61100:61100');
  expect(last.at(-1)).toMatch(/^ENTRYPOINT \["\/usr\/bin\/tini"/);
});

test.each(['Dockerfile', ...agentTypes().map((type) => `${type}/Dockerfile`)])('%s copies only what is in the repository', (file) => {
  const copied = instructionsOf(file).filter((line) => line.startsWith('COPY ') && !line.includes('--from=')).flatMap((line) => line.split(' ').slice(1, -1)).filter((word) => !word.startsWith('--'));
  expect(copied.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test.each(['Dockerfile', ...agentTypes().map((type) => `${type}/Dockerfile`)])('%s copies from stages before it, and what .dockerignore lets through', (file) => {
  const lines = instructionsOf(file);
  const ignored = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  // The later rule counts; `!a` lets through a and all below it.
  const isIn = (path: string) => ignored.reduce((isInYet, rule) => (matchesGlob(path, rule.replace(/^!/, '')) || matchesGlob(path, `${rule.replace(/^!/, '')}/**`) ? rule.startsWith('!') : isInYet), true);
  for (const [index, line] of lines.entries()) {
    if (!line.startsWith('COPY ')) continue;
    const [, stage] = /--from=(\S+)/.exec(line) ?? [];
    if (stage === undefined) expect(line.split(' ').slice(1, -1).filter((word) => !word.startsWith('--') && !isIn(word)), line).toEqual([]);
    else expect(lines.slice(0, index).some((before) => before.startsWith('FROM ') && before.endsWith(` AS ${stage}`)), line).toBe(true);
  }
});

test.each(['Dockerfile', ...agentTypes().map((type) => `${type}/Dockerfile`)])('%s keeps no secret in an image: what ARG and ENV say stays in its history', (file) => {
  const names = instructionsOf(file).flatMap((line) => (/^(?:ARG|ENV) /.test(line) ? [...line.matchAll(/(?<=^ARG |\s)(\w+)(?==|$)/g)].map(([name]) => name) : []));
  expect(names.filter((name) => /TOKEN|SECRET|PASSWORD|KEY|AUTH/.test(name))).toEqual([]);
  expect(names.length).toBeGreaterThan(0);
});

test.each(agentTypes())('%s is installed in a stage of its own, in the version of its adapter, and found on PATH', async (type) => {
  const { title, program } = await adapterFor(type);
  const lines = instructionsOf(`${type}/Dockerfile`);
  if (program) expect(lines).toContain(`ARG ${type.toUpperCase().replace('-', '_')}_VERSION=${program.version}`);
  const [install, final] = [stageOf(lines, 'install'), stageOf(lines, undefined)];
  expect(install.join('\n'), title).toContain('grep --fixed-strings');
  expect(final.filter((line) => line.startsWith('RUN '))).toEqual([]);
  expect(final).toContain('COPY --from=install /opt/agent /opt/agent');
  expect(final.find((line) => line.startsWith('ENV '))).toContain(':/opt/agent/bin:$PATH');
});

test('the agent program imports only what its image holds', () => {
  const folder = join(ROOT, 'runtime', 'src', 'agent');
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts')).map((name) => readFileSync(join(folder, name), 'utf8'));
  const imported = new Set(sources.flatMap((source) => [...source.matchAll(/^import .*from '([^']+)';$/gm)].map(([, name]) => name!)));
  expect([...imported].filter((name) => !name.startsWith('node:') && !/^\.\.?\/(?!\.\.|kube)/.test(name)).sort()).toEqual(['../kube/clock.ts', 'ajv/dist/2020.js', 're2js', 'zod']);
});

test('the image of the agent program holds the packages that it imports, and all that those need', () => {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as { packages: Record<string, { dependencies?: Record<string, string> }> };
  const placeOf = (name: string) => [`runtime/node_modules/${name}`, `node_modules/${name}`].find((place) => packages[place])!;
  const needed = new Set(['ajv', 're2js', 'zod'].map(placeOf));
  for (const place of needed) for (const name of Object.keys(packages[place]!.dependencies ?? {})) needed.add(placeOf(name));
  const copied = instructionsOf('Dockerfile').join(' ').match(/cp -RL (.*?) \/out\/node_modules\//)![1]!.split(' ');
  expect(copied.sort()).toEqual([...needed].sort());
});

const INSTRUCTIONS = /^(?:FROM \S+(?: AS [a-z][a-z-]*)?$|(?:ARG|COPY|ENTRYPOINT|ENV|RUN|USER|WORKDIR) \S)/;

test.each(['Dockerfile', ...agentTypes().map((type) => `${type}/Dockerfile`)])('%s is made of instructions, whose variables are declared where they are used', (file) => {
  const lines = instructionsOf(file);
  expect(lines.filter((line) => !INSTRUCTIONS.test(line))).toEqual([]);
  const stages = lines.flatMap((line) => / AS (\S+)$/.exec(line)?.[1] ?? []);
  expect(new Set(stages).size).toBe(stages.length);
  const isStage = (line: string) => line.startsWith('FROM ');
  const declaredIn = (part: readonly string[]) => part.flatMap((line) => /^ARG (\w+)/.exec(line)?.[1] ?? []);
  const global = declaredIn(lines.slice(0, lines.findIndex(isStage)));
  for (const [index, line] of lines.entries()) {
    const used = [...line.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name!);
    // What stands before the first stage holds for FROM, and for nothing else.
    const declared = isStage(line) ? global : declaredIn(lines.slice(lines.slice(0, index).findLastIndex(isStage), index));
    expect(used.filter((name) => !declared.includes(name) && !line.includes(` ${name}=`)), line).toEqual([]);
  }
});

test('the build has all that it compiles: the packages of the workspace, and of the constructs what the others import', () => {
  const copied = instructionsOf('Dockerfile').filter((line) => line.startsWith('COPY ') && !line.includes('--from=')).flatMap((line) => line.split(' ').slice(1, -1));
  const { workspaces, exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { workspaces: string[]; exports: Record<string, { default?: string }> };
  expect(workspaces.filter((folder) => !copied.includes(`${folder}/package.json`))).toEqual([]);

  const sourcesIn = (folder: string) => readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts')).map((name) => join(folder, name));
  const importsOf = (path: string) => [...readFileSync(join(ROOT, path), 'utf8').matchAll(/ from '([^']+)'/g)].map(([, name]) => name!);
  const entries = ['runtime/src', 'schema/src'].flatMap(sourcesIn).flatMap(importsOf).filter((name) => name.startsWith('cdk8s-taskwright/'));
  const needed = new Set(entries.map((name) => exports[name.replace('cdk8s-taskwright', '.')]!.default!.replace('./lib/', 'src/').replace(/js$/, 'ts')));
  for (const path of needed) {
    for (const name of importsOf(path).filter((imported) => imported.startsWith('.'))) needed.add([`${join(path, '..', name)}.ts`, join(path, '..', name, 'index.ts')].find((candidate) => existsSync(join(ROOT, candidate)))!);
  }
  expect(needed.size).toBeGreaterThan(5);
  expect([...needed].filter((path) => !copied.some((place) => path === place || path.startsWith(`${place}/`)))).toEqual([]);
});

test.each(['agent-tools/agent', 'agent-tools/gh', 'agent-tools/kelos_entrypoint.sh'])('%s is an executable shell script', (file) => {
  const path = join(ROOT, 'images', file);
  expect(statSync(path).mode & 0o111).toBe(0o111);
  expect(spawnSync('sh', ['-n', path]).status).toBe(0);
});

test.each([
  [{}, 'GH_TOKEN=first'],
  [{ file: 'renewed' }, 'GH_TOKEN=renewed'],
  [{ file: 'renewed', GH_HOST: 'github.com' }, 'GH_TOKEN=renewed'],
  [{ file: 'renewed', GH_HOST: 'git.example.com' }, 'GH_ENTERPRISE_TOKEN=renewed\nGH_TOKEN=first'],
])('gh with %o gets %s', ({ file, ...env }: { file?: string; GH_HOST?: string }, expected) => {
  const dir = temporaryDirectory();
  writeFileSync(join(dir, 'gh'), '#!/bin/sh\nenv | grep -E "^GH_.*TOKEN=" | sort\n');
  chmodSync(join(dir, 'gh'), 0o755);
  if (file !== undefined) writeFileSync(join(dir, 'token'), file);
  const wrapper = readFileSync(join(ROOT, 'images', 'agent-tools', 'gh'), 'utf8').replace('/usr/bin/gh', join(dir, 'gh'));
  const { stdout } = spawnSync('sh', ['-c', wrapper], { encoding: 'utf8', env: { PATH: process.env.PATH, GH_TOKEN: 'first', KELOS_GITHUB_TOKEN_FILE: join(dir, 'token'), ...env } });
  expect(stdout.trim()).toBe(expected);
});
