import type { ApiObject } from './api-object.ts';
import { fromStored, type Cluster, type Target } from './cluster.ts';
import { parseFieldSelector, selectedName } from './field-selector.ts';
import { isObject } from './json.ts';
import { parseLabelSelector } from './label-selector.ts';
import { badRequest, expired, StatusError, type FieldError } from './status-error.ts';

export interface ListOptions {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: string;
}

export interface ListResult {
  readonly items: ApiObject[];
  readonly metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
}

/**
 * Lists a collection as it is now, or, page by page, as it was when the first page was read.
 *
 * A page whose revision has left the window is 410, and so is a list at an exact revision that has: the client starts again.
 */
export function listObjects({ store }: Cluster, { resource, namespace, name }: Target, options: ListOptions): ListResult {
  const page = options.continue ? decodeContinue(options.continue) : undefined;
  const revision = page?.revision ?? requestedRevision(options, store.revision) ?? store.revision;
  const all = store.listAt(revision, resource.collection, namespace);
  if (all === undefined) {
    throw expired(page === undefined
      ? `The resourceVersion for the provided list is too old.`
      : 'The provided continue parameter is too old to display a consistent list result. You must start a new list without the continue parameter.');
  }

  const fieldsMatch = parseFieldSelector(options.fieldSelector, resource);
  const labelsMatch = parseLabelSelector(options.labelSelector);
  const onlyName = name ?? selectedName(options.fieldSelector);
  const candidates = onlyName === undefined ? all : all.filter(({ metadata }) => metadata.name === onlyName);
  const isAfterPage = ({ metadata }: ApiObject) => page === undefined || continueKey(metadata) > page.after;
  const selected = candidates.map((stored) => fromStored(resource, stored))
    .filter((object) => isAfterPage(object) && labelsMatch(object.metadata.labels) && fieldsMatch(object));

  const limit = options.limit || selected.length;
  const items = selected.slice(0, limit);
  const metadata: ListResult['metadata'] = { resourceVersion: String(revision) };
  if (selected.length > limit) {
    metadata.continue = encodeContinue({ revision, after: continueKey(items.at(-1)!.metadata) });
    if (!options.labelSelector && !options.fieldSelector) metadata.remainingItemCount = selected.length - limit;
  }
  return { items, metadata };
}

/** The revision an exact list asks for; undefined means now. */
function requestedRevision({ resourceVersion, resourceVersionMatch, limit }: ListOptions, current: number): number | undefined {
  checkMatch(resourceVersion, resourceVersionMatch);
  if (resourceVersion === undefined || resourceVersion === '' || resourceVersion === '0') return undefined;
  const revision = parseRevision(resourceVersion);
  if (revision > current) throw tooLarge(revision, current);
  const isExact = resourceVersionMatch === 'Exact' || (resourceVersionMatch === undefined && limit !== undefined && limit > 0);
  return isExact ? revision : undefined;
}

function parseRevision(text: string): number {
  if (!/^\d+$/.test(text)) throw badRequest(`Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

function checkMatch(resourceVersion: string | undefined, match: string | undefined): void {
  if (match === undefined) return;
  const refuse = (message: string): never => {
    throw invalidOptions([{ reason: 'FieldValueForbidden', field: 'resourceVersionMatch', message: `Forbidden: ${message}` }]);
  };
  if (match !== 'Exact' && match !== 'NotOlderThan') {
    throw invalidOptions([{
      reason: 'FieldValueNotSupported', field: 'resourceVersionMatch', message: `Unsupported value: ${JSON.stringify(match)}: supported values: "Exact", "NotOlderThan"`,
    }]);
  }
  if (!resourceVersion) refuse('resourceVersionMatch is forbidden unless resourceVersion is provided');
  if (match === 'Exact' && resourceVersion === '0') refuse('resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
}

/** 422 for the options of a list or watch. */
export function invalidOptions(errors: readonly FieldError[]): StatusError {
  const summary = errors.map(({ field, message }) => `${field}: ${message}`).join(', ');
  return new StatusError(422, 'Invalid', `ListOptions.meta.k8s.io "" is invalid: ${summary}`, {
    group: 'meta.k8s.io', kind: 'ListOptions', causes: errors.map(({ reason, field, message }) => ({ reason, message, field })),
  });
}

function tooLarge(revision: number, current: number): StatusError {
  const message = `Too large resource version: ${revision}, current: ${current}`;
  return new StatusError(504, 'Timeout', message, { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }], retryAfterSeconds: 1 });
}

/** Also orders the objects of all namespaces. */
function continueKey({ namespace, name }: ApiObject['metadata']): string {
  return namespace === undefined ? name! : `${namespace}/${name}`;
}

interface Page {
  readonly revision: number;
  /** The key of the last object that was already sent. */
  readonly after: string;
}

function encodeContinue({ revision, after }: Page): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: `${after}\u0000` })).toString('base64url');
}

function decodeContinue(token: string): Page {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (isObject(value) && typeof value.rv === 'number' && typeof value.start === 'string') return { revision: value.rv, after: value.start.slice(0, -1) };
  } catch {
    // Falls through: a token that is no JSON is as malformed as one without a revision.
  }
  throw badRequest(`continue key is not valid: ${JSON.stringify(token)} was not made by this server; list again without continue`);
}
