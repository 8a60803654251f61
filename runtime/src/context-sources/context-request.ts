import type { TaskSpawnerSpec } from '@taskwright/schema';
import { parseTemplate, renderTemplate, TemplateError } from 'cdk8s-taskwright/template';
import type { TextRequest } from './fetch-text.ts';

export type ContextSource = NonNullable<TaskSpawnerSpec['taskTemplate']['contextSources']>[number];
export type HttpContextSource = NonNullable<ContextSource['http']>;

/** What is wrong with a source. It stays so until its author, who keeps the Secret or who answers changes something. */
export class ContextSourceError extends Error {
  override readonly name = 'ContextSourceError';
}

export interface RequestParts {
  readonly variables: Readonly<Record<string, unknown>>;
  /** The decoded keys of a Secret in the namespace of the spawner; `undefined` when there is none. */
  readonly readSecret: (name: string) => Promise<Readonly<Record<string, string>> | undefined>;
  /** A token for `githubAppAuth`. */
  readonly tokenFor: (auth: NonNullable<HttpContextSource['githubAppAuth']>) => Promise<string>;
}

/** Set by whoever sends: a value of somebody else's would tell the server another length, or where to go on. */
const SENDERS_OWN = new Set(['connection', 'content-length', 'expect', 'host', 'keep-alive', 'proxy-authorization', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'accept-encoding']);

/**
 * The request that a source asks for, over the variables of an event. As in the reference a header of `headersFrom` stands over one of the same spelling in
 * `headers`, and the token of an App yields to any `Authorization`.
 *
 * **Errors** {@link ContextSourceError}; what `readSecret` and `tokenFor` throw.
 */
export async function contextRequest(http: HttpContextSource, { variables, readSecret, tokenFor }: RequestParts): Promise<TextRequest> {
  const { method = 'GET', timeoutSeconds = 10, maxResponseBytes = 32_768, allowInsecure = false } = http;
  const url = URL.parse(rendered(http.url, 'url', variables).trim());
  if (!url) throw new ContextSourceError('url does not come to a URL; it has to begin with https://, and text of strangers in it has to pass through urlquery');
  url.hash = '';
  const body = http.body === undefined ? '' : rendered(http.body, 'body', variables);

  const given = new Map(Object.entries(http.headers ?? {}).map(([name, text]) => [name, rendered(text, `headers[${JSON.stringify(name)}]`, variables)]));
  for (const { header, secretName, secretKey } of http.headersFrom ?? []) given.set(header, await secretValue(readSecret, secretName, secretKey));
  const headers = new Map<string, string>([['user-agent', 'taskwright-operator']]);
  for (const [name, value] of given) headers.set(...checkedHeader(name, value));
  if (http.githubAppAuth && !headers.has('authorization')) headers.set('authorization', `token ${await tokenFor(http.githubAppAuth)}`);
  if (method === 'POST' && body !== '' && !headers.has('content-type')) headers.set('content-type', 'application/json');
  return { url, method, headers: Object.fromEntries(headers), ...(body === '' ? {} : { body }), timeoutSeconds, maxResponseBytes, allowInsecure };
}

function rendered(text: string, what: string, variables: Readonly<Record<string, unknown>>): string {
  try {
    return renderTemplate(parseTemplate(text, what), variables, { missingKey: 'error', refusesNoValue: true });
  } catch (error) {
    if (error instanceof TemplateError) throw new ContextSourceError(`${what} is a template that cannot be rendered, ${error.message}`, { cause: error });
    throw error;
  }
}

async function secretValue(readSecret: RequestParts['readSecret'], name: string, key: string): Promise<string> {
  const secret = await readSecret(name);
  if (!secret) throw new ContextSourceError(`there is no Secret "${name}"; create it, or correct headersFrom`);
  const value = Object.hasOwn(secret, key) ? secret[key] : undefined;
  if (value === undefined) throw new ContextSourceError(`Secret "${name}" has no key "${key}"; add it, or correct headersFrom`);
  return value;
}

function checkedHeader(name: string, value: string): [string, string] {
  const lower = name.toLowerCase();
  if (!/^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(lower)) throw new ContextSourceError(`${JSON.stringify(name)} is no name of a header`);
  if (SENDERS_OWN.has(lower)) throw new ContextSourceError(`the header ${name} is set by whoever sends the request; leave it out`);
  if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) throw new ContextSourceError(`the header ${name} has a line break or another sign that no header can have; make its value without`);
  return [lower, value];
}
