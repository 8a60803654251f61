import { SOURCE_ANNOTATIONS, SPAWNER_LABEL, type Task } from '@taskwright/schema';
import type { Subject } from './forge.ts';
import { annotation, REPORT_WISHES, wantsCheck, wantsComment } from './report-state.ts';

/** Where reports of a Task go, as its annotations say. */
export interface ReportTarget {
  readonly forge: string;
  readonly subject: Subject;
  /** The comment that asked for the Task. */
  readonly comment?: string;
}

/** The repository is that of the Workspace where the Task does not say it: Tasks that the reference made of what it polls. */
export function targetOf(task: Task, home: Pick<Subject, 'owner' | 'repo'> | undefined): ReportTarget | { readonly problem: string } {
  const number = annotation(task, SOURCE_ANNOTATIONS.number) ?? '';
  if (!/^[1-9]\d{0,9}$/.test(number)) return { problem: `annotation ${SOURCE_ANNOTATIONS.number} is not the number of an issue or pull request, got ${JSON.stringify(number.slice(0, 50))}` };
  const owner = annotation(task, SOURCE_ANNOTATIONS.owner) ?? home?.owner;
  const repo = annotation(task, SOURCE_ANNOTATIONS.repo) ?? home?.repo;
  if (!isName(owner, true) || !isName(repo, false)) return { problem: `annotations ${SOURCE_ANNOTATIONS.owner} and ${SOURCE_ANNOTATIONS.repo} name no repository, and neither does the Workspace` };
  const comment = annotation(task, REPORT_WISHES.comment);
  return {
    forge: annotation(task, REPORT_WISHES.forge) ?? 'github',
    subject: { kind: annotation(task, SOURCE_ANNOTATIONS.kind) === 'pull-request' ? 'pull-request' : 'issue', owner: owner!, repo: repo!, number: Number(number) },
    ...(comment === undefined ? {} : { comment }),
  };
}

function isName(text: string | undefined, isNested: boolean): boolean {
  return text !== undefined && (isNested ? /^[\w.-]+(\/[\w.-]+)*$/ : /^[\w.-]+$/).test(text) && !text.split('/').some((part) => part === '.' || part === '..');
}

/**
 * What is reported together, one at a time: the Tasks of one spawner about one subject, which share labels and may share a comment. Nothing for a Task that no
 * issue or pull request is behind.
 */
export function reportKeysOf(task: Task): string[] {
  const { namespace = '', name = '', labels } = task.metadata;
  const { owner, repo, number } = SOURCE_ANNOTATIONS;
  const spawner = labels?.[SPAWNER_LABEL];
  if (annotation(task, number) === undefined && !wantsComment(task) && !wantsCheck(task)) return [];
  if (spawner === undefined) return [`${namespace}/${name}`];
  // A space is in no name of an object.
  return [`${namespace}/${[spawner, ...[REPORT_WISHES.forge, owner, repo, number].map((each) => annotation(task, each) ?? '')].join(' ')}`];
}
