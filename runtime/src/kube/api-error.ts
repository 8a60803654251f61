/** What an API server answers when it does not do what it was asked. Extra fields are kept. */
export interface Status {
  readonly apiVersion?: 'v1';
  readonly kind?: 'Status';
  readonly status?: 'Success' | 'Failure';
  readonly message?: string;
  readonly reason?: string;
  readonly code?: number;
  readonly details?: StatusDetails;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly retryAfterSeconds?: number;
  readonly causes?: readonly StatusCause[];
}

export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** An answer of status 400 or more, or an ERROR event of a watch. `reason` is Kubernetes' closed vocabulary: branch on it, never on the message. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: number;
  readonly reason: string;
  readonly status: Status;
  /** How long the server asked us to stay away, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(where: string, status: Status, retryAfterMs?: number) {
    const code = status.code ?? 500;
    const reason = status.reason ?? 'Unknown';
    super(`${where}: ${status.message ?? 'the API server gave no message'} (${code} ${reason})`);
    this.code = code;
    this.reason = reason;
    this.status = status;
    this.retryAfterMs = retryAfterMs ?? (status.details?.retryAfterSeconds === undefined ? undefined : status.details.retryAfterSeconds * 1_000);
  }
}

export function isNotFound(error: unknown): error is ApiError {
  return error instanceof ApiError && error.code === 404;
}

export function isAlreadyExists(error: unknown): error is ApiError {
  return error instanceof ApiError && error.code === 409 && error.reason === 'AlreadyExists';
}

/** Nothing new can be made in a namespace that is being deleted, and none comes back from that. */
export function isNamespaceTerminating(error: unknown): error is ApiError {
  return error instanceof ApiError && error.code === 403 && (error.status.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') ?? false);
}

/** An old resourceVersion, another uid, or a field that another manager owns. */
export function isConflict(error: unknown): error is ApiError {
  return error instanceof ApiError && error.code === 409 && error.reason === 'Conflict';
}

/** The resourceVersion asked for is no longer kept: list again. */
export function isExpired(error: unknown): error is ApiError {
  return error instanceof ApiError && (error.code === 410 || error.reason === 'Expired' || error.reason === 'Gone');
}

/** Reads the Status of an error answer. A proxy may answer without one: then the code has to do. */
export function apiErrorFrom(where: string, code: number, headers: Readonly<Record<string, string>>, body: Buffer): ApiError {
  return new ApiError(where, { code, ...statusIn(body, code, headers['content-type']) }, parseRetryAfter(headers['retry-after']));
}

function statusIn(body: Buffer, code: number, contentType = 'no content type'): Status {
  try {
    const parsed = JSON.parse(body.toString()) as Status | null;
    if (parsed?.kind === 'Status') return parsed;
  } catch {
    // Not JSON: a proxy or a load balancer spoke, not the API server.
  }
  return { message: `answered without a Status object (${contentType}, ${body.length} bytes)`, reason: REASONS[code] ?? 'Unknown' };
}

/** Seconds, as Kubernetes sends it. The date form is not used by API servers and is left to the backoff. */
function parseRetryAfter(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) * 1_000 : undefined;
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};
