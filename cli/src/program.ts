import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, extname, join, resolve } from 'node:path';
import type { KubeObject } from '@taskwright/runtime/kube';
import { parse, parseAllDocuments } from 'yaml';
import { CommandError } from './io.ts';

/** What the user pointed at, and the objects it stands for. */
export interface Program {
  /** Folder that relative paths of the program start from. */
  readonly folder: string;
  /** File or command that was run or read, as the user would name it. */
  readonly source: string;
  readonly objects: readonly KubeObject[];
}

/** A YAML bomb is a few aliases of aliases; no program needs more than this. */
export const MAX_YAML_ALIASES = 100;

/**
 * Turns what the user pointed at into objects: a folder (its `cdk8s.yaml` names the command, else `main.ts` is run), a
 * TypeScript program, or YAML manifests, which are read as they are.
 *
 * @throws CommandError with the words of the synthesizer when the program is wrong.
 */
export async function readProgram(path: string, cwd: string, env: Readonly<Record<string, string | undefined>>): Promise<Program> {
  const full = resolve(cwd, path);
  if (!existsSync(full)) throw new CommandError(`${path}: no such file or folder; pass a program, for example: taskwright dev examples/first-task`);
  if (statSync(full).isDirectory()) {
    const app = await appCommand(full, path);
    return { folder: full, source: `${path}: ${app}`, objects: await synthesize(app, full, env) };
  }
  const folder = dirname(full);
  switch (extname(full)) {
    case '.yaml':
    case '.yml':
    case '.json':
      return { folder, source: path, objects: objectsIn(await readFile(full, 'utf8'), path) };
    case '.ts':
    case '.mts':
    case '.js':
    case '.mjs':
      return { folder, source: path, objects: await synthesize(`node ${JSON.stringify(basename(full))}`, folder, env) };
    default:
      throw new CommandError(`${path}: cannot run "${extname(full)}" files; pass a TypeScript program, a folder with a cdk8s.yaml, or YAML manifests`);
  }
}

async function appCommand(folder: string, shown: string): Promise<string> {
  const config = join(folder, 'cdk8s.yaml');
  if (existsSync(config)) {
    const app: unknown = parse(await readFile(config, 'utf8'), { maxAliasCount: MAX_YAML_ALIASES })?.app;
    if (typeof app !== 'string') throw new CommandError(`${join(shown, 'cdk8s.yaml')}: app is missing; add the command that synthesizes, for example "app: node main.ts"`);
    return app;
  }
  if (existsSync(join(folder, 'main.ts'))) return 'node main.ts';
  throw new CommandError(`${shown}: has neither a cdk8s.yaml nor a main.ts; pass the program's file`);
}

async function synthesize(app: string, folder: string, env: Readonly<Record<string, string | undefined>>): Promise<KubeObject[]> {
  const outdir = await mkdtemp(join(tmpdir(), 'taskwright-synth-'));
  try {
    const { code, stderr } = await runApp(app, folder, {
      ...env,
      CDK8S_OUTDIR: outdir,
      // The Node that runs this also runs the program: it reads TypeScript as it is.
      PATH: `${dirname(process.execPath)}${delimiter}${env['PATH'] ?? ''}`,
    });
    if (code !== 0) throw new CommandError(`${app} failed with exit code ${code}\n${withoutStack(stderr)}`);
    const files = (await readdir(outdir)).filter((file) => /\.ya?ml$/.test(file)).sort();
    const objects = await Promise.all(files.map(async (file) => objectsIn(await readFile(join(outdir, file), 'utf8'), file)));
    if (files.length === 0) throw new CommandError(`${app} wrote no manifest; does it end with app.synth()?`);
    return objects.flat();
  } finally {
    await rm(outdir, { recursive: true, force: true });
  }
}

function runApp(app: string, cwd: string, env: Readonly<Record<string, string | undefined>>): Promise<{ code: number | null; stderr: string }> {
  return new Promise((done, fail) => {
    // A shell, because cdk8s-cli gives `app` to one too.
    const child = spawn(app, { cwd, env, shell: true, stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = `${stderr}${text}`.slice(-100_000)));
    child.on('error', fail).on('close', (code) => done({ code, stderr }));
  });
}

/** The message of an exception that ended the program, without the code frame and the stack that surround it. */
function withoutStack(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => !/^\s+at |^Node\.js v|^\s*\^+\s*$/.test(line));
  const start = lines.findIndex((line) => /^(\w*Error|Error): /.test(line));
  return (start === -1 ? lines : lines.slice(start)).join('\n').trim();
}

function objectsIn(text: string, file: string): KubeObject[] {
  return parseAllDocuments(text, { version: '1.1' }).flatMap((document) => {
    const [error] = document.errors;
    if (error) throw new CommandError(`${file}: not YAML, ${error.message}`);
    const object: unknown = document.toJS({ maxAliasCount: MAX_YAML_ALIASES });
    if (object === null || object === undefined) return [];
    if (!isKubeObject(object)) throw new CommandError(`${file}: a document has no apiVersion, kind and metadata.name; remove it or complete it`);
    return [object];
  });
}

function isKubeObject(value: unknown): value is KubeObject {
  const object = value as Partial<KubeObject>;
  return typeof value === 'object' && typeof object.apiVersion === 'string' && typeof object.kind === 'string' && typeof object.metadata?.name === 'string';
}
