import type { Task } from '@taskwright/schema';
import { isNotFound } from '../../kube/api-error.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Clock } from '../../kube/clock.ts';
import { Controller, type ControllerMetrics, type ReconcileContext, type ReconcileResult, source, TerminalError } from '../../kube/controller.ts';
import type { Informer } from '../../kube/informer.ts';
import type { Log } from '../../kube/log.ts';
import { keyOf, splitKey } from '../../kube/object.ts';
import { AGENT_CONTAINER } from '../../tasks/pod/paths.ts';
import { workerOf } from '../../tasks/worker.ts';
import { type Place, type Posting, type SlackApi, SlackError } from '../slack-api.ts';
import { type LogNews, readNews } from './agent-log.ts';
import { dressed } from './dressed.ts';
import { idlePhrase } from './idle-phrase.ts';
import { isReported, phaseToReport, placeOf, REPORT_ANNOTATIONS, type ReportPhase, toldOf } from './report-state.ts';
import { acceptedMessage, finalMessages, progressMessage } from './status-message.ts';
import { TaskReport } from './task-report.ts';

export interface SlackReporterOptions {
  readonly api: SlackApi;
  readonly client: KubeClient;
  readonly tasks: Pick<Informer<Task>, 'get' | 'onChange' | 'remember'>;
  readonly clock: Clock;
  readonly log?: Log;
  readonly metrics?: ControllerMetrics;
}

/** How often what an agent says is looked at, and what it does, as in the reference. */
const PROGRESS_MS = 30_000;
const ACTIVITY_MS = 5_000;
const PROGRESS_LINES = 300;
const ACTIVITY_LINES = 50;
const MOST_LOG_BYTES = 32 * 1024 * 1024;
const LONGEST_PROGRESS = 500;
/** Slack takes some fifty changes of messages in a minute from one bot. What only decorates them takes half of these, shared by all Tasks that are at work. */
const DECORATION_GAP_MS = 2_500;
/** What nobody mends by waiting. */
const HOPELESS = ['channel_not_found', 'not_in_channel', 'is_archived', 'thread_not_found', 'restricted_action', 'missing_scope'];

/** What is remembered of a Task that is told about, and may be forgotten: at worst a message is changed to what it is. */
interface Memory {
  readonly report: TaskReport;
  tick: number;
  /** In the clock's elapsed time: when what the agent says, and what it does, is looked at next. */
  saysAt: number;
  doesAt: number;
  said: string;
  /** What was last sent, by the `ts` of its message. */
  readonly shown: Map<string, string>;
}

/**
 * Tells in its thread what becomes of a Task that somebody asked for in Slack: that it waits or is worked on, what the agent says and does, and how it ended.
 *
 * **Guarantee** Each message is posted once and each Task told to its end, whatever dies in between. A Task that ended and is told costs nothing any more: only changes wake this,
 * and a timer while an agent works. What was asked of us by Slack (429) holds for all Tasks.
 */
export function slackReporter(options: SlackReporterOptions): Controller {
  const { tasks, clock, log, metrics } = options;
  const reporter = new Reporter(options);
  return new Controller({
    name: 'slack-report',
    sources: [source(tasks, (task) => [keyOf(task)], ({ object }) => isReported(object))],
    reconcile: (key, context) => reporter.reconcile(key, context),
    groupOf: (key) => splitKey(key).namespace ?? '',
    clock, log, metrics,
  });
}

class Reporter {
  readonly #options: SlackReporterOptions;
  readonly #memories = new Map<string, Memory>();
  #since: Date | undefined;

  constructor(options: SlackReporterOptions) {
    this.#options = options;
  }

  async reconcile(key: string, { signal, log }: ReconcileContext): Promise<ReconcileResult> {
    const { tasks, clock } = this.#options;
    // Nothing runs before we lead: another process may have told of what is older.
    this.#since ??= clock.now();
    const task = tasks.get(key);
    const place = task && placeOf(task);
    const phase = task && phaseToReport(task);
    if (!task || !place || task.metadata.deletionTimestamp || (phase && phase !== 'accepted' && toldOf(task).phase === phase)) {
      this.#memories.delete(key);
      return {};
    }
    if (phase === undefined) return {};
    try {
      return phase === 'accepted' ? await this.#goOn(key, task, place, signal) : await this.#end(key, task, place, phase, signal);
    } catch (error) {
      if (isNotFound(error)) return {}; // It was deleted meanwhile.
      if (!(error instanceof SlackError)) throw error;
      if (error.retryAfterMs !== undefined) {
        log.debug({ retryAfterMs: error.retryAfterMs }, 'Slack asked to wait');
        return { requeueAfterMs: error.retryAfterMs };
      }
      if (HOPELESS.includes(error.code)) throw new TerminalError(error.message, { cause: error });
      throw error;
    }
  }

  async #goOn(key: string, task: Task, { channel, thread }: Place, signal: AbortSignal): Promise<ReconcileResult> {
    const memory = this.#memoryOf(key, task, { channel, thread });
    const { report } = memory;
    const accepted = acceptedMessage(task);
    const told = toldOf(report.task);
    if (told.accepted === undefined) {
      const { ts, isNew } = await report.post('accepted', accepted, (posted) => ({ [REPORT_ANNOTATIONS.accepted]: posted, [REPORT_ANNOTATIONS.phase]: 'accepted' }), signal);
      if (isNew) memory.shown.set(ts, JSON.stringify(accepted));
      return this.#again(task, memory);
    }
    if (!isAtWork(task)) {
      await this.#show(memory, told.accepted, accepted);
      return {};
    }
    const { clock } = this.#options;
    const now = clock.elapsed();
    const [isHeard, isSeen] = [now >= memory.saysAt, now >= memory.doesAt];
    if (!isHeard && !isSeen) return this.#again(task, memory);
    if (isHeard) memory.saysAt = now + PROGRESS_MS;
    if (isSeen) memory.doesAt = now + Math.max(ACTIVITY_MS, this.#memories.size * DECORATION_GAP_MS);
    const news = await this.#news(task, isHeard ? PROGRESS_LINES : ACTIVITY_LINES, signal);
    if (isHeard) await this.#progress(memory, task, news.said, signal);
    if (isSeen) await this.#decorate(memory, task, news.activity);
    return this.#again(task, memory);
  }

