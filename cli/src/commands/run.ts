import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isAlreadyExists, isNotFound, type KubeClient, systemClock } from '@taskwright/runtime/kube';
import { manualRun, TaskBuildError } from '@taskwright/runtime/operator';
import { type Task, type TaskSpawner, taskResource, taskSpawnerResource } from '@taskwright/schema';
import { parse } from 'yaml';
import { withConnection, type ConnectionOptions } from '../connection.ts';
import { CommandError, type Io } from '../io.ts';
import { TASK_FLAGS } from '../task-flags.ts';

export interface RunOptions extends ConnectionOptions {
  readonly from?: string;
  readonly name?: string;
  readonly values?: string;
  readonly contextSourceAllow?: readonly string[];
}

const MISUSE = { exitCode: 2 };

/** `taskwright run --from taskspawner/<name>`: one Task of a TaskSpawner, now, without an event. */
export async function run(options: RunOptions & Readonly<Record<string, unknown>>, io: Io): Promise<void> {
  const spawnerName = spawnerOf(options.from);
  const refused = TASK_FLAGS.find((flag) => options[camelCase(flag)] !== undefined);
  if (refused !== undefined) throw new CommandError(`--${refused} cannot be used with --from; the TaskSpawner says it, and what its templates read is in --values`, MISUSE);
  const values = options.values === undefined ? {} : await readValues(options.values, io);

  await withConnection(options, io, async ({ client, namespace, isRunning, where }) => {
    if (!isRunning) throw new CommandError(`${where}: it is not running, so nobody would run the Task; start it: taskwright dev --keep, or name a cluster with --kubeconfig`);
    const spawner = await spawnerNamed(client, namespace, spawnerName, io.signal);
    const task = await taskOf(spawner, values, client, options, io.signal);
    await create(client, task, io.signal);
    io.out(`Task ${namespace}/${task.metadata.name} is made of TaskSpawner ${spawnerName}\nwhat its agent does: taskwright logs ${task.metadata.name} --follow\n`);
  });
}

function spawnerOf(from: string | undefined): string {
  const [, name] = /^(?:taskspawners?|ts)\/([^/]+)$/.exec(from ?? '') ?? [];
  if (name !== undefined) return name;
  throw new CommandError(from === undefined ? '--from is required; name a TaskSpawner: taskwright run --from taskspawner/<name>' : `--from: got "${from}"; it has to be taskspawner/<name>`, MISUSE);
}

async function spawnerNamed(client: KubeClient, namespace: string, name: string, signal: AbortSignal): Promise<TaskSpawner> {
  try {
    return await client.get<TaskSpawner>(taskSpawnerResource, { namespace, name }, { signal });
  } catch (cause) {
    if (!isNotFound(cause)) throw cause;
    throw new CommandError(`no TaskSpawner "${name}" in namespace "${namespace}"; list them with "taskwright get taskspawners"`, { cause });
  }
}

async function taskOf(spawner: TaskSpawner, values: Readonly<Record<string, unknown>>, client: KubeClient, { name, contextSourceAllow = [] }: RunOptions, signal: AbortSignal): Promise<Task> {
  try {
    return await manualRun({ spawner, id: shortId(), now: systemClock.now(), values, ...(name !== undefined && { name }) }, { client, clock: systemClock, signal, allowedTargets: contextSourceAllow });
  } catch (cause) {
    if (cause instanceof RangeError) throw new CommandError(`--context-source-allow: ${cause.message}`, { ...MISUSE, cause });
    if (!(cause instanceof TaskBuildError)) throw cause;
    throw new CommandError(`TaskSpawner ${spawner.metadata.namespace}/${spawner.metadata.name}, ${cause.message}; what an event would carry is given with --values`, { cause });
  }
}

async function create(client: KubeClient, task: Task, signal: AbortSignal): Promise<void> {
  const { namespace, name } = task.metadata;
  try {
    await client.create(taskResource, task, { signal });
  } catch (cause) {
    if (!isAlreadyExists(cause)) throw cause;
    throw new CommandError(`Task ${namespace}/${name} is there already; pass another --name, or none`, { cause });
  }
}

/** Letters and digits that are no word, and not mistaken for each other. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

function shortId(): string {
  return Array.from({ length: 5 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

/** Larger than any event. */
const MOST_VALUES_BYTES = 1024 * 1024;

async function readValues(file: string, io: Io): Promise<Readonly<Record<string, unknown>>> {
  const where = `--values: ${file === '-' ? 'standard input' : file}`;
  let value: unknown;
  try {
    const text = file === '-' ? await io.input() : await readFile(resolve(io.cwd, file), 'utf8');
    if (text.length > MOST_VALUES_BYTES) throw new RangeError(`it is longer than ${MOST_VALUES_BYTES} characters`);
    value = parse(text);
  } catch (cause) {
    throw new CommandError(`${where}: cannot be read, ${(cause as Error).message.split('\n')[0]}`, { ...MISUSE, cause });
  }
  if (!isObject(value)) throw new CommandError(`${where}: got ${value === null ? 'nothing' : Array.isArray(value) ? 'a list' : `a ${typeof value}`}; it has to be an object of variables, such as {"Number": 42}`, MISUSE);
  return withInts(value) as Readonly<Record<string, unknown>>;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whole numbers as an event has them, so that `{{.Number}}` prints 12345678 and not 1.2345678e+07. */
function withInts(value: unknown): unknown {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (Array.isArray(value)) return value.map(withInts);
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withInts(each)])) : value;
}

function camelCase(flag: string): string {
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
