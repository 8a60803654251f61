import { isNotFound, type KubeClient, type KubeObject, type Resource } from '@taskwright/runtime/kube';
import { chainOf, decisionsIn, decisionsNameOf, type KeptDecision, turnOf } from '@taskwright/runtime/operator';
import { type Condition, SPAWNED_ANNOTATIONS, SPAWNER_LABEL, type Task, type TaskSpawner, taskResource, taskSpawnerResource } from '@taskwright/schema';
import { type ConfigMap, configMapResource } from '@taskwright/schema/kubernetes';
import { type Connection, withConnection, type ConnectionOptions } from '../connection.ts';
import { CommandError, type Io } from '../io.ts';
import { cut, painter, table } from '../terminal.ts';

export interface ExplainOptions extends ConnectionOptions {
  readonly output: string;
}

/** What `--output json` prints of a TaskSpawner. */
interface SpawnerExplanation {
  readonly kind: 'TaskSpawner';
  readonly namespace: string;
  readonly name: string;
  readonly phase?: string;
  readonly message?: string;
  readonly conditions: readonly Condition[];
  readonly lastLook?: string;
  /** The Tasks that wait for a slot, the next first. */
  readonly queue: readonly { readonly task: string; readonly priority?: string; readonly since?: string }[];
  readonly decisions: readonly KeptDecision[];
}

/** What `--output json` prints of a Task. */
interface TaskExplanation {
  readonly kind: 'Task';
  readonly namespace: string;
  readonly name: string;
  readonly phase?: string;
  readonly message?: string;
  readonly conditions: readonly Condition[];
  /** Whose event it was made of. */
  readonly spawner?: string;
  readonly event?: string;
  /** The Tasks whose work led to it, the first first, and itself. */
  readonly chain: readonly { readonly task: string; readonly at: string; readonly event: string }[];
  readonly decisions: readonly KeptDecision[];
}

const LONGEST_CELL = 80;
const LONGEST_REASON = 200;
/** Tasks of a page: a spawner may have made thousands. */
const PAGE = 500;

/** `taskwright explain taskspawner/<name>` and `task/<name>`: why there is a Task, why there is none, and what is waited for. */
export async function explain(asked: string, options: ExplainOptions, io: Io): Promise<void> {
  if (!['text', 'json'].includes(options.output)) throw new CommandError(`--output: got "${options.output}"; allowed are text and json`, { exitCode: 2 });
  const [kind = '', name = '', ...rest] = asked.split('/');
  const told = KINDS.find(({ names }) => names.includes(kind.toLowerCase()));
  if (!told || name === '' || rest.length > 0) throw new CommandError(`got "${asked}"; write taskspawner/<name> or task/<name>, and list them with "taskwright get taskspawners" or "taskwright get"`, { exitCode: 2 });
  await withConnection(options, io, async (connection) => {
    const { explanation, text } = await told.explain(connection, name, io);
    io.out(options.output === 'json' ? `${JSON.stringify(explanation, undefined, 2)}\n` : text);
  });
}

interface Told {
  readonly explanation: SpawnerExplanation | TaskExplanation;
  readonly text: string;
}

const KINDS: readonly { readonly names: readonly string[]; readonly explain: (connection: Connection, name: string, io: Io) => Promise<Told> }[] = [
  { names: ['taskspawner', 'taskspawners', 'ts'], explain: explainSpawner },
  { names: ['task', 'tasks'], explain: explainTask },
];

async function explainSpawner({ client, namespace }: Connection, name: string, io: Io): Promise<Told> {
  const spawner = await read<TaskSpawner>(client, taskSpawnerResource, { namespace, name }, io.signal);
  const [queue, decisions] = await Promise.all([queueOf(client, spawner, io.signal), decisionsOf(client, spawner, io.signal)]);
  const { phase, message, conditions = [], lastDiscoveryTime } = spawner.status ?? {};
  const explanation: SpawnerExplanation = {
    kind: 'TaskSpawner', namespace, name,
    ...(phase === undefined ? {} : { phase }), ...(message === undefined ? {} : { message }), conditions,
    ...(lastDiscoveryTime === undefined ? {} : { lastLook: lastDiscoveryTime }),
    queue: queue.map((task) => ({ task: task.metadata.name!, ...only('priority', task.metadata.annotations?.[SPAWNED_ANNOTATIONS.priority]), ...only('since', task.metadata.creationTimestamp) })),
    decisions,
  };
  return { explanation, text: spawnerText(explanation, io) };
}

async function explainTask({ client, namespace }: Connection, name: string, io: Io): Promise<Told> {
  const task = await read<Task>(client, taskResource, { namespace, name }, io.signal);
  const { phase, message, conditions = [] } = task.status ?? {};
  const owner = task.metadata.ownerReferences?.find(({ kind, controller }) => kind === 'TaskSpawner' && controller);
  const event = task.metadata.annotations?.[SPAWNED_ANNOTATIONS.eventId];
  const all = owner ? await decisionsOf(client, { metadata: { namespace, name: owner.name, uid: owner.uid } }, io.signal) : [];
  const explanation: TaskExplanation = {
    kind: 'Task', namespace, name,
    ...(phase === undefined ? {} : { phase }), ...(message === undefined ? {} : { message }), conditions,
    ...(owner ? { spawner: owner.name } : {}), ...only('event', event),
    chain: chainOf(task),
    decisions: all.filter((decision) => decision.task === name || (event !== undefined && decision.event === event)),
  };
  return { explanation, text: taskText(explanation, io) };
}

