import { type StructFields, structPointer } from 'cdk8s-taskwright/template';
import { BOOLEANS, LISTS, MAPS, NUMBERS, STRUCTS, TEXTS, TIMES } from './payload-fields.ts';
import { goNames } from './payload-names.ts';
import { type Payload, isRecord } from './payload-reading.ts';

/**
 * A payload as templates read it that were written for Go's client of GitHub: {{.Payload.Issue.User.Login}}, and {{.Payload.GetIssue.GetTitle}}, which takes what is
 * absent for empty. By the keys of the JSON it can be read as well: {{.Payload.issue.title}}, also what that client does not know.
 *
 * Nothing is copied: a field is made when it is asked for.
 */
export function payloadView(payload: Payload): unknown {
  return structPointer(new ObjectFields(payload), { isNil: false });
}

class ObjectFields implements StructFields {
  readonly #object: Payload;
  #keys?: ReadonlyMap<string, string>;

  constructor(object: Payload) {
    this.#object = object;
  }

  get(name: string): unknown {
    const value = this.#valueOf(name);
    if (value !== undefined) return value;
    const field = getterOf(name);
    if (field !== undefined) return this.#valueOf(field) ?? zeroOf(field);
    return absent(name);
  }

  names(): readonly string[] {
    return Object.keys(this.#object).filter((key) => isThere(this.#object[key])).map((key) => usualName(key));
  }

  #valueOf(name: string): unknown {
    const key = this.#keyOf(name);
    return key !== undefined && isThere(this.#object[key]) ? valueOf(this.#object[key], usualName(key)) : undefined;
  }

  #keyOf(name: string): string | undefined {
    if (Object.hasOwn(this.#object, name)) return name;
    this.#keys ??= new Map(Object.keys(this.#object).flatMap((key) => goNames(key).map((each): [string, string] => [each, key])));
    return this.#keys.get(name);
  }
}

/** A pointer to nothing: a getter of it gives what is empty. */
const NIL = structPointer({
  get: (name) => {
    const field = getterOf(name);
    return field === undefined ? undefined : zeroOf(field);
  },
  names: () => [],
}, { isNil: true });

const ZERO_TIME = '0001-01-01 00:00:00 +0000 UTC';

/** By the name of a field: what its getter gives where it is absent. */
const ZEROS: ReadonlyMap<string, unknown> = new Map([
  [TEXTS, ''], [NUMBERS, 0n], [BOOLEANS, false], [TIMES, ZERO_TIME], [STRUCTS, NIL], [LISTS, []], [MAPS, {}],
].flatMap(([fields, zero]) => wordsOf(fields as string).map((name): [string, unknown] => [name, zero])));

const times = new Set(wordsOf(TIMES));
const maps = new Set(wordsOf(MAPS));
const lists = new Set(wordsOf(LISTS));

function wordsOf(text: string): string[] {
  return text.trim().split(/\s+/);
}

function getterOf(name: string): string | undefined {
  return name.startsWith('Get') && name.length > 3 ? name.slice(3) : undefined;
}

function zeroOf(field: string): unknown {
  return ZEROS.get(field);
}

/** Pointers are nil; lists and maps, which are none, are empty. Nothing for a name that no event of GitHub has. */
function absent(field: string): unknown {
  if (!ZEROS.has(field)) return undefined;
  return lists.has(field) || maps.has(field) ? zeroOf(field) : NIL;
}

function isThere(value: unknown): boolean {
  return value !== null && value !== undefined;
}

/** The name of which it is known what it is. */
function usualName(key: string): string {
  const all = goNames(key);
  return all.find((name) => ZEROS.has(name)) ?? all[0]!;
}

function valueOf(value: unknown, field: string): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => (Array.isArray(item) ? item : valueOf(item, '')));
  if (isRecord(value)) return maps.has(field) ? value : payloadView(value);
  if (typeof value === 'number') return (times.has(field) ? goTimeOf(value) : undefined) ?? (Number.isInteger(value) ? BigInt(value) : value);
  if (typeof value === 'string' && times.has(field)) return goTime(value);
  return value ?? NIL;
}

const RFC3339 = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/** A time as Go prints it by itself: `2024-01-02 03:04:05 +0000 UTC`. */
function goTime(text: string): string {
  const [, date, time, fraction = '', zone] = RFC3339.exec(text) ?? [];
  if (date === undefined || zone === undefined) return text;
  const digits = fraction.replace(/0+$/, '');
  const offset = zone === 'Z' ? '+0000' : zone.replace(':', '');
  return `${date} ${time}${digits === '' ? '' : `.${digits}`} ${offset} ${Number(offset) === 0 ? 'UTC' : offset}`;
}

/** Some times of pushes are seconds since 1970. */
function goTimeOf(seconds: number): string | undefined {
  const time = new Date(seconds * 1_000);
  return Number.isNaN(time.getTime()) ? undefined : goTime(time.toISOString());
}
