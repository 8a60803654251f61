import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { LineCounter, parseAllDocuments } from 'yaml';
import { CommandError } from '../io.ts';
import { MAX_YAML_ALIASES } from '../program.ts';
import { dependencyOrder } from './dependency-order.ts';
import { isRecord, misfitsOf, withTextQuantities } from './fit.ts';
import { jsonOf } from './json-value.ts';
import { isOfOthersInOurs, isStored, kindOf, kindProblem, schemaOf } from './known-kinds.ts';
import { groupOf, type ImportedObject, keyOf, type Manifest, nameOf } from './manifest.ts';
import { imported } from './imported-object.ts';

/** A program of more objects than fit into this is not one that people read. */
const MAX_BYTES = 4 * 1024 * 1024;

const TOO_DEEP = 'it is too deeply nested';
/** Opens more levels than any manifest has. The parser would find out, too, after a minute. */
const OPENS_WITHOUT_END = /(?:[[{][ \t\n]*){200}|(?:- ){200}/;

export interface Reading {
  readonly manifests: readonly Manifest[];
  /** What is not in the program as it stands in the files, and what is there though it is suspicious. */
  readonly notes: readonly string[];
}

/**
 * Reads manifests, as YAML or JSON, several in a file or in a List.
 *
 * **Errors** `CommandError` that names file and line: not YAML, no object, a kind or version of ours that there is not, one object twice, Tasks that
 * wait for each other in a circle, more than 4 MiB.
 */
export async function readManifests(files: readonly string[], { cwd, withSecrets }: { cwd: string; withSecrets: boolean }): Promise<Reading> {
  const notes: string[] = [];
  const manifests: Manifest[] = [];
  let bytes = 0;
  for (const file of files) {
    bytes += await sizeOf(resolve(cwd, file), file);
    if (bytes > MAX_BYTES) throw new CommandError(`${file}: ${bytes} bytes are too many; at most ${MAX_BYTES} in all files together; import them in parts`);
    for (const { value, at } of documentsIn(await readFile(resolve(cwd, file), 'utf8'), file)) {
      const { object, notes: own } = imported(value, at);
      notes.push(...own);
      if (isSecretWithValues(object) && !withSecrets) {
        notes.push(`${at}: ${nameOf(object)} is left out, since a program is no place for its values; apply it from the file, or pass --with-secrets`);
      } else {
        if (isSecretWithValues(object)) notes.push(`${at}: the values of ${nameOf(object)} are in the program; keep it where only those come who may read them`);
        manifests.push(known({ object, at }, notes));
      }
    }
  }
  if (manifests.length === 0) throw new CommandError(`${files.join(', ')}: no object to import${notes.length > 0 ? `\n${notes.join('\n')}` : ''}`);
  refuseDuplicates(manifests);
  refuseCircles(manifests);
  return { manifests, notes };
}

async function sizeOf(path: string, file: string): Promise<number> {
  const found = await stat(path).catch((cause: unknown) => { throw new CommandError(`${file}: no such file; pass files with manifests`, { cause }); });
  if (found.isDirectory()) throw new CommandError(`${file}: is a folder; pass its files, for example ${file}/*.yaml`);
  return found.size;
}

function documentsIn(text: string, file: string): { value: unknown; at: string }[] {
  if (OPENS_WITHOUT_END.test(text)) throw new CommandError(`${file}: cannot be read, ${TOO_DEEP}`);
  const lines = new LineCounter();
  // kubectl reads YAML 1.1, but takes a date for a text.
  const customTags = (tags: readonly unknown[]) => tags.filter((tag) => !(isRecord(tag) && tag['tag'] === 'tag:yaml.org,2002:timestamp')) as never[];
  const documents = guarded(file, () => parseAllDocuments(text, { version: '1.1', intAsBigInt: true, lineCounter: lines, customTags }));
  return documents.flatMap((document) => {
    const at = `${file}:${lines.linePos(document.contents?.range?.[0] ?? 0).line}`;
    const [problem] = [...document.errors, ...document.warnings];
    // The parser reports that it ran out of stack as a mistake in the text, at a place that has no meaning.
    if (problem?.message.includes('call stack')) throw new CommandError(`${file}: cannot be read, ${TOO_DEEP}`);
    if (problem) throw new CommandError(`${file}: not YAML, ${problem.message}`);
    const value = guarded(at, () => jsonOf(document.toJS({ maxAliasCount: MAX_YAML_ALIASES }), at));
    if (value === undefined) return [];
    // An object of a kind that happens to end so has a name.
    if (isRecord(value) && typeof value['kind'] === 'string' && value['kind'].endsWith('List') && Array.isArray(value['items']) && !(isRecord(value['metadata']) && 'name' in value['metadata'])) {
      return value['items'].map((item: unknown, index) => ({ value: item, at: `${at} items[${index}]` }));
    }
    return [{ value, at }];
  });
}

/** What the parser throws has no place in it, and running out of stack no meaning. */
function guarded<T>(at: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof CommandError) throw cause;
    const problem = cause instanceof RangeError ? TOO_DEEP : (cause as Error).message;
    throw new CommandError(`${at}: cannot be read, ${problem}`, { cause });
  }
}

