import type { ApiObject } from './api-object.ts';
import { without, type JsonObject } from './json.ts';

/** The names of the same fields in core/v1, in which Events are stored, and in events.k8s.io/v1. */
const RENAMED: readonly (readonly [core: string, events: string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['reportingComponent', 'reportingController'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
];

/** One Event, two APIs: what is written through one is read through the other. */
export const eventConversion = {
  fromStored: (event: ApiObject): ApiObject => renamed(event, 'events.k8s.io/v1', RENAMED),
  toStored: (event: ApiObject): ApiObject => renamed(event, 'v1', RENAMED.map(([core, events]) => [events, core])),
};

function renamed(event: ApiObject, apiVersion: string, names: readonly (readonly [from: string, to: string])[]): ApiObject {
  const moved: JsonObject = {};
  for (const [from, to] of names) if (event[from] !== undefined) moved[to] = event[from];
  return { ...without(event, ...names.map(([from]) => from)), ...moved, apiVersion } as ApiObject;
}
