import { type EventName, type EventVariable, eventTables } from './event-variables';

/** What is known at synth about the variables of a trigger's event. */
export interface KnownEvent {
  /** Completes "a template of …". */
  readonly called: string;
  readonly variables: ReadonlyMap<string, KnownVariable>;
}

export interface KnownVariable extends Pick<EventVariable, 'type' | 'from'> {
  /** A dot fails where it is missing, `index` does not. */
  readonly isOptional?: boolean;
}

/** The event of a trigger; where its source has several kinds of them, of those (`kinds`) that it listens to. */
export function knownEvent(name: EventName, kinds?: readonly string[]): KnownEvent {
  const { called, variables } = eventTables()[name];
  const carried = Object.entries(variables).filter(([, { of }]) => !of || !kinds || kinds.some((kind) => of.includes(kind)));
  return {
    called: kinds ? `${called} (${kinds.join(', ')})` : called,
    variables: new Map(carried.map(([variable, known]) => [variable, { type: known.type, from: known.from, isOptional: isOptional(known, kinds) }])),
  };
}

/**
 * The properties of the struct of an event: each is the expression that reads a variable, spelled so that one that is missing is an empty text. One that no event
 * of the trigger carries is spelled as if it were there; the check of the template that uses it finds it.
 */
export function expressionsOf<Event>(name: EventName, kinds?: readonly string[]): Event {
  const known = Object.entries(eventTables()[name].variables).filter(([, { type }]) => type !== 'anything');
  const carried = knownEvent(name, kinds).variables;
  return Object.fromEntries(known.map(([variable, { property, type }]) => [property, expressionOf(variable, { type, isOptional: carried.get(variable)?.isOptional })])) as Event;
}

function isOptional({ of, alwaysOf = [] }: EventVariable, kinds: readonly string[] | undefined): boolean {
  return of !== undefined && !(kinds ?? of).every((kind) => alwaysOf.includes(kind));
}

function expressionOf(variable: string, { type, isOptional: mayBeMissing }: KnownVariable): string {
  if (type === 'list') return `{{range .${variable}}}{{.}}{{"\\n"}}{{end}}`;
  return mayBeMissing ? `{{with index . ${JSON.stringify(variable)}}}{{.}}{{end}}` : `{{.${variable}}}`;
}
