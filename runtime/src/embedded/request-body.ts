import { parse as parseYaml, YAMLParseError } from 'yaml';
import { apiVersionOf } from '../kube/object.ts';
import type { ApiObject } from './api-object.ts';
import { isObject, type JsonObject } from './json.ts';
import { malformedMeta } from './object-meta.ts';
import type { ServedResource } from './served-resource.ts';
import { badRequest, StatusError, unsupportedMediaType } from './status-error.ts';

/** How large a request may be, as the API server limits it. */
const LARGEST_BODY_BYTES = 3 * 1024 * 1024;
/** A YAML body may not blow up through its aliases. */
const MOST_YAML_ALIASES = 100;

/** What kubectl makes configmaps, secrets and jobs in when it is given no file. */
export const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const WITHOUT_PROTOBUF = '; protobuf is not read here: let kubectl write the object and apply that, as in: kubectl create … --dry-run=client -o yaml | kubectl apply -f -';

const ACCEPTED = ['application/json', 'application/yaml'];

/** Reads JSON or YAML by content type. Protobuf and everything else is 415, and so is what only some other verb takes. */
export function decodeBody(body: Buffer, contentType: string | undefined, accepted: readonly string[] = ACCEPTED): unknown {
  if (body.length > LARGEST_BODY_BYTES) {
    throw new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${LARGEST_BODY_BYTES}`);
  }
  const mediaType = mediaTypeOf(contentType) || 'application/json';
  if (!accepted.includes(mediaType)) throw unsupportedMediaType(accepted, mediaType === PROTOBUF ? WITHOUT_PROTOBUF : '');
  const text = body.toString();
  try {
    return mediaType.endsWith('yaml') ? decodeYaml(text) : JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof YAMLParseError || error instanceof ReferenceError) {
      throw badRequest(`the object provided is unrecognized (must be of type ${accepted[0]}): ${error.message}`);
    }
    throw error;
  }
}

/** Most of it is JSON, which is YAML, too, and read ten times as fast. */
function decodeYaml(text: string): unknown {
  if (text.startsWith('{')) {
    try {
      return JSON.parse(text);
    } catch {
      // Then it is YAML that begins like JSON.
    }
  }
  return parseYaml(text, { maxAliasCount: MOST_YAML_ALIASES });
}

export function mediaTypeOf(contentType: string | undefined): string {
  return (contentType ?? '').split(';')[0]!.trim().toLowerCase();
}

/** The decoded body as an object of the resource, or 400: kind and version must be those of the URL. */
export function decodeObject(value: unknown, resource: ServedResource): ApiObject {
  if (!isObject(value)) throw badRequest(`couldn't get version/kind; json parse error: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value} into an object`);
  const expected = apiVersionOf(resource);
  const { apiVersion, kind } = value;
  if (resource.custom && (typeof kind !== 'string' || kind === '')) throw badRequest(`Object 'Kind' is missing in '${excerpt(value)}'`);
  if (resource.custom && (typeof apiVersion !== 'string' || apiVersion === '')) throw badRequest(`Object 'apiVersion' is missing in '${excerpt(value)}'`);
  if (kind !== undefined && kind !== '' && kind !== resource.kind) {
    throw badRequest(`${String(kind)} in version "${resource.version}" cannot be handled as a ${resource.kind}: expected kind ${resource.kind}`);
  }
  if (apiVersion !== undefined && apiVersion !== '' && apiVersion !== expected) {
    throw badRequest(`the API version in the data (${String(apiVersion)}) does not match the expected API version (${expected})`);
  }
  const malformed = malformedMeta(value.metadata);
  if (malformed !== undefined) throw badRequest(`${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: ${malformed}`);
  return { ...value, apiVersion: expected, kind: resource.kind, metadata: withoutNulls((value.metadata ?? {}) as JsonObject) };
}

/** Field names only: a value could be a secret. */
function excerpt(value: JsonObject): string {
  return `{${Object.keys(value).map((key) => JSON.stringify(key)).join(',')}}`;
}

function withoutNulls(metadata: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== null));
}
