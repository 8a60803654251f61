import { SPAWNER_LABEL, type Task, taskResource, type WebhookGateway, type WorkerPool } from '@taskwright/schema';
import type { Effects } from '../kube/apply-plan.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Clock } from '../kube/clock.ts';
import { Controller, type ControllerMetrics, type ReconcileResult, source } from '../kube/controller.ts';
import type { Informer } from '../kube/informer.ts';
import type { Log } from '../kube/log.ts';
import { keyOf, type KubeObject, splitKey } from '../kube/object.ts';
import { warningEvent } from '../kube/plan.ts';
import { isAboutCluster } from '../kube/recognized-trouble.ts';
import { Written } from '../kube/written.ts';
import { SourceError } from '../sources/source.ts';
import type { TaskCaches } from '../tasks/task-caches.ts';
import { workerOf } from '../tasks/worker.ts';
import { connect, type ConnectAccess, type Connection } from './connect.ts';
import { ReportRefused } from './forge.ts';
import type { ReportMetrics } from './report-metrics.ts';
import { type Memory, planReport, type ReportFacts, type ReportStep } from './report-plan.ts';
import { REPORT } from './report-state.ts';
import { reportKeysOf, targetOf } from './report-target.ts';
import { SendPace } from './send-pace.ts';
import { wishesOf } from './spawner-wishes.ts';
import { remember, tell, type TellAccess } from './tell.ts';

/** What is read about Tasks instead of asking the server. */
export interface ReportCaches extends Pick<TaskCaches, 'tasks' | 'spawners' | 'workspaces'> {
  readonly pools: Pick<Informer<WorkerPool>, 'get'>;
  readonly gateways: Pick<Informer<WebhookGateway>, 'get'>;
}

export interface ReportControllerOptions extends Pick<ConnectAccess, 'secrets' | 'github' | 'fetch'> {
  readonly caches: ReportCaches;
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly events?: Effects['events'];
  readonly log?: Log;
  readonly metrics?: ControllerMetrics;
  readonly reportMetrics?: ReportMetrics;
}

/** What a person has to mend is tried again after this: nobody tells us that it was. */
const REFUSED_RETRY_MS = 10 * 60_000;
/** And no longer than this after the Task has ended. */
const GIVES_UP_MS = 3_600_000;

/**
 * Tells on the forge what becomes of Tasks: comments, checks, labels and reactions follow their phase. A key is that of all Tasks of one spawner about one subject.
 *
 * Nothing of it is in memory: a reporter that died is followed by one that reads from the Tasks what was told.
 */
