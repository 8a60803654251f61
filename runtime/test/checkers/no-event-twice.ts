import { SPAWNED_ANNOTATIONS } from '@taskwright/schema';
import type { Life } from '../faults/history.ts';
import type { Outside } from '../faults/outside.ts';
import type { Run } from './run.ts';

/** An event makes one Task, a Task one comment (or one for all Tasks of its subject) and one check run, whatever is done again because nobody heard of it. */
export function noEventTwice({ history, outside }: Pick<Run, 'history' | 'outside'>): string[] {
  const tasks = history.of('Task');
  const twice = history.of('TaskSpawner').flatMap(({ uid, name: spawner }) => (
    [...Map.groupBy(tasks.filter(({ ownerUid, last }) => ownerUid === uid && SPAWNED_ANNOTATIONS.eventId in (last.metadata.annotations ?? {})), eventOf)]
      .filter(([, lives]) => lives.length > 1)
      .map(([event, lives]) => `event ${event} of TaskSpawner "${spawner}" made ${lives.length} Tasks: ${lives.map(({ name, bornAt, goneAt }) => `${name} ${bornAt}–${goneAt ?? ''}`).join(', ')}`)));
  return [...twice, ...told(outside, tasks)];
}

/** What was asked for again is another event. */
function eventOf({ last: { metadata: { annotations = {} } } }: Life): string {
  return [annotations[SPAWNED_ANNOTATIONS.eventId], annotations[SPAWNED_ANNOTATIONS.triggerTime]].filter((part) => part !== undefined).join(' asked for at ');
}

const STICKY = /<!-- kelos\.dev\/github-status-comment:\S+ -->/;
const OF_TASK = /<!-- taskwright\.dev\/task: \S+\/(?<task>\S+) -->/;

function told({ github }: Outside, tasks: readonly Life[]): string[] {
  return [...github.repositories].flatMap(([path, repository]) => {
    const comments = [...repository.issues.keys()].flatMap((number) => [...Map.groupBy(repository.commentsOf(number).flatMap(({ body }) => subjectOf(body ?? '') ?? []), (subject) => subject)]
      .filter(([subject, those]) => those.length > mostOf(subject, tasks))
      .map(([subject, those]) => `${path}#${number} has ${those.length} comments of ${subject}`));
    const checks = [...Map.groupBy(repository.checks, ({ external_id: id }) => id)].filter(([, those]) => those.length > 1).map(([id, those]) => `${path} has ${those.length} check runs of ${id}`);
    return [...comments, ...checks];
  });
}

/** What a comment is about, as it says by its markers: all Tasks of a spawner there, or one. */
function subjectOf(body: string): string | undefined {
  return STICKY.exec(body)?.[0] ?? OF_TASK.exec(body)?.groups?.task;
}

/** Tasks of one name, made one after the other, have a comment each. */
function mostOf(subject: string, tasks: readonly Life[]): number {
  return Math.max(tasks.filter(({ name }) => name === subject).length, 1);
}
