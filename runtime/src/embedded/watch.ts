import { fromStored, type Cluster, type Target } from './cluster.ts';
import type { ApiObject } from './api-object.ts';
import { parseFieldSelector, selectedName } from './field-selector.ts';
import { wireJson } from './json.ts';
import { parseLabelSelector } from './label-selector.ts';
import { invalidOptions, type ListOptions } from './list.ts';
import type { Presentation } from './presentation.ts';
import { badRequest, expired } from './status-error.ts';
import type { Change } from './store.ts';
import { EventStream } from './event-stream.ts';

export interface WatchOptions extends ListOptions {
  readonly allowWatchBookmarks?: boolean;
  readonly sendInitialEvents?: boolean;
  /** Ends the watch. 0, like nothing: it goes on until somebody ends it. */
  readonly timeoutSeconds?: number;
}

const BOOKMARK_EVERY_MS = 60_000;

/**
 * Streams the changes of a collection after a resourceVersion, each exactly once and in order.
 *
 * Without a resourceVersion, and with `sendInitialEvents`, what exists now comes first. An object that stops matching the selectors is
 * DELETED to the watcher and one that begins to is ADDED. A revision that has left the window is answered with an ERROR event, not with an
 * HTTP error. A watcher that reads too slowly is cut off, and resumes where it was.
 */
export function watchObjects(cluster: Cluster, { resource, namespace, name }: Target, presentation: Presentation, options: WatchOptions, signal?: AbortSignal): EventStream {
  checkOptions(options);
  const { store, clock } = cluster;
  const fieldsMatch = parseFieldSelector(options.fieldSelector, resource);
  const labelsMatch = parseLabelSelector(options.labelSelector);
  const onlyName = name ?? selectedName(options.fieldSelector);
  const matches = (object: ApiObject) => (namespace === undefined || object.metadata.namespace === namespace)
    && (onlyName === undefined || object.metadata.name === onlyName) && labelsMatch(object.metadata.labels) && fieldsMatch(object);

  const stream = new EventStream();
  const send = (type: string, object: ApiObject) => stream.push(`{"type":"${type}","object":${presentation.event(object)}}\n`);
  const sendChange = (change: Change) => {
    const event = visibleEvent(change, (stored) => fromStored(resource, stored), matches);
    if (event !== undefined) send(event.type, event.object);
  };
  const sendBookmark = (annotations?: Record<string, string>) => stream.push(bookmark(resource, store.revision, annotations));

  const isFromNow = options.resourceVersion === undefined || options.resourceVersion === '' || options.resourceVersion === '0';
  const sendsInitial = options.sendInitialEvents ?? isFromNow;
  if (sendsInitial) {
    const initial = store.list(resource.collection, namespace).map((stored) => fromStored(resource, stored)).filter(matches);
    stream.begin(initial, (object) => `{"type":"ADDED","object":${presentation.event(object)}}\n`);
    if (options.sendInitialEvents && options.allowWatchBookmarks) sendBookmark({ 'k8s.io/initial-events-end': 'true' });
  } else if (!isFromNow) {
    const window = store.window(resource.collection);
    const missed = window.since(revisionOf(options));
    if (missed === undefined) {
      const { status } = expired(`too old resource version: ${options.resourceVersion} (${window.oldest})`);
      stream.push(`{"type":"ERROR","object":${wireJson(status)}}\n`);
      stream.end();
      return stream;
    }
    for (const change of missed) sendChange(change);
  }

  // A revision from the future, of another cluster perhaps, is met with silence until this one gets there.
  const from = isFromNow ? 0 : revisionOf(options);
  stream.onEnd(store.follow((change) => {
    if (change.collection === resource.collection && change.revision > from) sendChange(change);
  }));
  if (options.allowWatchBookmarks) {
    const arm = (): { cancel(): void } => clock.after(BOOKMARK_EVERY_MS, () => {
      sendBookmark();
      timer = arm();
    });
    let timer = arm();
    stream.onEnd(() => timer.cancel());
  }
  if (options.timeoutSeconds) {
    const timer = clock.after(options.timeoutSeconds * 1_000, () => stream.end());
    stream.onEnd(() => timer.cancel());
  }
  if (signal) {
    const end = () => stream.end();
    signal.addEventListener('abort', end, { once: true });
    stream.onEnd(() => signal.removeEventListener('abort', end));
    if (signal.aborted) stream.end();
  }
  return stream;
}

/** What a watcher that sees only matching objects makes of a change. */
function visibleEvent({ type, object, previous }: Change, present: (stored: ApiObject) => ApiObject, matches: (object: ApiObject) => boolean) {
  const now = present(object);
  const before = previous === undefined ? undefined : present(previous);
  const matched = before !== undefined && matches(before);
  if (type === 'DELETED') return matched ? { type, object: now } : undefined;
  if (matches(now)) return { type: matched ? 'MODIFIED' : 'ADDED', object: now };
  // It left the selection: the watcher gets the last state it could see, under the revision at which it left.
  return matched ? { type: 'DELETED', object: { ...before, metadata: { ...before.metadata, resourceVersion: now.metadata.resourceVersion! } } } : undefined;
}

function bookmark({ group, version, kind }: Target['resource'], revision: number, annotations?: Record<string, string>): string {
  const metadata = { resourceVersion: String(revision), creationTimestamp: null, ...(annotations === undefined ? {} : { annotations }) };
  return `${wireJson({ type: 'BOOKMARK', object: { kind, apiVersion: group === '' ? version : `${group}/${version}`, metadata } })}\n`;
}

/** A real server answers 500 to what is no number, which is kept for mistakes of ours here. */
function revisionOf({ resourceVersion = '' }: WatchOptions): number {
  if (!/^\d+$/.test(resourceVersion)) throw badRequest(`resourceVersion: Invalid value: ${JSON.stringify(resourceVersion)}: strconv.ParseUint: parsing ${JSON.stringify(resourceVersion)}: invalid syntax`);
  return Number(resourceVersion);
}

function checkOptions({ sendInitialEvents, resourceVersionMatch, allowWatchBookmarks }: WatchOptions): void {
  const forbid = (field: string, message: string): never => {
    throw invalidOptions([{ reason: 'FieldValueForbidden', field, message: `Forbidden: ${message}` }]);
  };
  if (sendInitialEvents !== undefined && resourceVersionMatch !== 'NotOlderThan') {
    forbid('resourceVersionMatch', `sendInitialEvents requires setting resourceVersionMatch to NotOlderThan`);
  }
  if (sendInitialEvents === undefined && resourceVersionMatch !== undefined) {
    forbid('resourceVersionMatch', 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided');
  }
  if (sendInitialEvents && !allowWatchBookmarks) forbid('allowWatchBookmarks', 'sendInitialEvents requires setting allowWatchBookmarks to true');
}
