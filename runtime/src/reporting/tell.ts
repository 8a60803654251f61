import { type Task, taskResource } from '@taskwright/schema';
import { isNotFound } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import { toKubeTime } from '../kube/time.ts';
import type { KubeObject } from '../kube/object.ts';
import type { Connection } from './connect.ts';
import { annotation, REPORT } from './report-state.ts';
import type { Memory, ReportStep } from './report-plan.ts';

export interface TellAccess {
  readonly client: KubeClient;
  readonly now: Date;
  readonly signal: AbortSignal;
  /** Hears of each Task that was written. */
  readonly wrote: (task: KubeObject) => void;
}

/**
 * Carries out one step, and lets the Task remember it.
 *
 * **Guarantee** Before something is created, the Task says so, on the condition that it is as it was read: a second reporter, or the same one after a crash, sees it and
 * looks for what may be there. What somebody deleted is made anew once, and then left alone. Repeating a step does no harm.
 *
 * **Errors** Those of the forge, and of the API server: 409 Conflict when the Task has changed, and nothing was told.
 */
export async function tell(step: ReportStep, { forge, target: { subject, comment } }: Connection, access: TellAccess): Promise<void> {
  const { signal } = access;
  switch (step.is) {
    case 'comment': return tellComment(step, { forge, subject }, access);
    case 'check': return tellCheck(step, { forge, subject }, access);
    case 'label':
      if (step.remove !== undefined) await forge.removeLabel(subject, step.remove, signal);
      if (step.add !== undefined) await forge.addLabel(subject, step.add, signal);
      return remember(step.on, step.memory, access);
    case 'reaction':
      await forge.react(subject, comment, step.reaction, signal);
      return remember(step.on, step.memory, access);
  }
}

type At = Pick<Connection, 'forge'> & Pick<Connection['target'], 'subject'>;
type Step<Is extends ReportStep['is']> = Extract<ReportStep, { is: Is }>;

async function tellComment(step: Step<'comment'>, { forge, subject }: At, access: TellAccess): Promise<void> {
  const { on, id, body, find } = step;
  const { signal } = access;
  const told = (as: string | undefined) => rememberAll(step.remember.map(({ task, memory }) => ({ task, memory: as === undefined ? memory : { ...memory, [REPORT.commentId]: as } })), access);
  if (id !== undefined) {
    if (await forge.editComment(subject, id, body, signal)) return told(id);
    if (annotation(on, REPORT.commentReplaced) !== undefined) return told(undefined);
    return remember(on, { [REPORT.commentId]: null, [REPORT.commentReplaced]: id, [REPORT.commentIntent]: toKubeTime(access.now) }, access);
  }
  const found = find && (await forge.findComment(subject, find.marker, find.since, signal));
  if (found && found.id !== annotation(on, REPORT.commentReplaced)) {
    if (found.body !== body) await forge.editComment(subject, found.id, body, signal);
    return told(found.id);
  }
  await intend(on, REPORT.commentIntent, access);
  return told(await forge.createComment(subject, body, signal));
}

async function tellCheck({ on, id, check, mayExist, memory }: Step<'check'>, { forge, subject }: At, access: TellAccess): Promise<void> {
  const { signal } = access;
  if (id !== undefined) {
    if ((await forge.updateCheck(subject, id, check, signal)) || annotation(on, REPORT.checkReplaced) !== undefined) return remember(on, memory, access);
    return remember(on, { [REPORT.checkId]: null, [REPORT.checkReplaced]: id, [REPORT.checkIntent]: toKubeTime(access.now) }, access);
  }
  const found = mayExist ? await forge.findCheck(subject, check, signal) : undefined;
  if (found !== undefined && (await forge.updateCheck(subject, found, check, signal))) return remember(on, { ...memory, [REPORT.checkId]: found }, access);
  await intend(on, REPORT.checkIntent, access);
  return remember(on, { ...memory, [REPORT.checkId]: await forge.createCheck(subject, check, signal) }, access);
}

/** Only on the Task as it was read: whoever read an older one finds out here. */
async function intend(task: Task, name: string, access: TellAccess): Promise<void> {
  if (annotation(task, name) !== undefined) return;
  await write(task, { [name]: toKubeTime(access.now) }, { resourceVersion: task.metadata.resourceVersion }, access);
}

export async function remember(task: Task, memory: Memory, access: TellAccess): Promise<void> {
  try {
    await write(task, memory, {}, access);
  } catch (error) {
    if (!isNotFound(error)) throw error; // it was deleted: nobody will ask any more
  }
}

async function rememberAll(all: readonly { readonly task: Task; readonly memory: Memory }[], access: TellAccess): Promise<void> {
  for (const { task, memory } of all) await remember(task, memory, access);
}

async function write({ metadata: { namespace, name, uid } }: Task, annotations: Memory, precondition: object, { client, signal, wrote }: TellAccess): Promise<void> {
  const patch = { metadata: { uid, ...precondition, annotations } };
  wrote(await client.patchMerge(taskResource, { namespace, name: name! }, patch, { fieldManager: 'taskwright-reporting', signal }));
}
