import { createHash } from 'node:crypto';
import { SOURCE_ANNOTATIONS, SPAWNER_LABEL, type Task } from '@taskwright/schema';
import { addSeconds, toKubeTime } from '../kube/time.ts';
import type { Check, Reaction } from './forge.ts';
import { annotation, REPORT, type ReportPhase, reportPhaseOf, wantsCheck, wantsComment } from './report-state.ts';
import { reportKeysOf } from './report-target.ts';
import { checkText, commentBody, markerOf, stickyBody, stickyMarker } from './report-text.ts';

export interface ReportFacts {
  /** What is reported together: the Tasks of one report key. */
  readonly tasks: readonly Task[];
  /** What a browser shows of the forge. */
  readonly webUrl: string;
  readonly wishes: SpawnerWishes;
  /** Takes out what must not be read. Agents did that before; this is for what they missed. */
  readonly redact: (text: string) => string;
  readonly now: Date;
}

/** What the spawner asks for beside comments and checks. */
export interface SpawnerWishes {
  readonly reactions?: boolean;
  readonly labels?: Readonly<Partial<Record<'running' | 'succeeded' | 'failed', string>>>;
}

/** What a Task remembers of what was told; `null` forgets. */
export type Memory = Readonly<Record<string, string | null>>;

export type ReportStep =
  /** Edits the comment `id`, or creates one: after looking for it, where one may have been created already. */
  | { readonly is: 'comment'; readonly on: Task; readonly id?: string; readonly body: string; readonly find?: { readonly marker: string; readonly since?: Date }; readonly remember: readonly { readonly task: Task; readonly memory: Memory }[] }
  | { readonly is: 'check'; readonly on: Task; readonly id?: string; readonly check: Check; readonly mayExist: boolean; readonly memory: Memory }
  | { readonly is: 'label'; readonly on: Task; readonly add?: string; readonly remove?: string; readonly memory: Memory }
  | { readonly is: 'reaction'; readonly on: Task; readonly reaction: Reaction; readonly memory: Memory };

export interface ReportPlan {
  /** In this order. That one fails keeps none of the others back. */
  readonly steps: readonly ReportStep[];
  /** What was remembered and cannot be. A person changed it. */
  readonly problems: readonly string[];
  readonly requeueAfterMs?: number;
}

/** Between two edits of a comment that only tell what a Task waits for, in milliseconds. */
const EDIT_EVERY_MS = 60_000;

/**
 * What is to be told of these Tasks now, from what they remember of what was told before: a comment when its phase is another than the one it tells, or when it waits
 * for something else; a check when its phase is another.
 *
 * Where Tasks share a comment the newest of them comes first, so that an older one which ends later does not take its place; the reference has the last
 * writer win (docs/compatibility.md, "Reports").
 */
export function planReport(facts: ReportFacts): ReportPlan {
  const tasks = facts.tasks.filter((task) => reportPhaseOf(task) !== undefined).toSorted(newestFirst);
  const [sticky, own] = partition(tasks.filter(wantsComment), isSticky);
  const comments = [...own.map((task) => planComment([task], facts)), planComment(sticky, facts)];
  const checks = tasks.filter(wantsCheck).map((task) => planCheck(task, facts));
  const waits = comments.flatMap(({ requeueAfterMs }) => requeueAfterMs ?? []);
  const marks = tasks.flatMap((task) => [planLabel(task, facts), planReaction(task, facts)]);
  return {
    steps: [...[...comments, ...checks].map(({ step }) => step), ...marks].filter((step) => step !== undefined),
    problems: [...comments, ...checks].flatMap(({ problem }) => problem ?? []),
    ...(waits.length > 0 ? { requeueAfterMs: Math.min(...waits) } : {}),
  };
}

/** Whether something is still to be told of the Task. What an unreadable annotation asks for does not count: it cannot be told. */
export function isUntold(task: Task, wishes: SpawnerWishes, now: Date): boolean {
  return reportKeysOf(task).length > 0 && planReport({ tasks: [task], webUrl: '', wishes, redact: (text) => text, now }).steps.length > 0;
}

interface Part {
  readonly step?: ReportStep;
  readonly problem?: string;
  readonly requeueAfterMs?: number;
}

function planComment(tasks: readonly Task[], { webUrl, redact, now }: ReportFacts): Part {
  const [newest] = tasks;
  if (!newest) return {};
  const untold = tasks.filter((task) => annotation(task, REPORT.phase) !== reportPhaseOf(task));
  // What has ended says what it says.
  if (untold.length === 0 && reportPhaseOf(newest) !== 'accepted') return {};
  if (isSticky(newest) && newest.metadata.labels?.[SPAWNER_LABEL] === undefined) return { problem: `a sticky comment is that of a TaskSpawner, and label ${SPAWNER_LABEL} is missing` };
  const gone = annotation(newest, REPORT.commentReplaced);
  const id = tasks.map((task) => annotation(task, REPORT.commentId)).find((each) => each !== undefined && each !== gone);
  if (id !== undefined && !isId(id)) return { problem: wrongId(REPORT.commentId, id) };

  const body = redact(isSticky(newest) ? stickyBody(tasks, webUrl) : commentBody(newest, webUrl));
  const digest = createHash('sha256').update(body).digest('hex').slice(0, 12);
  if (untold.length === 0) {
    const [told, at = ''] = (annotation(newest, REPORT.commentText) ?? '').split('@');
    const isMissing = id === undefined && annotation(newest, REPORT.commentIntent) !== undefined;
    // One without a text was told of by somebody else.
    if (!isMissing && (id === undefined || !told || told === digest)) return {};
    const leftMs = Date.parse(at) + EDIT_EVERY_MS - now.getTime();
    if (!isMissing && leftMs > 0) return { requeueAfterMs: leftMs };
  }
  const mayExist = isSticky(newest) || tasks.some((task) => annotation(task, REPORT.commentIntent) !== undefined);
  const text = `${digest}@${toKubeTime(now)}`;
  return {
    step: {
      is: 'comment', on: newest, body, ...(id === undefined ? {} : { id }),
      ...(id === undefined && mayExist ? { find: isSticky(newest) ? { marker: stickyMarker(newest) } : { marker: markerOf(newest), ...sinceOf(newest) } } : {}),
      remember: [...new Set([newest, ...untold])].map((task) => ({ task, memory: { [REPORT.phase]: reportPhaseOf(task)!, [REPORT.commentIntent]: null, ...(task === newest ? { [REPORT.commentText]: text } : {}) } })),
    },
  };
}