async function read<T extends KubeObject>(client: KubeClient, resource: Resource, address: { namespace: string; name: string }, signal: AbortSignal): Promise<T> {
  try {
    return await client.get<T>(resource, address, { signal });
  } catch (cause) {
    if (!isNotFound(cause)) throw cause;
    throw new CommandError(`no ${resource.kind} "${address.name}" in namespace "${address.namespace}"; list them with "taskwright get ${resource.plural}", or name another namespace with -n`, { cause });
  }
}

/** Those that wait for a slot, in the order in which they get one. */
async function queueOf(client: KubeClient, { metadata: { namespace, name, uid } }: TaskSpawner, signal: AbortSignal): Promise<Task[]> {
  const waiting: Task[] = [];
  let next: string | undefined;
  do {
    const { items, metadata } = await client.list<Task>(taskResource, { namespace, limit: PAGE, signal, ...(name!.length <= 63 ? { labelSelector: `${SPAWNER_LABEL}=${name!}` } : {}), ...(next ? { continue: next } : {}) });
    waiting.push(...items.filter((task) => task.metadata.ownerReferences?.some((owner) => owner.uid === uid) && admittedOf(task.status?.conditions)?.reason === 'MaxConcurrencyReached' && task.status?.phase === 'Waiting'));
    next = metadata.continue;
  } while (next);
  return waiting.sort((a, b) => (turnOf(a) < turnOf(b) ? -1 : 1));
}

async function decisionsOf(client: KubeClient, spawner: Pick<TaskSpawner, 'metadata'>, signal: AbortSignal): Promise<readonly KeptDecision[]> {
  try {
    const found = await client.get<ConfigMap & KubeObject>(configMapResource, { namespace: spawner.metadata.namespace, name: decisionsNameOf(spawner) }, { signal });
    return found.metadata.ownerReferences?.some(({ uid }) => uid === spawner.metadata.uid) ? decisionsIn(found) : [];
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

function spawnerText({ namespace, name, phase, message, conditions, lastLook, queue, decisions }: SpawnerExplanation, io: Io): string {
  const paint = painter(io);
  return [
    `${paint('bold', `TaskSpawner ${namespace}/${name}`)}: ${phase ?? 'no operator has looked at it yet'}${message === undefined ? '' : `, ${oneLine(message)}`}\n`,
    ...(lastLook === undefined ? [] : [`looked for events until ${lastLook}\n`]),
    ...conditionsText(conditions),
    ...(queue.length === 0 ? [] : [`\n${table(['PLACE', 'WAITS FOR A SLOT', 'PRIORITY', 'SINCE'], queue.map(({ task, priority = '', since = '' }, place) => [`${place + 1}`, task, priority, since]))}`]),
    `\n${decisions.length === 0 ? NO_DECISIONS : decisionsText(decisions, io)}`,
  ].join('');
}

const NO_DECISIONS = 'no decisions yet: nothing has happened that it waits for, or nobody has told it; see its conditions above, and the trigger in "taskwright get taskspawner -o yaml"\n';

function taskText({ namespace, name, phase, message, conditions, spawner, event, chain, decisions }: TaskExplanation, io: Io): string {
  const paint = painter(io);
  const admitted = admittedOf(conditions);
  const since = phase === 'Waiting' && admitted ? ` (${admitted.reason}, since ${admitted.lastTransitionTime})` : '';
  return [
    `${paint('bold', `Task ${namespace}/${name}`)}: ${phase ?? 'no operator has looked at it yet'}${message === undefined ? '' : `, ${oneLine(message)}`}${since}\n`,
    ...(spawner === undefined ? ['nobody but its author made it: no TaskSpawner is its owner\n'] : [`made by TaskSpawner ${spawner}${event === undefined ? '' : ` of event ${oneLine(event)}`}; see "taskwright explain taskspawner/${spawner}"\n`]),
    ...(chain.length < 2 ? [] : [`woken by the work of others: ${chain.map((link) => `${oneLine(link.event)} → Task ${link.task}`).join(' → ')}\n`]),
    ...(decisions.length === 0 ? [] : [`\n${decisionsText(decisions, io)}`]),
  ].join('');
}

/** Those that somebody may have to do something about. */
function conditionsText(conditions: readonly Condition[]): string[] {
  if (conditions.length === 0) return [];
  return [`\n${table(['CONDITION', 'STATUS', 'REASON', 'SINCE', 'MESSAGE'], conditions.map(({ type, status, reason, lastTransitionTime, message }) => [type, status, reason, lastTransitionTime, message]))}`];
}

function decisionsText(decisions: readonly KeptDecision[], io: Io): string {
  const paint = painter(io);
  const rows = decisions.map(({ at, last = at, outcome, summary, task = '', filter = '', seen = '', reason = '', times = 1 }) => [
    last.replace(/\.\d+Z$/, 'Z'), times === 1 ? outcome : `${outcome} ×${times}`, cut(summary, LONGEST_CELL), task, filter, cut(seen, LONGEST_CELL), cut(reason, LONGEST_REASON),
  ]);
  const [header, ...lines] = table(['TIME', 'OUTCOME', 'EVENT', 'TASK', 'BY', 'SEEN', 'WHY'], rows).trimEnd().split('\n');
  return `${[header, ...lines.map((line, index) => paint(COLOURS[decisions[index]!.outcome] ?? 'reset', line))].join('\n')}\n`;
}

const COLOURS: Readonly<Partial<Record<string, 'green' | 'yellow' | 'red' | 'dim' | 'reset'>>> = { Fired: 'green', Queued: 'yellow', Refused: 'red', Skipped: 'dim', Known: 'dim' };

function admittedOf(conditions: readonly Condition[] = []): Condition | undefined {
  return conditions.find(({ type }) => type === 'Admitted');
}

function only<Name extends string>(name: Name, value: string | undefined): { readonly [name in Name]?: string } {
  return value === undefined ? {} : ({ [name]: value } as { [name in Name]: string });
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim();
}