export function reportController({ caches, client, clock, events, log, metrics, reportMetrics, ...credentials }: ReportControllerOptions): Controller {
  const { tasks } = caches;
  const access: ConnectAccess = {
    ...credentials,
    clock,
    workspaceOf(task) {
      const pool = named(caches.pools, task, task.spec.workerPoolRef?.name);
      return named(caches.workspaces, task, workerOf(task).workspaceName ?? pool?.spec?.worker?.workspaceRef?.name);
    },
    gatewayOf: (task, name) => named(caches.gateways, task, name),
  };
  const written = new Written([tasks], clock);
  const pace = new SendPace(clock);
  const warn = (task: Task, reason: 'ReportRefused' | 'ReportImpossible', message: string) => events?.record({ resource: taskResource, object: task }, warningEvent(reason, message));

  return new Controller({
    name: 'report',
    sources: [source(tasks, reportKeysOf)],
    async reconcile(key, { signal }) {
      const all = tasks.byIndex('report', key);
      const [first] = all;
      if (!first) return {};
      const { wishes, problem } = wishesOf(named(caches.spawners, first, first.metadata.labels?.[SPAWNER_LABEL]));
      const facts = { tasks: all, webUrl: '', redact: (text: string) => text, wishes, now: clock.now() };
      // Where it is told matters to links alone, and asking for credentials costs a request.
      const draft = planReport(facts);
      for (const each of [...draft.problems, ...(problem === undefined ? [] : [problem])]) warn(first, 'ReportImpossible', each);
      if (draft.steps.length === 0) return waiting(draft.requeueAfterMs);

      const telling: TellAccess = { client, now: facts.now, signal, wrote: (task) => written.wrote(key, taskResource, task) };
      return tellAll(key, facts, draft.steps[0]!.on, telling);
    },
    groupOf: (key) => splitKey(key).namespace ?? '',
    written,
    clock,
    isToldElsewhere: isAboutCluster,
    log,
    metrics,
  });

  async function tellAll(key: string, facts: ReportFacts, task: Task, telling: TellAccess): Promise<ReconcileResult> {
    const connection = await connectOr(task);
    if (!connection) return { requeueAfterMs: REFUSED_RETRY_MS };
    const { steps, requeueAfterMs } = planReport({ ...facts, webUrl: connection.forge.webUrl, redact: connection.forge.redact });
    const waits = [requeueAfterMs ?? []].flat();
    const failures: unknown[] = [];
    for (const step of steps) {
      // Each step has a turn of its own: one that is refused over and over takes none of the others'.
      const waitMs = pace.waitMs(connection.forge.account, `${key} ${step.is} ${step.on.metadata.name!}`, step.is === 'comment' ? 'comment' : 'other');
      if (waitMs > 0) {
        waits.push(waitMs);
        continue;
      }
      try {
        const target = targetOf(step.on, connection.target.subject);
        if (!('problem' in target)) await tell(step, { forge: connection.forge, target }, telling);
        reportMetrics?.told(step.is, 'told');
      } catch (error) {
        telling.signal.throwIfAborted();
        const retryMs = await failed(step, error, telling);
        if (retryMs === undefined) failures.push(error);
        else waits.push(retryMs);
        // Whoever limits how often we ask has no ear for the other steps.
        if (error instanceof SourceError && retryMs !== undefined) break;
      }
    }
    if (failures.length > 0) throw failures[0];
    return waiting(waits.length > 0 ? Math.min(...waits) : undefined);
  }

  async function connectOr(task: Task): Promise<Connection | undefined> {
    try {
      return await connect(task, access);
    } catch (error) {
      if (!(error instanceof ReportRefused)) throw error;
      warn(task, 'ReportRefused', error.message);
      return undefined;
    }
  }

  /** How long to wait before it is tried again; `undefined` for what is tried with a back-off. */
  async function failed(step: ReportStep, error: unknown, telling: TellAccess): Promise<number | undefined> {
    const isRefused = error instanceof ReportRefused;
    reportMetrics?.told(step.is, isRefused ? 'refused' : 'failed');
    if (!isRefused) return error instanceof SourceError ? error.retryAfterMs : undefined;
    warn(step.on, 'ReportRefused', error.message);
    if (error.isFinal && step.is === 'check') await remember(step.on, { [REPORT.checkRefused]: 'true' }, telling);
    else if (hasEndedLongAgo(step.on, telling.now)) for (const { task, memory } of memoriesOf(step)) await remember(task, memory, telling);
    return REFUSED_RETRY_MS;
  }
}

/** The object of that name beside the Task. */
function named<T extends KubeObject>(cache: Pick<Informer<T>, 'get'>, task: Task, name: string | undefined): T | undefined {
  return name === undefined ? undefined : cache.get(keyOf({ metadata: { namespace: task.metadata.namespace, name } }));
}

function memoriesOf(step: ReportStep): readonly { readonly task: Task; readonly memory: Memory }[] {
  return step.is === 'comment' ? step.remember : [{ task: step.on, memory: step.memory }];
}

function hasEndedLongAgo({ status }: Task, now: Date): boolean {
  return now.getTime() - Date.parse(status?.completionTime ?? '') > GIVES_UP_MS;
}

function waiting(requeueAfterMs: number | undefined): ReconcileResult {
  return requeueAfterMs === undefined ? {} : { requeueAfterMs };
}
