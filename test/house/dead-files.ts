import { posix } from 'node:path';
import ts from 'typescript';
import { type Finding, type Repository, isGenerated } from './repository';

/** Where execution begins: what package.json exports or runs, programs, tests and the configuration of tools. */
const entries = /(^src\/(template\/)?index\.ts|^(schema|runtime|cli)\/src\/(.+\/)?(index|main)\.ts|\.test\.ts|\.test-d\.ts|\.config\.mjs|^\.projenrc\.ts|^tools\/[^/]+\.(ts|mjs)|^cli\/bin\/taskwright\.mjs|^runtime\/src\/agent\/adapters\/[^/]+\.ts|^runtime\/test\/seed\.ts|^runtime\/test\/agent\/cli\/mcp-stdio\.ts|^test\/cluster\/cursor-stand-in\.mjs|^(bench|examples)\/.+\.ts|^images\/.+)$/;

/** Source files that no entry reaches. A file that only its own test imports is dead too. */
export function findDeadFiles(repository: Repository): Finding[] {
  const sources = [...repository.keys()].filter((path) => /\.(ts|mjs)$/.test(path));
  const alive = new Set<string>();
  const reach = (path: string, roots: RegExp) => {
    if (alive.has(path)) return;
    alive.add(path);
    for (const target of importsOf(path, repository)) if (!roots.test(target)) reach(target, roots);
  };
  const isTest = /(^|\/)test\//;
  for (const path of sources) if (entries.test(path) && !isTest.test(path)) reach(path, isTest);
  // What tests share is reached from tests, but a test keeps no source alive.
  for (const path of sources) if (entries.test(path) && isTest.test(path)) reach(path, /(^|\/)src\//);

  return sources
    .filter((path) => !alive.has(path) && !isGenerated(path))
    .map((path) => ({ path, line: 1, found: 'no entry point reaches it', use: 'it or delete it', why: 'dead code is read, kept compiling and never run' }));
}

const packages: Record<string, string> = { '@taskwright/schema': 'schema/src', '@taskwright/runtime': 'runtime/src', 'cdk8s-taskwright': 'src', taskwright: 'cli/src' };

function importsOf(path: string, repository: Repository): string[] {
  const text = repository.get(path)!;
  const imported = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
  // A worker or a child process is named by a path: new URL('./worker.ts', import.meta.url).
  const named = [...text.matchAll(/['"`]([\w./-]+\.(?:ts|mjs))['"`]/g)].map(([, name]) => `./${name}`);
  return [...imported, ...named].map((specifier) => resolve(path, specifier, repository)).filter((target) => target !== undefined);
}

function resolve(from: string, specifier: string, repository: Repository): string | undefined {
  const name = Object.keys(packages).find((key) => specifier === key || specifier.startsWith(`${key}/`));
  if (name === undefined && !specifier.startsWith('.')) return undefined;
  const target = name === undefined ? posix.join(posix.dirname(from), specifier) : packages[name] + specifier.slice(name.length);
  return [target, `${target}.ts`, `${target}/index.ts`].find((candidate) => repository.has(candidate));
}