/** Looks at an object of ours with the eyes of its schema. */
function known(manifest: Manifest, notes: string[]): Manifest {
  const { object, at } = manifest;
  const problem = kindProblem(object);
  if (problem !== undefined) throw new CommandError(`${at}: ${problem}`);
  const kind = kindOf(object);
  if (!kind) {
    if (isOfOthersInOurs(object)) notes.push(`${at}: ${nameOf(object)} is of a kind that is not known in ${groupOf(object.apiVersion)}, and is written as it is`);
    return manifest;
  }
  if (!isStored(object, kind)) {
    notes.push(`${at}: ${nameOf(object)} is of the older version ${object.apiVersion}, and is written as it is`);
    return manifest;
  }
  const same = { at, object: withTextQuantities(schemaOf(kind), object) as ImportedObject };
  for (const { path, problem: why, isUnknown } of misfitsOf(schemaOf(kind), same.object)) {
    notes.push(`${at}: ${nameOf(object)} is written as it is: ${path} ${why}${isUnknown ? '' : ', and the API server will refuse it'}`);
  }
  return same;
}

function isSecretWithValues({ apiVersion, kind, ...rest }: ImportedObject): boolean {
  const hasValues = (part: unknown) => isRecord(part) && Object.keys(part).length > 0;
  const { data, stringData } = rest as { data?: unknown; stringData?: unknown };
  return apiVersion === 'v1' && kind === 'Secret' && (hasValues(data) || hasValues(stringData));
}

function refuseDuplicates(manifests: readonly Manifest[]): void {
  const seen = new Map<string, Manifest>();
  for (const manifest of manifests) {
    const first = seen.get(keyOf(manifest.object));
    if (first) throw new CommandError(`${manifest.at}: ${nameOf(manifest.object)} is in ${first.at} too; keep one of them`);
    seen.set(keyOf(manifest.object), manifest);
  }
}

/** Tasks that wait for each other never start, and no program could name one before the other. */
function refuseCircles(manifests: readonly Manifest[]): void {
  const tasks = new Map(manifests.filter(({ object }) => kindOf(object)?.kind === 'Task').map((manifest) => [keyOf(manifest.object), manifest]));
  const found = dependencyOrder([...tasks.keys()], (key) => {
    const { object } = tasks.get(key)!;
    return dependenciesOf(object).map((name) => keyOf({ ...object, metadata: { ...object.metadata, name } }));
  });
  if (!found.circle) return;
  const [first, ...rest] = found.circle.map((key) => tasks.get(key)!) as [Manifest, ...Manifest[]];
  const names = [first, ...rest, first].map(({ object }) => object.metadata.name);
  throw new CommandError(`${first.at}: Tasks wait for each other, ${names.join(' → ')}; take one of these out of dependsOn`);
}

function dependenciesOf({ spec }: ImportedObject): string[] {
  const dependsOn = isRecord(spec) ? spec['dependsOn'] : undefined;
  return Array.isArray(dependsOn) ? dependsOn.filter((name): name is string => typeof name === 'string') : [];
}
