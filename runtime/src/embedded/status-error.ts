import type { JsonObject } from './json.ts';

/** What a `Status` object says about one field. */
export interface StatusCause {
  reason?: string;
  message?: string;
  field?: string;
}

/** The answer of the API server to a request it does not carry out. */
export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: JsonObject;
  status: 'Failure' | 'Success';
  message?: string;
  reason?: string;
  details?: { name?: string; group?: string; kind?: string; uid?: string; causes?: StatusCause[]; retryAfterSeconds?: number };
  code: number;
}

/** Thrown by every rule that refuses a request; the handler turns it into its `Status`. */
export class StatusError extends Error {
  readonly status: Status;

  constructor(code: number, reason: string | undefined, message: string, details?: Status['details']) {
    super(message);
    this.name = 'StatusError';
    this.status = {
      kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message,
      ...(reason === undefined ? {} : { reason }), ...(details === undefined ? {} : { details }), code,
    };
  }
}

export interface GroupResource {
  readonly group: string;
  readonly plural: string;
}

export interface GroupKind {
  readonly group: string;
  readonly kind: string;
}

/** `tasks.kelos.dev`, or `pods` in the core group. */
export function qualifiedPlural({ group, plural }: GroupResource): string {
  return group === '' ? plural : `${plural}.${group}`;
}

export function qualifiedKind({ group, kind }: GroupKind): string {
  return group === '' ? kind : `${kind}.${group}`;
}

function named({ group, plural }: GroupResource, name: string): NonNullable<Status['details']> {
  return { name, ...(group === '' ? {} : { group }), kind: plural };
}

export function notFound(resource: GroupResource, name: string): StatusError {
  return new StatusError(404, 'NotFound', `${qualifiedPlural(resource)} "${name}" not found`, named(resource, name));
}

export function noSuchResource(): StatusError {
  return new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function alreadyExists(resource: GroupResource, name: string): StatusError {
  return new StatusError(409, 'AlreadyExists', `${qualifiedPlural(resource)} "${name}" already exists`, named(resource, name));
}

export function conflict(resource: GroupResource, name: string, why: string, causes?: StatusCause[]): StatusError {
  return new StatusError(409, 'Conflict', `Operation cannot be fulfilled on ${qualifiedPlural(resource)} "${name}": ${why}`,
    { ...named(resource, name), ...(causes === undefined ? {} : { causes }) });
}

export function modifiedMeanwhile(resource: GroupResource, name: string): StatusError {
  return conflict(resource, name, 'the object has been modified; please apply your changes to the latest version and try again');
}

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

export function forbidden(resource: GroupResource, name: string, why: string, causes?: StatusCause[]): StatusError {
  return new StatusError(403, 'Forbidden', `${qualifiedPlural(resource)} "${name}" is forbidden: ${why}`,
    { ...named(resource, name), ...(causes === undefined ? {} : { causes }) });
}

/** One mistake in one field. `message` begins with what is wrong, as the API server words it. */
export interface FieldError {
  readonly reason: 'FieldValueInvalid' | 'FieldValueRequired' | 'FieldValueNotSupported' | 'FieldValueDuplicate' | 'FieldValueForbidden' |
    'FieldValueTypeInvalid' | 'FieldValueTooLong' | 'FieldValueTooMany' | 'FieldValueNotFound';
  readonly field: string;
  readonly message: string;
}

/** 422: every mistake of the object in one answer. */
export function invalid({ group, kind }: GroupKind, name: string, errors: readonly FieldError[]): StatusError {
  const texts = [...new Set(errors.map(({ field, message }) => `${field}: ${message}`))];
  const summary = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  return new StatusError(422, 'Invalid', `${qualifiedKind({ group, kind })} "${name}" is invalid: ${summary}`, {
    name, ...(group === '' ? {} : { group }), kind, causes: errors.map(({ reason, message, field }) => ({ reason, message, field })),
  });
}

export function expired(message: string): StatusError {
  return new StatusError(410, 'Expired', message);
}

export function methodNotAllowed(): StatusError {
  return new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
}

/** A request that met a mistake of ours. The real server recovers and answers the same. */
export function internalError(cause: unknown): StatusError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new StatusError(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });
}

export function unsupportedMediaType(accepted: readonly string[], whatToDo = ''): StatusError {
  return new StatusError(415, 'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}${whatToDo}`);
}