  /** What the agent says is one message, which changes. */
  async #progress(memory: Memory, task: Task, words: string, signal: AbortSignal): Promise<void> {
    const said = shortened(words.trim());
    if (said === '' || said === memory.said) return;
    const { report, shown } = memory;
    const message = progressMessage(task, said);
    const { progress, accepted } = toldOf(report.task);
    if (progress === undefined) {
      const { ts, isNew } = await report.post('progress', message, (posted) => ({ [REPORT_ANNOTATIONS.progress]: posted }), signal);
      if (isNew) shown.set(ts, JSON.stringify(message));
      else await this.#show(memory, ts, message);
      if (accepted !== undefined) await this.#show(memory, accepted, acceptedMessage(task));
    } else if (await report.update(progress, message)) {
      shown.set(progress, JSON.stringify(message));
    } else {
      // Somebody took it away: the next look posts it anew.
      report.forget('progress');
      return report.note({ [REPORT_ANNOTATIONS.progress]: null }, signal);
    }
    memory.said = said;
  }

  /** In small print below the newest message: what the agent does, or that it thinks. Only this may be left out when there is much to tell. */
  async #decorate(memory: Memory, task: Task, activity: string): Promise<void> {
    const { accepted, progress } = toldOf(memory.report.task);
    const target = progress ?? accepted;
    // After a restart nobody knows what the message says, until the agent says something.
    if (target === undefined || (progress !== undefined && memory.said === '')) return;
    const message = progress === undefined ? acceptedMessage(task) : progressMessage(task, memory.said);
    await this.#show(memory, target, dressed(message, activity || idlePhrase(task.metadata.uid!, memory.tick)));
    memory.tick += 1;
  }

  async #end(key: string, task: Task, place: Place, phase: ReportPhase, signal: AbortSignal): Promise<ReconcileResult> {
    const memory = this.#memoryOf(key, task, place);
    const { report } = memory;
    const messages = finalMessages(task);
    for (const [index, message] of messages.entries()) {
      const { parts, progress } = toldOf(report.task);
      if (index < parts) continue;
      const note = { [REPORT_ANNOTATIONS.parts]: String(index + 1), ...(index === messages.length - 1 ? { [REPORT_ANNOTATIONS.phase]: phase } : {}) };
      if (index === 0 && progress !== undefined && (await report.update(progress, message))) await report.note(note, signal);
      else await report.post(`final-${index + 1}`, message, () => note, signal);
    }
    const { accepted } = toldOf(report.task);
    // What is told is told: that the small print goes is not worth another try.
    if (accepted !== undefined) await this.#show(memory, accepted, acceptedMessage({ ...task, status: { ...task.status, phase: 'Running' } })).catch(() => {});
    this.#memories.delete(key);
    return {};
  }

  async #show({ report, shown }: Memory, ts: string, message: Posting): Promise<void> {
    const wanted = JSON.stringify(message);
    if (shown.get(ts) === wanted) return;
    await report.update(ts, message);
    shown.set(ts, wanted);
  }

  /** What cannot be read is not told: a log is gone with its Pod, and its Pod may not have begun. */
  async #news(task: Task, tailLines: number, signal: AbortSignal): Promise<LogNews> {
    const { client } = this.#options;
    const { namespace } = task.metadata;
    const { podName } = task.status ?? {};
    if (!podName) return NOTHING;
    try {
      return await readNews(workerOf(task).type, client.logs({ namespace: namespace!, name: podName, container: AGENT_CONTAINER, tailLines, limitBytes: MOST_LOG_BYTES }, signal));
    } catch {
      signal.throwIfAborted();
      return NOTHING;
    }
  }

  #again(task: Task, { saysAt, doesAt }: Memory): ReconcileResult {
    return isAtWork(task) ? { requeueAfterMs: Math.max(ACTIVITY_MS, Math.min(saysAt, doesAt) - this.#options.clock.elapsed()) } : {};
  }

  #memoryOf(key: string, task: Task, place: Place): Memory {
    const known = this.#memories.get(key);
    if (known && known.report.task.metadata.uid === task.metadata.uid) {
      known.report.task = task;
      return known;
    }
    const { api, client, tasks, clock } = this.#options;
    const report = new TaskReport(task, place, { api, client, since: this.#since!, remember: (written) => tasks.remember(written) });
    const now = clock.elapsed();
    // Not all at once, though they may have begun together.
    const memory: Memory = { report, tick: 0, saysAt: now, doesAt: now + this.#memories.size * DECORATION_GAP_MS, said: '', shown: new Map() };
    this.#memories.set(key, memory);
    return memory;
  }
}

const NOTHING: LogNews = { said: '', activity: '' };

function isAtWork({ status }: Task): boolean {
  return status?.phase === 'Running';
}

function shortened(text: string): string {
  const characters = Array.from(text);
  return characters.length > LONGEST_PROGRESS ? `${characters.slice(0, LONGEST_PROGRESS).join('')}...` : text;
}
