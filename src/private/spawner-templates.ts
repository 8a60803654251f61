import { type PrintedVariable, checkTemplate } from '../template/checker';
import { ANYTHING, NUMBER, type RecordShape, type Shape, TEXT } from '../template/shape';
import type { KnownEvent, KnownVariable } from './known-event';
import type { Problem } from './problem';

/** Where the text of a template ends up, which decides what may be in it. */
export type TemplatePlace = 'prompt' | 'rendered-prompt' | 'branch' | 'name' | 'label' | 'annotation' | 'url' | 'header' | 'body';

/** A field of a TaskSpawner that is a Go template. */
export interface SpawnerTemplate {
  /** The property, as the user wrote it. */
  readonly path: string;
  readonly text: string;
  readonly place: TemplatePlace;
}

/**
 * Checks the templates of a TaskSpawner against the variables of its event: each one is read that there is, and text from strangers stays out of where
 * it would mean something.
 *
 * @param templates the fields
 * @param event what its trigger waits for
 * @param contextSources the names of the texts that are fetched, in the templates of Tasks
 */
export function checkSpawnerTemplates(templates: readonly SpawnerTemplate[], event: KnownEvent, contextSources: readonly string[]): Problem[] {
  const plain = shapeOf(event);
  const withContext = withContextOf(plain, contextSources);
  return templates.flatMap((template) => checkOne(template, event, WITHOUT_CONTEXT.includes(template.place) ? plain : withContext));
}

function checkOne({ path, text, place }: SpawnerTemplate, event: KnownEvent, shape: RecordShape): Problem[] {
  const { findings, printed } = checkTemplate(text, path, shape);
  if (findings.length > 0) return findings.map(({ line, column, ...finding }) => ({ ...finding, path: `${path}, line ${line}, column ${column}` }));
  const { takes, because, fix } = PLACES[place];
  return printed.filter((variable) => !takes(originOf(variable.variable, event), variable)).map(({ variable, line, column }) => ({
    code: 'stranger-text', path: `${path}, line ${line}, column ${column}`, got: `.${variable.join('.')}`, allowed: because, fix: fix(event),
  }));
}

type Origin = 'service' | 'name' | 'anybody';

interface Place {
  readonly takes: (origin: Origin, printed: PrintedVariable) => boolean;
  /** Why the others are not for it. */
  readonly because?: string;
  readonly fix: (event: KnownEvent) => string;
}

const anything: Place = { takes: () => true, fix: () => '' };
const sure = (origin: Origin) => origin !== 'anybody';
const escaped = (_: Origin, { isQueryEscaped }: PrintedVariable) => isQueryEscaped;

const PLACES: { readonly [place in TemplatePlace]: Place } = {
  'prompt': anything,
  'annotation': anything,
  'body': anything,
  'rendered-prompt': {
    takes: (origin) => origin === 'service',
    because: 'with dependsOn the prompt of the Task is a template once more, and the text would be a part of it',
    fix: () => 'leave dependsOn out, or tell the agent to read the text itself',
  },
  'branch': { takes: sure, because: 'git may refuse it as a branch, or it names another', fix: insteadOf },
  'name': { takes: sure, because: 'whoever writes a text of that name keeps the other from becoming a Task', fix: insteadOf },
  'label': { takes: (origin) => origin === 'service', because: 'a label takes 63 letters, digits, -, _ and ., and a Task with another is refused', fix: () => 'put it into an annotation' },
  'url': { takes: (origin, printed) => origin === 'service' || escaped(origin, printed), because: 'it could lead to another address', fix: () => 'escape it: {{… | urlquery}}' },
  'header': { takes: (origin, printed) => sure(origin) || escaped(origin, printed), because: 'a line break in it would make a header of its own', fix: () => 'send it in the body, or escape it: {{… | urlquery}}' },
};

/** A name is made, and the requests are, before anything is fetched. */
const WITHOUT_CONTEXT: readonly TemplatePlace[] = ['name', 'url', 'header', 'body'];

/** The data of a template that reads the event, and nothing else. */
function shapeOf({ called, variables }: KnownEvent): RecordShape {
  return {
    kind: 'record',
    called,
    fields: new Map([...variables].map(([name, { type }]) => [name, SHAPES[type ?? 'text']])),
    optional: new Set([...variables].filter(([, { isOptional }]) => isOptional).map(([name]) => name)),
  };
}

const SHAPES: { readonly [type in NonNullable<KnownVariable['type']> | 'text']: Shape } = { text: TEXT, number: NUMBER, list: { kind: 'list', of: TEXT }, anything: ANYTHING };

function withContextOf(shape: RecordShape, contextSources: readonly string[]): RecordShape {
  if (contextSources.length === 0) return shape;
  const context: RecordShape = { kind: 'record', fields: new Map(contextSources.map((name) => [name, TEXT])), fix: 'add it to contextSources' };
  return { ...shape, fields: new Map([...shape.fields, ['Context', context]]) };
}

/** All variables at once, and what a context source brings, are anybody's. */
function originOf([first, ...others]: readonly string[], { variables }: KnownEvent): Origin {
  const known = variables.get(first);
  if (known?.type === 'anything' && NAMES_OF_PAYLOADS.test(others[others.length - 1] ?? '')) return 'name';
  return known?.from ?? 'anybody';
}

/** What GitHub and others call that which has no spaces in it. */
const NAMES_OF_PAYLOADS = /^(Get)?\w*(ID|Id|Number|SHA|Sha|Ref|Login|TagName|id|number|sha|ref|login)$/;

function insteadOf({ variables }: KnownEvent): string {
  const isSure = (name: string) => variables.get(name)?.from !== undefined && !variables.get(name)?.isOptional;
  const name = ['Number', 'ID'].find(isSure);
  return name === undefined ? 'use a variable that nobody writes' : `use {{.${name}}}`;
}
