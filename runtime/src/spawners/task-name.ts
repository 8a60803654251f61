import { createHash } from 'node:crypto';
import type { TaskSpawner } from '@taskwright/schema';
import { type Data, renderField, templateOf } from './field-template.ts';
import { TaskBuildError } from './task-build-error.ts';
import { readsKey } from './template-reads.ts';

/** A name of the API holds this many characters; one that the reference cuts, a label's worth. */
const NAME_LIMIT = 253;
const CUT_LIMIT = 63;

export interface NamedEvent {
  readonly nameSuffix: string;
  readonly variables: Data;
}

/**
 * The name of the Task of an event. The same event has the same name whenever it is seen, which is what keeps it from being two Tasks.
 *
 * By default it is that of the reference, spawner and event, wherever that is a name. Where it would be too long, the spawner's part is cut and never the event's. Where the event's
 * part has characters that no name has, a hash of it is added: two events must not become one.
 *
 * **Errors** {@link TaskBuildError} for a `nameTemplate` that is none, or comes to nothing.
 */
export function taskNameOf(spawner: TaskSpawner, event: NamedEvent, { isPushed }: { readonly isPushed: boolean }): string {
  return spawner.spec.taskTemplate.nameTemplate === undefined ? defaultName(spawner.metadata.name!, event.nameSuffix, isPushed ? CUT_LIMIT : NAME_LIMIT) : templatedName(spawner, event);
}

function defaultName(spawner: string, wholeSuffix: string, limit: number): string {
  const asIs = wholeSuffix.toLowerCase();
  const cleaned = sanitized(asIs, NAME_LIMIT);
  const isWhole = asIs !== '' && cleaned === asIs && asIs.length <= CUT_LIMIT - 2;
  const suffix = isWhole ? asIs : [cleaned.slice(0, CUT_LIMIT - HASH_DIGITS - 3).replace(/[.-]+$/, ''), hash(wholeSuffix)].filter(Boolean).join('-');
  return `${spawner.toLowerCase().slice(0, limit - suffix.length - 1).replace(/[.-]+$/, '')}-${suffix}`;
}

const HASH_DIGITS = 8;

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, HASH_DIGITS);
}

const FIELD = 'taskTemplate.nameTemplate';

function templatedName(spawner: TaskSpawner, { variables }: NamedEvent): string {
  const template = templateOf(spawner, FIELD, spawner.spec.taskTemplate.nameTemplate!);
  if (readsKey(template, 'Context')) throw new TaskBuildError(FIELD, 'must not read context sources (.Context or index "Context"): the name is known before they are fetched; take it out');
  const { Context: _context, ...data } = variables;
  const rendered = renderField(template, FIELD, data);
  if (rendered.includes('<no value>')) throw new TaskBuildError(FIELD, 'reads a variable that this event does not have; read only those that all events of the trigger have', rendered);
  const name = sanitized(rendered, CUT_LIMIT);
  if (name === '') throw new TaskBuildError(FIELD, 'came to nothing that a name may hold; a name has letters from a to z, digits, - and .', rendered);
  return name;
}

/** A name made of any text, as the reference does it: lower case, other characters as -, cut, and no - or . at the ends of its parts. */
function sanitized(text: string, limit: number): string {
  // Letter by letter: a word has other rules for its last letter in some alphabets, and Go knows none of them.
  const lower = [...text].map((letter) => [...letter.toLowerCase()][0]!).join('');
  const cut = lower.replace(/[^a-z0-9.-]/gu, '-').slice(0, limit);
  return cut.split('.').map((part) => part.replace(/^-+|-+$/g, '')).filter(Boolean).join('.');
}