/** A little earlier: the clocks of the two need not agree. */
function sinceOf({ metadata: { creationTimestamp } }: Task): { readonly since?: Date } {
  return creationTimestamp === undefined ? {} : { since: addSeconds(creationTimestamp, -300) };
}

const CHECK_PHASES: Readonly<Record<ReportPhase, string>> = { accepted: 'in_progress', succeeded: 'succeeded', failed: 'failed' };

function planCheck(task: Task, { webUrl, redact, now }: ReportFacts): Part {
  const phase = reportPhaseOf(task)!;
  const sha = annotation(task, SOURCE_ANNOTATIONS.sha);
  if (sha === undefined || annotation(task, REPORT.checkPhase) === CHECK_PHASES[phase] || annotation(task, REPORT.checkRefused) !== undefined) return {};
  if (!/^[0-9a-f]{40,64}$/i.test(sha)) return { problem: `annotation ${SOURCE_ANNOTATIONS.sha} is not a commit, got ${JSON.stringify(sha.slice(0, 50))}` };
  const id = annotation(task, REPORT.checkId);
  if (id !== undefined && !isId(id)) return { problem: wrongId(REPORT.checkId, id) };
  const { namespace, name: taskName, uid, labels } = task.metadata;
  const text = (name: string) => {
    const { summary, ...rest } = checkText(task, name, webUrl);
    return { ...rest, summary: redact(summary) };
  };
  const name = annotation(task, SOURCE_ANNOTATIONS.githubCheckName) || `Kelos: ${labels?.[SPAWNER_LABEL] ?? taskName!}`;
  return {
    step: {
      is: 'check', on: task, ...(id === undefined ? {} : { id }), mayExist: annotation(task, REPORT.checkIntent) !== undefined,
      check: { name, sha, ...text(name), externalId: `${namespace}/${taskName}/${uid}`, at: now },
      memory: { [REPORT.checkPhase]: CHECK_PHASES[phase], [REPORT.checkIntent]: null },
    },
  };
}

/** Whoever still works keeps the label of those that do; the last to end takes it away. */
function planLabel(task: Task, { wishes: { labels = {} }, tasks }: ReportFacts): ReportStep | undefined {
  const phase = task.status?.phase;
  const state = phase === 'Succeeded' ? 'succeeded' : phase === 'Failed' ? 'failed' : phase === 'Waiting' ? undefined : 'running';
  const shown = annotation(task, REPORT.label);
  if (state === undefined || annotation(task, REPORT.labelPhase) === state) return undefined;
  const add = labels[state];
  const isShared = tasks.some((other) => other !== task && annotation(other, REPORT.label) === shown);
  const remove = state === 'running' || shown === undefined || shown === add || isShared ? undefined : shown;
  if (add === undefined && remove === undefined && shown === undefined) return undefined;
  const memory = { [REPORT.labelPhase]: state, [REPORT.label]: state === 'running' ? add ?? null : null };
  return { is: 'label', on: task, ...(add === undefined ? {} : { add }), ...(remove === undefined ? {} : { remove }), memory };
}

const REACTIONS: Readonly<Record<ReportPhase, Reaction>> = { accepted: 'eyes', succeeded: 'rocket', failed: 'confused' };

function planReaction(task: Task, { wishes }: ReportFacts): ReportStep | undefined {
  const reaction = REACTIONS[reportPhaseOf(task)!];
  if (!wishes.reactions || annotation(task, REPORT.reaction) === reaction) return undefined;
  return { is: 'reaction', on: task, reaction, memory: { [REPORT.reaction]: reaction } };
}

function isSticky(task: Task): boolean {
  return annotation(task, SOURCE_ANNOTATIONS.githubCommentMode) === 'Sticky';
}

function partition<T>(items: readonly T[], is: (item: T) => boolean): [T[], T[]] {
  return [items.filter(is), items.filter((item) => !is(item))];
}

function newestFirst(one: Task, other: Task): number {
  const [a, b] = [one, other].map(({ metadata: { creationTimestamp = '', name = '' } }) => `${creationTimestamp} ${name}`) as [string, string];
  return a < b ? 1 : a > b ? -1 : 0;
}

function isId(id: string): boolean {
  return /^[1-9]\d{0,18}$/.test(id);
}

function wrongId(name: string, id: string): string {
  return `annotation ${name} is not an id, got ${JSON.stringify(id.slice(0, 50))}; take the annotation away, and another is made`;
}
