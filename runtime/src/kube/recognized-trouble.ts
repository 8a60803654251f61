import { type Access, grantCommand, resourceOf, ruleFor, scopeOf } from './access.ts';
import { ApiError, type Status } from './api-error.ts';
import type { Trouble } from './troubles.ts';

/** No answer, or none that could be used: one trouble, whatever was asked. */
export const SERVER = 'server';
/** Who we are is not believed. */
export const CREDENTIALS = 'credentials';
export const RIGHT = 'right ';
export const KIND = 'kind ';

/** A connection that is cut once is no trouble, one that stays away for this long is. */
const TELL_AFTER_MS = 5_000;
/** An API server that comes and goes has recovered when it did not fail for this long. */
const CALM_MS = 30_000;
/** Whoever waits for a kind asks again within a second; by then it may be known why it is not served. */
const KIND_TELL_AFTER_MS = 500;

const CUT = 'the connection was cut';
const SILENT = 'it did not answer in time; check the network and its policies';
const NO_ROUTE = 'there is no route to it; check the network and its policies';
const UNKNOWN_AUTHORITY = 'its certificate is signed by an authority that is not trusted; name that of this cluster in the kubeconfig, or in ca.crt of the service account';

/** What a socket or TLS says, and what to do about it. */
const CAUSES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused; check the address, and that the API server runs',
  ECONNRESET: CUT,
  EPIPE: CUT,
  UND_ERR_SOCKET: CUT,
  EHOSTUNREACH: NO_ROUTE,
  ENETUNREACH: NO_ROUTE,
  ENOTFOUND: 'its name is not known; check the name, and the DNS of the cluster',
  EAI_AGAIN: 'its name could not be looked up; check the DNS of the cluster',
  ETIMEDOUT: SILENT,
  UND_ERR_CONNECT_TIMEOUT: SILENT,
  UND_ERR_HEADERS_TIMEOUT: SILENT,
  UND_ERR_BODY_TIMEOUT: SILENT,
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name; use a name that is in the certificate, or set tls-server-name in the kubeconfig',
  CERT_HAS_EXPIRED: 'its certificate has expired; renew it, and check the clocks of both machines',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet; check the clocks of both machines',
  CERT_SIGNATURE_FAILURE: UNKNOWN_AUTHORITY,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
};

/** Two requests that need the same right have the same key; the single object makes no difference. */
export function rightKey(access: Access): string {
  return `${RIGHT}${access.verb} ${resourceOf(access)} ${access.namespace ?? '*'}`;
}

/** The right that is meant by a key, or `undefined` when it is about something else. */
export function rightOfKey(key: string): Access | undefined {
  const [, verb, resource, group = '', subresource, namespace] = /^right (\S+) ([^\s./]+)(?:\.([^\s/]+))?(?:\/(\S+))? (\S+)$/.exec(key) ?? [];
  if (verb === undefined || resource === undefined) return undefined;
  return { verb, group, resource, ...(subresource === undefined ? {} : { subresource }), ...(namespace === '*' ? {} : { namespace }) };
}

export function kindKey({ group, resource }: Pick<Access, 'group' | 'resource'>): string {
  return `${KIND}${resourceOf({ group, resource })}`;
}

/** Not permitted, with what to type to permit it. */
export function missingRight(access: Access, user: string): Trouble {
  return {
    key: rightKey(access),
    message: `${user} may not ${access.verb} ${resourceOf(access)} ${scopeOf(access)}; install its Role again, or: ${grantCommand(access, user)}`,
    fields: { user, verb: access.verb, resource: resourceOf(access), ...(access.namespace === undefined ? {} : { namespace: access.namespace }), rule: ruleFor(access) },
  };
}

export function unknownKind(access: Access, why: string): Trouble {
  return { key: kindKey(access), message: why, fields: { resource: resourceOf({ group: access.group, resource: access.resource }) }, tellAfterMs: KIND_TELL_AFTER_MS };
}

/** No answer at all. `isNew`: there never was one, so it is told at once. */
export function unreachable(error: unknown, isNew: boolean): Trouble {
  const { message, cause } = error as Error & { cause?: { code?: string } };
  const code = cause?.code;
  const server = /no answer from (\S+?),/.exec(message)?.[1] ?? 'the API server';
  const why = code !== undefined && code in CAUSES ? `${CAUSES[code]!} (${code})` : message;
  return serverTrouble(`no answer from ${server}: ${why}`, { code }, isNew);
}

/** What an answer says about the cluster and not about the object that was asked for. */
export function troubleIn(access: Access | undefined, code: number, status: Status, isNew: boolean): Trouble | undefined {
  if (code === 401) {
    const message = 'the API server does not know us (401 Unauthorized): the token or certificate has expired, was revoked, or is that of another cluster; '
      + 'a token is read from its file again, a kubeconfig has to be renewed';
    return { key: CREDENTIALS, message };
  }
  if (code === 429 || code >= 500) return serverTrouble(`the API server answers ${code} ${status.reason ?? ''}: ${status.message ?? 'without a message'}; look at its log`, { code }, isNew);
  if (access === undefined) return undefined;
  const user = code === 403 ? refusedUser(status) : undefined;
  if (user !== undefined) return missingRight(access, user);
  if (code === 404 && (access.verb === 'watch' || access.verb === 'list')) {
    const resource = resourceOf({ group: access.group, resource: access.resource });
    return { ...unknownKind(access, `${resource} are not served in the version that is asked for; apply the CustomResourceDefinition ${resource}`), isGuess: true };
  }
  return undefined;
}

/** A watch that is answered and then brings nothing: a proxy in between, or a server that starts and ends. */
export function uselessWatch({ message }: Error): Trouble {
  return serverTrouble(message, {}, false);
}

/** Whether the error says something about the cluster: it is among the troubles then, and need not be told for each object it stops. */
export function isAboutCluster(error: unknown): boolean {
  if (!(error instanceof ApiError)) return error instanceof Error && error.message.includes(': no answer from ');
  const { code, status } = error;
  return code === 401 || code === 429 || code >= 500 || refusedUser(status) !== undefined || (code === 404 && status.details?.name === undefined);
}

function serverTrouble(message: string, fields: object, isNew: boolean): Trouble {
  return { key: SERVER, message, fields, tellAfterMs: isNew ? 0 : TELL_AFTER_MS, calmMs: CALM_MS };
}

/** Whom RBAC refused. Quotas, Pod Security, webhooks and namespaces that go answer 403 too, in other words, and mean the object. */
function refusedUser({ reason, message = '' }: Status): string | undefined {
  return reason === 'Forbidden' ? /User "([^"]*)" cannot \w+ resource "/.exec(message)?.[1] : undefined;
}
