import type { ApiObject } from './api-object.ts';
import { isEqual } from './json.ts';
import { compareFields } from './patch/field-extraction.ts';
import { difference, union, withoutPaths, type FieldSet, type FieldTree } from './patch/field-tree.ts';
import type { Schema } from './structural/schema.ts';

/** One entry of `metadata.managedFields`: which fields one manager owns, and by which kind of write. */
export interface ManagedFieldsEntry {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  /** Of the last change of what it owns. Absent while the manager only ever applied what was there already. */
  readonly time?: string;
  readonly fieldsType: 'FieldsV1';
  readonly fieldsV1: FieldTree;
  readonly subresource?: string;
}

/** Who writes, in which way, when. */
export interface Writer {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string | undefined;
  /** `undefined` when the write changes nothing but who owns what. */
  readonly time: string | undefined;
}

/** Fields that belong to the server, whoever writes them. */
const NOBODYS: readonly (readonly string[])[] = [
  ['f:apiVersion'], ['f:kind'],
  ...['name', 'generateName', 'namespace', 'uid', 'resourceVersion', 'generation', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'managedFields', 'selfLink']
    .map((field) => ['f:metadata', `f:${field}`]),
];

/** How many writers by update are told apart; the oldest of more are counted as one. */
const MOST_UPDATERS = 10;
const ANCIENT = 'ancient-changes';

/**
 * Who owns what after a write that is no apply: what it added or changed is the writer's and nobody else's, what it removed is nobody's.
 */
export function claimByUpdate(before: ApiObject | undefined, after: ApiObject, schema: Schema, writer: Writer): ManagedFieldsEntry[] {
  const { added, modified, removed } = compareFields(before === undefined ? {} : { ...before }, after, schema);
  const entries = entriesOf(before);
  const claimed = ownable(union(added, modified));
  const own = entries.find((entry) => isOf(entry, writer));
  const others = entries.filter((entry) => entry !== own).map((entry) => withFields(entry, difference(difference(entry.fieldsV1, claimed), removed)));
  return assemble([...others, entryFor(writer, union(difference(own?.fieldsV1, removed), claimed), own)]);
}

/** The fields of a write that anybody can own: none of the server's. */
export function ownable(fields: FieldSet): FieldSet {
  return withoutPaths(fields, NOBODYS);
}

export function entriesOf(object: ApiObject | undefined): ManagedFieldsEntry[] {
  return (object?.metadata.managedFields ?? []) as ManagedFieldsEntry[];
}

/** An applier is the same whatever version it applies in; an updater is not. */
export function isOf(entry: ManagedFieldsEntry, { manager, operation, apiVersion, subresource }: Writer): boolean {
  return entry.manager === manager && entry.operation === operation && entry.subresource === subresource
    && (operation === 'Apply' || entry.apiVersion === apiVersion);
}

/** The writer's entry. Its time is that of the last change of what it owns, so that a repeated write is no change. */
export function entryFor({ manager, operation, apiVersion, subresource, time }: Writer, fields: FieldSet, previous: ManagedFieldsEntry | undefined): ManagedFieldsEntry | undefined {
  if (fields === undefined) return undefined;
  if (previous && previous.apiVersion === apiVersion && isEqual(previous.fieldsV1, fields)) return previous;
  return { manager, operation, apiVersion, ...(time === undefined ? {} : { time }), fieldsType: 'FieldsV1', fieldsV1: fields, ...(subresource === undefined ? {} : { subresource }) };
}

export function withFields(entry: ManagedFieldsEntry, fields: FieldSet): ManagedFieldsEntry | undefined {
  if (fields === undefined) return undefined;
  return fields === entry.fieldsV1 || isEqual(fields, entry.fieldsV1) ? entry : { ...entry, fieldsV1: fields };
}

/** In the order of the API server: appliers first, then by time. */
export function assemble(entries: readonly (ManagedFieldsEntry | undefined)[]): ManagedFieldsEntry[] {
  const found = entries.filter((entry) => entry !== undefined).sort(byOperationAndTime);
  const updaters = found.filter(({ operation, manager }) => operation === 'Update' && manager !== ANCIENT);
  if (updaters.length <= MOST_UPDATERS) return found;
  const ancient = found.filter((entry) => entry.manager === ANCIENT);
  const merged = [...ancient, ...updaters.slice(0, updaters.length - MOST_UPDATERS)];
  const { time, apiVersion } = merged.at(-1)!;
  const fieldsV1 = merged.reduce<FieldSet>((set, entry) => union(set, entry.fieldsV1), undefined)!;
  const entry: ManagedFieldsEntry = { manager: ANCIENT, operation: 'Update', apiVersion, time: time!, fieldsType: 'FieldsV1', fieldsV1 };
  return [...found.filter((candidate) => !merged.includes(candidate)), entry].sort(byOperationAndTime);
}

function byOperationAndTime(left: ManagedFieldsEntry, right: ManagedFieldsEntry): number {
  const order = (entry: ManagedFieldsEntry) => [entry.operation, entry.time ?? '', entry.manager, entry.subresource ?? ''].join('\u0000');
  return order(left) < order(right) ? -1 : order(left) > order(right) ? 1 : 0;
}
