import { writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { type IsolationKind, startEngine } from '@taskwright/runtime/embedded';
import { isNotFound, keyOf, type KubeClient, type KubeObject, systemClock } from '@taskwright/runtime/kube';
import { startOperator } from '@taskwright/runtime/operator';
import { AGENT_TYPES, convert, type Task } from '@taskwright/schema';
import { type Secret, secretResource } from '@taskwright/schema/kubernetes';
import { applyObjects } from '../apply.ts';
import { readDevSettings } from '../dev-settings.ts';
import { followTasks } from '../follow-tasks.ts';
import { CommandError, type Io } from '../io.ts';
import { kubeconfigFor } from '../kubeconfig.ts';
import { imagesOfThisMachine } from '../local-images.ts';
import { chooseModel } from '../local-model.ts';
import { serveLocalRepositories } from '../local-repositories.ts';
import { isTask, isTaskSpawner, neededSecrets, secretWith, type WrittenTask } from '../local-secrets.ts';
import { readProgram } from '../program.ts';
import { Progress } from '../progress.ts';
import { containersHome, createRunFolder, DEFAULT_DATA, isLatest } from '../run-folder.ts';
import { servedDefinitions } from '../served-definitions.ts';
import { renderSummary, summarize } from '../summary.ts';

export interface DevOptions {
  readonly data: string;
  readonly port: string;
  readonly isolation: string;
  readonly output: string;
  readonly keep?: boolean;
}

/** The images of the operator that {@link imagesOfThisMachine} knows. */
const IMAGES = {
  agents: Object.fromEntries(AGENT_TYPES.map((type) => [type, { image: `ghcr.io/taskwright/${type}:latest` }])),
  agentTools: { image: 'ghcr.io/taskwright/agent-tools:latest' },
};

/** Only this machine reaches it, so what comes without a gateway need not be signed. */
const ON_LOOPBACK = { address: { host: '127.0.0.1', port: 0 }, files: { signing: {} }, allowsUnsigned: true };

/**
 * `taskwright dev [program]`: synthesizes the program, applies it to an engine in this process, runs the operator on it, and
 * shows what the agents do until every Task has finished. A program with TaskSpawners runs until it is stopped.
 *
 * @throws CommandError with exit code 130 when the user stops it; what came of it so far is kept.
 */
export async function dev(path: string, options: DevOptions, io: Io): Promise<void> {
  try {
    await runProgram(path, options, io);
  } catch (cause) {
    if (!io.signal.aborted || cause instanceof CommandError) throw cause;
    throw new CommandError(`stopped; what came of it so far: npx taskwright get${dataFlag(options)}`, { exitCode: 130, cause });
  }
}

async function runProgram(path: string, options: DevOptions, io: Io): Promise<void> {
  const clock = systemClock;
  const startedAt = clock.elapsed();
  const marks: Record<string, number> = {};
  const mark = (name: string) => (marks[name] = Math.round(clock.elapsed() - startedAt));

  const { isolation, port } = checked(options);
  const program = await readProgram(path, io.cwd, io.env);
  const keys = program.objects.filter(isTask).map((task) => `${task.metadata.namespace ?? 'default'}/${task.metadata.name}`);
  const progress = new Progress(options.output === 'json' ? io.err : io.out, io, () => clock.elapsed() - startedAt, keys.map((key) => key.split('/')[1]!));
  progress.step('program', `${program.source} → ${counted(program.objects)}`);
  mark('synthesized');

  const settings = await readDevSettings(program.folder);
  const data = resolve(io.cwd, options.data);
  const run = await createRunFolder(data, clock.now(), containersHome(io.env));
  await using stack = new AsyncDisposableStack();

  const repositories = await serveLocalRepositories(settings.repositories, run.repositories);
  stack.defer(() => repositories.close());
  for (const url of repositories.folders.keys()) progress.step('repository', `a clone on this machine stands for ${url}`);

  const needed = neededSecrets(program.objects);
  const model = await chooseModel(settings.model, needed.map(({ key }) => key), io.env);
  stack.defer(() => model.close());
  progress.step('model', model.says);

  const engine = await startEngine({
    dataDir: run.dataDir,
    stateFile: run.stateFile,
    images: imagesOfThisMachine(settings.images, io.env, { ...repositories.env, ...model.env }),
    imageProgress: (image, line) => progress.step('image', `${image}: ${line}`),
    ...(isolation && { isolation }),
    api: { convert },
  });
  stack.defer(() => engine.stop());
  const face = await engine.api.listen({ port }).catch((cause: Error) => {
    throw new CommandError(`--port ${port}: ${cause.message}; leave it out to take a free one`, { cause });
  });
  stack.defer(() => face.close());
  await writeFile(run.kubeconfig, kubeconfigFor(face), { mode: 0o600 });
  progress.step('engine', `in this process; kubectl --kubeconfig ${shown(io, join(data, 'latest/kubeconfig'))} get tasks`);
  progress.step('isolation', engine.isolation.says);
  mark('engineReady');

  await applyObjects(engine.client, servedDefinitions(), clock);
  const operator = startOperator({ transport: engine.api.transport, images: IMAGES, clock, ...(program.objects.some(listens) && { deliveries: ON_LOOPBACK }) });
  stack.defer(() => operator.stop());
  await operator.ready;
  const deliveryPort = await operator.deliveryPort;
  if (deliveryPort !== undefined) progress.step('webhooks', `http://127.0.0.1:${deliveryPort}/webhook/… takes deliveries`);

  const secrets = needed.flatMap((secret) => {
    const value = model.keyFor(secret.key);
    return value === undefined ? [] : [secretWith(secret, value)];
  });
  // The key came from the user's environment: it does not stay in the state file, also when the program is refused.
  stack.defer(() => removeSecrets(engine.client, secrets));
  await applyObjects(engine.client, [...secrets, ...program.objects] as KubeObject[], clock);
  mark('applied');

  io.signal.addEventListener('abort', () => progress.step('engine', 'stops its agents; Ctrl-C again leaves at once'), { once: true });
  const isFleet = program.objects.some(isTaskSpawner);
  if (isFleet) progress.step('fleet', 'waits for events and shows every Task; Ctrl-C stops it');
  const tasks = await followTasks(engine.client, isFleet ? 'all' : new Set(keys), progress, io.signal);
  mark('finished');

  // Another run may be the latest by now.
  const home = (await isLatest(data, run, containersHome(io.env))) ? join(data, 'latest') : run.path;
  const gitDirOf = (task: Task) => gitDir(task, program.objects, repositories.folders, (folder) => shown(io, join(home, relative(run.path, folder))));
  const summaries = tasks.sort((a, b) => keyOf(a).localeCompare(keyOf(b))).map((task) => summarize(task, gitDirOf));
  if (options.output === 'json') io.out(`${JSON.stringify({ tasks: summaries, milliseconds: marks }, undefined, 2)}\n`);
  else io.out(renderSummary(summaries, { modelIsScripted: model.scripted, dataFlag: dataFlag(options) }));

  if (options.keep && !isFleet) {
    progress.step('engine', 'stays up; Ctrl-C stops it');
    await aborted(io.signal);
  }
  // A fleet is stopped whenever somebody has seen enough.
  const failed = isFleet ? 0 : summaries.filter(({ phase }) => phase !== 'Succeeded').length;
  if (failed > 0) throw new CommandError(`${failed} of ${summaries.length} Tasks did not succeed`);
}

function checked({ isolation, port, output }: DevOptions): { isolation: IsolationKind | undefined; port: number } {
  if (!['text', 'json'].includes(output)) throw new CommandError(`--output: got "${output}"; allowed are text and json`, { exitCode: 2 });
  if (!['auto', 'bubblewrap', 'path-mapping'].includes(isolation)) throw new CommandError(`--isolation: got "${isolation}"; allowed are auto, bubblewrap and path-mapping`, { exitCode: 2 });
  if (!/^\d+$/.test(port) || Number(port) > 65_535) throw new CommandError(`--port: got "${port}"; allowed is 0 to 65535`, { exitCode: 2 });
  return { isolation: isolation === 'auto' ? undefined : (isolation as IsolationKind), port: Number(port) };
}

/** For commands that we tell the user to type. */
function dataFlag({ data }: DevOptions): string {
  return data === DEFAULT_DATA ? '' : ` --data ${data}`;
}

/** Whether somebody is to tell it of something. */
function listens(object: KubeObject): boolean {
  if (!isTaskSpawner(object)) return false;
  const { githubWebhook, linearWebhook, webhook } = object.spec?.when ?? {};
  return [githubWebhook, linearWebhook, webhook].some((trigger) => trigger !== undefined);
}

function counted(objects: readonly KubeObject[]): string {
  const counts = new Map<string, number>();
  for (const { kind = '' } of objects) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => `${count} ${kind}${count === 1 ? '' : 's'}`).join(', ');
}

async function removeSecrets(client: KubeClient, secrets: readonly Secret[]): Promise<void> {
  for (const { metadata: { namespace, name } } of secrets) {
    await client.delete(secretResource, { namespace: namespace!, name: name! }).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
  }
}

function gitDir(task: WrittenTask, objects: readonly KubeObject[], folders: ReadonlyMap<string, string>, show: (folder: string) => string): string | undefined {
  const name = task.spec?.worker?.workspaceRef?.name ?? task.spec?.workspaceRef?.name;
  const workspace = objects.find((object) => object.kind === 'Workspace' && object.metadata.name === name);
  const url = (workspace as { spec?: { repo?: string } } | undefined)?.spec?.repo;
  const folder = url === undefined ? undefined : folders.get(url);
  return folder === undefined ? undefined : show(folder);
}

function shown({ cwd }: Io, path: string): string {
  const short = relative(cwd, path);
  return short.startsWith('..') ? path : short;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) return done();
    signal.addEventListener('abort', () => done(), { once: true });
  });
}
