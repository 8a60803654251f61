import type { ApiObject, Duration } from 'cdk8s';
import type * as l1 from './l1';
import { checkJsonPath } from './private/json-path';
import { type Problem, quote } from './private/problem';
import { checkSecret } from './private/secret-check';
import { GITHUB_APP_KEYS } from './private/secret-keys';
import { checkDuration } from './private/shape';
import { typeName } from './private/structural';
import type { SpawnerTemplate } from './private/spawner-templates';
import type { ISecretRef } from './secret-ref';

/** A header of a request whose value is in a Secret. */
export interface HeaderFromSecret {
  /** The name of the header. */
  readonly header: string;
  /** The Secret, in the namespace of the TaskSpawner. */
  readonly secret: ISecretRef;
  /** The key of the Secret. */
  readonly key: string;
}

/** How a text is fetched over HTTP. */
export interface HttpContextSourceOptions {
  /** Where from: a Go template over the variables of the event. Text that is not of the service has to pass through `urlquery`. */
  readonly url: string;
  /**
   * The method of the request.
   *
   * @default 'GET'
   */
  readonly method?: 'GET' | 'POST';
  /**
   * Headers; the values are Go templates. They are readable for who may read the TaskSpawner.
   *
   * @default - none
   */
  readonly headers?: { readonly [name: string]: string };
  /**
   * Headers with values of Secrets, over those of the same name in `headers`; at most 16.
   *
   * @default - none
   */
  readonly headersFrom?: HeaderFromSecret[];
  /**
   * The body of the request: a Go template. Of POST it is JSON, unless a header says otherwise.
   *
   * @default - none
   */
  readonly body?: string;
  /**
   * The Secret of a GitHub App (`appID`, `installationID`, `privateKey`), of whose installation the request carries a token.
   *
   * @default - none: the request carries only its headers
   */
  readonly githubApp?: ISecretRef;
  /**
   * The root of the GitHub API that gives out the token, for a GitHub of your own.
   *
   * @default - that of github.com
   */
  readonly githubApiUrl?: string;
  /**
   * What is taken of the response: a JSONPath such as `$.items[0].name`.
   *
   * @default - all of it
   */
  readonly jsonPath?: string;
  /**
   * How long the request may take, from 1 to 60 whole seconds.
   *
   * @default Duration.seconds(10)
   */
  readonly timeout?: Duration;
  /**
   * The longest response, in bytes; a longer one is a failure. At most 131072.
   *
   * @default 32768
   */
  readonly maxResponseBytes?: number;
  /**
   * Also fetch over http, which who is in between can read and change.
   *
   * @default false
   */
  readonly allowInsecure?: boolean;
  /**
   * What a failure does: `Fail` makes no Task of the event, `Ignore` leaves the text empty.
   *
   * @default 'Fail'
   */
  readonly failurePolicy?: 'Fail' | 'Ignore';
}

/**
 * A text that is fetched for each event of a TaskSpawner, for its templates to read.
 *
 * @example
 *
 * const issues = Trigger.githubIssues();
 * const owners = ContextSource.http('owners', { url: `https://teams.example.com/owners?issue=${issues.event.number}`, jsonPath: '$.team' });
 * new TaskSpawner(this, 'workers', {
 *   trigger: issues,
 *   agent: CodingAgent.claudeCode({ credentials: Credentials.apiKey(SecretRef.fromName('claude')) }),
 *   workspace: Workspace.fromWorkspaceName('shop'),
 *   contextSources: [owners],
 *   prompt: `Fix #${issues.event.number}, and ask ${owners.text} if in doubt.`,
 * });
 */
export class ContextSource {
  /**
   * Fetches over HTTP. A response of another status than 2xx is a failure.
   *
   * @param name by which templates read the text: a letter, then letters, digits and _
   * @param options how it is fetched
   */
  public static http(name: string, options: HttpContextSourceOptions): ContextSource {
    return new ContextSource(name, options);
  }

  /** The expression by which templates of Tasks read the text, names and requests excepted. */
  public readonly text: string;

  private constructor(
    /** The name of the text. */
    public readonly name: string,
    private readonly options: HttpContextSourceOptions,
  ) {
    this.text = `{{.Context.${name}}}`;
  }

  /** @internal */
  public _render(): l1.ContextSource {
    const { githubApp, githubApiUrl, jsonPath, timeout, headersFrom, failurePolicy, ...http } = this.options;
    return {
      name: this.name,
      failurePolicy,
      http: {
        ...http,
        headersFrom: headersFrom?.map(({ header, secret, key }) => ({ header, secretName: secret?.name, secretKey: key })),
        githubAppAuth: githubApp || githubApiUrl !== undefined ? { secretRef: { name: githubApp?.name as string }, apiBaseURL: githubApiUrl } : undefined,
        responseFilter: jsonPath === undefined ? undefined : { type: 'JSONPath', expression: jsonPath },
        timeoutSeconds: timeout?.toSeconds({ integral: false }),
      },
    };
  }

  /** @internal */
  public _checkShape(path: string): Problem[] {
    const { timeout, headersFrom } = this.options;
    const isList = headersFrom === undefined || (Array.isArray(headersFrom) && headersFrom.every((header) => typeof header === 'object' && header !== null));
    return [
      ...(typeof this.name === 'string' ? [] : [{ code: 'type', path: `${path}.name`, got: typeName(this.name), allowed: 'it has to be a text' } as const]),
      ...(isList ? [] : [{ code: 'type', path: `${path}.headersFrom`, got: typeName(headersFrom), allowed: 'it has to be a list of { header, secret, key }' } as const]),
      ...checkDuration(timeout, `${path}.timeout`),
    ];
  }

  /** @internal */
  public _check(from: ApiObject, path: string): Problem[] {
    const { url, allowInsecure, githubApp, githubApiUrl, headersFrom, jsonPath } = this.options;
    return [
      ...(typeof url === 'string' ? checkScheme(url, allowInsecure, `${path}.url`) : []),
      ...(jsonPath === undefined ? [] : checkJsonPath(jsonPath, `${path}.jsonPath`)),
      ...(githubApp || githubApiUrl !== undefined ? checkSecret(from, githubApp, GITHUB_APP_KEYS, 'a GitHub App', `${path}.githubApp`) : []),
      ...(headersFrom ?? []).flatMap(({ header, secret, key }, index) => checkSecret(from, secret, [key], `the header ${header}`, `${path}.headersFrom[${index}].secret`)),
    ];
  }

  /** @internal */
  public _templates(path: string): SpawnerTemplate[] {
    const { url, headers, body } = this.options;
    return [
      { path: `${path}.url`, text: url, place: 'url' },
      ...Object.entries(headers ?? {}).map(([name, text]): SpawnerTemplate => ({ path: `${path}.headers[${JSON.stringify(name)}]`, text, place: 'header' })),
      ...(body === undefined ? [] : [{ path: `${path}.body`, text: body, place: 'body' } as const]),
    ];
  }
}

/** The operator refuses other schemes when it fetches; what a template makes of the beginning it sees only then. */
function checkScheme(url: string, allowInsecure: boolean | undefined, path: string): Problem[] {
  const [scheme] = /^[^{]*?:\/\/|^[^{]{8}/.exec(url) ?? [];
  if (scheme === undefined || scheme === 'https://' || (scheme === 'http://' && allowInsecure)) return [];
  return [{ code: 'invalid-url', path, got: quote(url), allowed: allowInsecure ? 'it has to begin with https:// or http://' : 'it has to begin with https://', fix: scheme === 'http://' ? 'set allowInsecure if there is no other way' : undefined }];
}
