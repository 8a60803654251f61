import { AssertionError } from 'node:assert';
import { apiVersionOf } from '../kube/object.ts';
import { admitFields } from './admission.ts';
import { jsonOf, type ApiObject } from './api-object.ts';
import type { Cluster, Target, WriteOptions } from './cluster.ts';
import { createObject } from './create.ts';
import { deleteObject, type DeleteOptions } from './delete.ts';
import { apiGroup, apiGroupList, apiResourceList, coreVersions } from './discovery.ts';
import { isObject, wireJson } from './json.ts';
import { listObjects, type ListOptions } from './list.ts';
import { patchObject } from './patch-object.ts';
import { OpenApi } from './openapi.ts';
import type { PodLogs } from './pod-logs.ts';
import { podLog } from './pod-log-request.ts';
import { presentationFor } from './presentation.ts';
import type { IncludeObject } from './printing/table.ts';
import { readObject } from './read.ts';
import { decodeBody, decodeObject, mediaTypeOf } from './request-body.ts';
import { parsePath, type RequestPath } from './request-path.ts';
import { isTrue, wholeNumber } from './request-query.ts';
import { patchScale, readScale, replaceScale, type ScaleTarget } from './scale.ts';
import { reviewAccess } from './self-subject-review.ts';
import type { Verb } from './served-resource.ts';
import { badRequest, internalError, invalid, methodNotAllowed, StatusError, type Status } from './status-error.ts';
import { replaceObject } from './update.ts';
import { versionInfo } from './version.ts';
import { watchObjects } from './watch.ts';

export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
}

export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Text, or what comes bit by bit until either side ends it. */
  readonly body: string | AsyncIterable<Buffer>;
}

const JSON_TYPE = { 'content-type': 'application/json' };

/**
 * Answers one request, from a socket or from this process.
 *
 * **Guarantee:** a request is carried out in one go, so two never interleave; every refusal is a `Status`.
 */
export class RequestHandler {
  readonly #cluster: Cluster;
  readonly #podLogs: PodLogs | undefined;
  readonly #openApi: OpenApi;

  constructor(cluster: Cluster, podLogs: PodLogs | undefined) {
    this.#cluster = cluster;
    this.#podLogs = podLogs;
    this.#openApi = new OpenApi(cluster.resources);
  }

  async handle(request: ApiRequest): Promise<ApiResponse> {
    try {
      return await this.#dispatch(request);
    } catch (error) {
      // A broken invariant is not an answer: it stops whoever runs the server.
      if (error instanceof AssertionError) throw error;
      const { status } = error instanceof StatusError ? error : internalError(error);
      return json(status.code, status, retryAfter(status));
    }
  }

