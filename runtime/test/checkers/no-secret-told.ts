import { appData } from '../workspaces/app-fixture.ts';
import { SECRET_VALUE } from '../faults/shape.ts';
import type { Run } from './run.ts';

/** What tokens of GitHub Apps begin with here; three characters become four in base64, so this begins theirs as well. */
const TOKEN = 'ghs_00000000';
/** The key of an App, by the middle of it: it is told as well when its lines are joined or escaped. */
const KEY = appData.privateKey.split('\n')[5]!;

/** No value of a Secret, no token and no key is in a spec, a status, an event, a ConfigMap or a line of a log. */
export function noSecretTold({ history, lines }: Run): string[] {
  const forms = [SECRET_VALUE, TOKEN, KEY].flatMap((value) => [value, Buffer.from(value).toString('base64')]);
  const tells = (text: string) => forms.some((form) => text.includes(form));
  const lives = [...history.lives.values()].filter(({ kind }) => kind !== 'Secret');
  return [
    ...lives.filter(({ last, statuses }) => tells(JSON.stringify([last, statuses]))).map(({ kind, name }) => `${kind} "${name}" holds it`),
    ...history.events.filter((event) => tells(JSON.stringify(event))).map(({ metadata }) => `event ${metadata.name} holds it`),
    ...lines.filter(tells).map(() => 'a line of the log holds it'),
  ];
}
