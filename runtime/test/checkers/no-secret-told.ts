import { SECRET_VALUE } from '../faults/workload.ts';
import type { Run } from './run.ts';

/** The value of a Secret is in no status, no event and no line of a log. */
export function noSecretTold({ history, lines }: Run): string[] {
  const forms = [SECRET_VALUE, Buffer.from(SECRET_VALUE).toString('base64')];
  const tells = (text: string) => forms.some((form) => text.includes(form));
  const lives = [...history.lives.values()].filter(({ kind }) => kind !== 'Secret');
  return [
    ...lives.filter(({ last, statuses }) => tells(JSON.stringify([last, statuses]))).map(({ kind, name }) => `${kind} "${name}" holds it`),
    ...history.events.filter((event) => tells(JSON.stringify(event))).map(({ metadata }) => `event ${metadata.name} holds it`),
    ...lines.filter(tells).map(() => 'a line of the log holds it'),
  ];
}