  #dispatch(request: ApiRequest): ApiResponse | Promise<ApiResponse> {
    const path = parsePath(request.path);
    if (path.of === 'resource') return this.#resource(path, request);
    if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed();
    const { resources } = this.#cluster;
    switch (path.of) {
      case 'core-versions': return json(200, coreVersions());
      case 'groups': return json(200, apiGroupList(resources));
      case 'group': return resources.inGroup(path.group).length === 0 ? pageNotFound() : json(200, apiGroup(resources, path.group));
      case 'version':
        return resources.inVersion(path.group, path.version).length === 0 ? pageNotFound() : json(200, apiResourceList(resources, path.group, path.version));
      case 'other': return this.#other(path.path);
    }
  }

  #other(path: string): ApiResponse {
    if (path === '/version') return json(200, versionInfo);
    if (/^\/(healthz|readyz|livez)$/.test(path)) return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'ok' };
    if (path === '/openapi/v3') return json(200, this.#openApi.index());
    const document = path.startsWith('/openapi/v3/') ? this.#openApi.document(path.slice('/openapi/v3/'.length)) : undefined;
    return document === undefined ? pageNotFound() : { status: 200, headers: JSON_TYPE, body: document };
  }

  #resource(path: RequestPath & { of: 'resource' }, request: ApiRequest): ApiResponse | Promise<ApiResponse> {
    const review = reviewAccess(path, request);
    if (review !== undefined) return json(201, review);
    const resource = this.#cluster.resources.find(path.group, path.version, path.plural);
    if (resource === undefined || (path.namespace !== undefined && !resource.namespaced)) return pageNotFound();
    const target: Target = { ...path, resource };
    if (path.subresource === 'log' && resource.collection === 'pods') {
      if (request.method !== 'GET') throw methodNotAllowed();
      const headers = { 'content-type': 'text/plain' };
      return podLog(this.#cluster, target, request.query, this.#podLogs, request.signal).then((body) => (body ? { status: 200, headers, body } : { status: 204, headers, body: '' }));
    }
    if (resource.namespaced && path.name !== undefined && path.namespace === undefined) return pageNotFound();
    if (path.subresource === 'scale' && resource.scale) return this.#scale({ ...target, resource: { ...resource, scale: resource.scale }, name: path.name! }, request);
    if (path.subresource !== undefined && !this.#hasSubresource(target)) return pageNotFound();
    const verb = verbOf(request, target);
    if (verb === undefined || !resource.verbs.includes(verb)) throw methodNotAllowed();
    return this.#carryOut(verb, target, request);
  }

  #hasSubresource({ resource, subresource }: Target): boolean {
    return (subresource === 'status' && resource.hasStatus) || (subresource === 'finalize' && resource.collection === 'namespaces');
  }

  #scale(target: ScaleTarget, request: ApiRequest): ApiResponse {
    const { method, body, headers } = request;
    const warnings: string[] = [];
    switch (method) {
      case 'GET':
      case 'HEAD': return json(200, readScale(this.#cluster, target));
      case 'PUT': return json(200, replaceScale(this.#cluster, target, body, headers['content-type'], writeOptionsOf(request, warnings)), warningHeader(warnings));
      case 'PATCH': return json(200, patchScale(this.#cluster, target, body, headers['content-type'], writeOptionsOf(request, warnings)), warningHeader(warnings));
      default: throw methodNotAllowed();
    }
  }

  #carryOut(verb: Verb, target: Target, request: ApiRequest): ApiResponse {
    const cluster = this.#cluster;
    const { resource } = target;
    const { query, headers, body } = request;
    const presentation = presentationFor(resource, headers.accept, includeObjectOf(query), () => cluster.clock.now());
    const warnings: string[] = [];
    const answer = (object: ApiObject, status = 200): ApiResponse => (
      { status, headers: { ...JSON_TYPE, ...warningHeader(warnings) }, body: presentation.one(object) });

    switch (verb) {
      case 'get': return answer(readObject(cluster, target));
      case 'list': {
        const { items, metadata } = listObjects(cluster, target, listOptionsOf(query));
        return { status: 200, headers: JSON_TYPE, body: presentation.many(items, metadata) };
      }
      case 'watch': {
        const options = {
          ...listOptionsOf(query),
          ...(query.has('sendInitialEvents') ? { sendInitialEvents: isTrue(query, 'sendInitialEvents') } : {}),
          timeoutSeconds: wholeNumber(query, 'timeoutSeconds') ?? 0,
          allowWatchBookmarks: isTrue(query, 'allowWatchBookmarks'),
        };
        return { status: 200, headers: JSON_TYPE, body: watchObjects(cluster, target, presentation, options, request.signal) };
      }
      case 'create': {
        const options = writeOptionsOf(request, warnings);
        return answer(createObject(cluster, target, this.#sentObject(target, request, options), options), 201);
      }
      case 'update': {
        const options = writeOptionsOf(request, warnings);
        const replaced = replaceObject(cluster, target, this.#sentObject(target, request, options), options);
        return answer(replaced.object, replaced.created ? 201 : 200);
      }
      case 'patch': {
        const patched = patchObject(cluster, target, body, headers['content-type'], isTrue(query, 'force'), patchOptionsOf(request, warnings));
        return answer(patched.object, patched.created ? 201 : 200);
      }
      case 'delete': {
        const { object, gone } = deleteObject(cluster, target, deleteOptionsOf(request));
        return gone && !resource.rules.answersDeletionWithObject ? json(200, deleted(target, object)) : answer(object);
      }
      case 'deletecollection': return this.#deleteCollection(target, request);
    }
  }

  #sentObject({ resource }: Target, { body, headers }: ApiRequest, options: WriteOptions): ApiObject {
    return admitFields(resource, decodeObject(decodeBody(body, headers['content-type']), resource), options);
  }

  #deleteCollection(target: Target, request: ApiRequest): ApiResponse {
    const { items, metadata } = listObjects(this.#cluster, target, listOptionsOf(request.query));
    const options = deleteOptionsOf(request);
    const { resource } = target;
    for (const { metadata: { name, namespace } } of items) {
      deleteObject(this.#cluster, { resource, name: name!, ...(namespace === undefined ? {} : { namespace }) }, options);
    }
    const head = wireJson({ kind: resource.listKind, apiVersion: apiVersionOf(resource), metadata });
    return { status: 200, headers: JSON_TYPE, body: `${head.slice(0, -1)},"items":[${items.map(jsonOf).join(',')}]}` };
  }
}

function verbOf({ method, query }: ApiRequest, { name, subresource }: Target): Verb | undefined {
  switch (method) {
    case 'GET':
    case 'HEAD':
      if (isTrue(query, 'watch')) return 'watch';
      return name === undefined ? 'list' : 'get';
    case 'POST': return name === undefined ? 'create' : undefined;
    case 'PUT': return name === undefined ? undefined : 'update';
    case 'PATCH': return name === undefined ? undefined : 'patch';
    case 'DELETE':
      if (subresource !== undefined) return undefined;
      return name === undefined ? 'deletecollection' : 'delete';
    default: return undefined;
  }
}

function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): ApiResponse {
  return { status, headers: { ...JSON_TYPE, ...headers }, body: wireJson(value) };
}

function pageNotFound(): ApiResponse {
  return { status: 404, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: '404 page not found\n' };
}

function retryAfter({ details }: Status): Record<string, string> {
  return details?.retryAfterSeconds === undefined ? {} : { 'retry-after': String(details.retryAfterSeconds) };
}

function warningHeader(warnings: readonly string[]): Record<string, string> {
  return warnings.length === 0 ? {} : { warning: warnings.map((text) => `299 - ${JSON.stringify(text)}`).join(', ') };
}

function deleted({ resource: { group, plural }, name }: Target, { metadata: { uid } }: ApiObject): Status {
  const details = { name: name!, ...(group === '' ? {} : { group }), kind: plural, uid: uid! };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details, code: 200 };
}

function listOptionsOf(query: URLSearchParams): ListOptions {
  const options: Record<string, string | number> = { limit: wholeNumber(query, 'limit') ?? 0 };
  for (const name of ['labelSelector', 'fieldSelector', 'continue', 'resourceVersion', 'resourceVersionMatch']) {
    const value = query.get(name);
    if (value !== null && value !== '') options[name] = value;
  }
  return options;
}

const OPTIONS_KINDS: Readonly<Record<string, string>> = { POST: 'CreateOptions', PUT: 'UpdateOptions', PATCH: 'PatchOptions' };

function writeOptionsOf({ method, query, headers }: ApiRequest, warnings: string[]): WriteOptions {
  const fieldValidation = query.get('fieldValidation') || 'Warn';
  if (fieldValidation !== 'Strict' && fieldValidation !== 'Warn' && fieldValidation !== 'Ignore') {
    throw unsupportedOption(OPTIONS_KINDS[method]!, 'fieldValidation', fieldValidation, ['', 'Ignore', 'Strict', 'Warn']);
  }
  return {
    dryRun: isDryRun(OPTIONS_KINDS[method]!, query.getAll('dryRun')),
    // As the API server does: without a name for the manager, the client's name is taken.
    fieldManager: query.get('fieldManager') || (headers['user-agent'] ?? 'unknown').split('/')[0]!,
    fieldValidation,
    warn: (text) => warnings.push(text),
  };
}

/** An apply has to say who it is; any other patch may be known by its client. */
function patchOptionsOf(request: ApiRequest, warnings: string[]): WriteOptions {
  const isApply = mediaTypeOf(request.headers['content-type']) === 'application/apply-patch+yaml';
  if (isApply && !request.query.get('fieldManager')) {
    throw new StatusError(422, 'Invalid', 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch');
  }
  return writeOptionsOf(request, warnings);
}

function isDryRun(kind: string, values: readonly unknown[]): boolean {
  if (values.some((value) => value !== 'All' && value !== '')) throw unsupportedOption(kind, 'dryRun', values, ['All']);
  return values.includes('All');
}

/** From the body or, only without one, from the query. */
function deleteOptionsOf({ query, body, headers }: ApiRequest): DeleteOptions {
  const sent = body.length === 0 ? deleteOptionsIn(query) : decodeBody(body, headers['content-type']);
  if (!isObject(sent)) throw badRequest('DeleteOptions is an object');
  const policy = sent.propagationPolicy ?? undefined;
  if (policy !== undefined && policy !== 'Orphan' && policy !== 'Background' && policy !== 'Foreground') {
    throw unsupportedOption('DeleteOptions', 'propagationPolicy', policy, ['Background', 'Foreground', 'Orphan']);
  }
  const grace = sent.gracePeriodSeconds;
  return {
    dryRun: isDryRun('DeleteOptions', Array.isArray(sent.dryRun) ? sent.dryRun : []),
    ...(policy === undefined ? {} : { propagationPolicy: policy }),
    ...(typeof grace === 'number' ? { gracePeriodSeconds: grace } : {}),
    ...(isObject(sent.preconditions) ? { preconditions: sent.preconditions } : {}),
  };
}

function deleteOptionsIn(query: URLSearchParams): object {
  return {
    dryRun: query.getAll('dryRun'), gracePeriodSeconds: wholeNumber(query, 'gracePeriodSeconds'), propagationPolicy: query.get('propagationPolicy') ?? undefined,
  };
}

function unsupportedOption(kind: string, field: string, value: unknown, allowed: readonly string[]): StatusError {
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${allowed.map((option) => JSON.stringify(option)).join(', ')}`;
  return invalid({ group: 'meta.k8s.io', kind }, '', [{ reason: 'FieldValueNotSupported', field, message }]);
}

function includeObjectOf(query: URLSearchParams): IncludeObject {
  const value = query.get('includeObject');
  return value === 'None' || value === 'Object' ? value : 'Metadata';
}
