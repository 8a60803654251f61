import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { checkProgram } from '../import/check-program.ts';
import { nameOf, keyOf } from '../import/manifest.ts';
import { programText } from '../import/program-text.ts';
import { readManifests } from '../import/read-manifests.ts';
import { type Level, statementsFor } from '../import/statements.ts';
import { CommandError, type Io } from '../io.ts';

export interface ImportOptions {
  readonly out: string;
  readonly force?: boolean;
  readonly check?: boolean;
  readonly withSecrets?: boolean;
  readonly output: string;
}

/** `taskwright import FILE…`: a TypeScript program that synthesizes to the objects of manifests. */
export async function importManifests(files: readonly string[], options: ImportOptions, io: Io): Promise<void> {
  const { out, force = false, check = false, withSecrets = false, output } = options;
  if (!['text', 'json'].includes(output)) throw new CommandError(`--output: got "${output}"; allowed are text and json`, { exitCode: 2 });
  if (!out.endsWith('.ts')) throw new CommandError(`--out: got "${out}"; a program in TypeScript ends in .ts`, { exitCode: 2 });
  const target = resolve(io.cwd, out);
  if (!force && existsSync(target)) throw new CommandError(`${out}: is there already; pass --force to replace it, or --out for another place`);

  const { manifests, notes } = await readManifests(files, { cwd: io.cwd, withSecrets });
  const { statements, levels, reasons } = statementsFor(manifests);
  const text = programText(statements, `/** What ${files.map((file) => basename(file)).join(', ')} said, as written by \`taskwright import\`. It is a program now, and the files are not needed any more. */`);
  if (check) {
    const different = await checkProgram(text, manifests.map(({ object }) => object), io.env);
    if (different.length > 0) throw new CommandError(`the program makes other objects, and is not written\n${different.join('\n')}`);
  }
  await write(target, text);

  const all = [...notes, ...manifests.flatMap(({ object, at }) => {
    const reason = reasons.get(keyOf(object));
    return reason === undefined ? [] : [`${at}: ${nameOf(object)} is not written as a ${object.kind} of the library, ${reason}`];
  })];
  const count = (level: Level) => [...levels.values()].filter((each) => each === level).length;
  const result = { program: out, objects: manifests.length, constructs: count('construct'), l1: count('l1'), asTheyAre: count('object'), checked: check, notes: all };
  if (output === 'json') return io.out(`${JSON.stringify(result, undefined, 2)}\n`);
  for (const note of all) io.err(`note: ${note}\n`);
  io.out(`${out}: ${result.objects} objects, ${result.constructs} as constructs, ${result.l1} as L1, ${result.asTheyAre} as they are${check ? '; it synthesizes to the same objects' : ''}\n`);
  if (!check) io.out(`prove it: taskwright import --check --force ${files.join(' ')}\n`);
}

/** Whoever looks finds the old file, or the whole new one. */
async function write(target: string, text: string): Promise<void> {
  const beside = `${target}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(target), { recursive: true });
    await writeFile(beside, text);
    await rename(beside, target);
  } catch (cause) {
    await rm(beside, { force: true });
    throw new CommandError(`${target}: cannot be written, ${(cause as Error).message}; pass another place with --out`, { cause });
  }
}
