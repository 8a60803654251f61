import type { ApiObject } from 'cdk8s';
import type { GitCredentials } from './git-credentials';
import type * as l1 from './l1';
import { checkHttpUrl } from './private/http-url';
import type { Problem } from './private/problem';
import { checkSecret } from './private/secret-check';
import { typeName } from './private/structural';
import type { ISecretRef } from './secret-ref';

/** Whose deliveries a gateway takes. */
export type WebhookSourceType = 'github' | 'linear' | 'generic';

/** What a gateway for GitHub does besides taking deliveries. */
export interface GitHubWebhookSourceOptions {
  /**
   * The root of the API of a GitHub Enterprise Server, such as `https://ghe.example.com/api/v3`.
   *
   * @default - that of github.com
   */
  readonly apiBaseUrl?: string;
  /**
   * How the API of GitHub is called, for what a delivery lacks and for reports: `GitCredentials.token` or `GitCredentials.githubApp`.
   *
   * @default - it is not called: nothing is reported, and filters for files see none
   */
  readonly credentials?: GitCredentials;
}

/** How a gateway knows who posts any JSON. */
export interface GenericWebhookSourceOptions {
  /**
   * Holds, under the key `webhook-secret`, what deliveries are signed with, in the header `X-Hub-Signature-256`. The operator of Kelos does not look at it, and lets everybody in.
   *
   * @default - nothing is signed
   */
  readonly secret?: ISecretRef;
}

/** Whose deliveries a gateway takes, and how they are known. */
export abstract class WebhookSource {
  /**
   * Deliveries of GitHub.
   *
   * @param secret holds, under the key `webhook-secret`, what GitHub signs deliveries with
   * @param options what else the gateway does
   */
  public static github(secret: ISecretRef, options: GitHubWebhookSourceOptions = {}): WebhookSource {
    return new GitHubSource(secret, options);
  }

  /**
   * Deliveries of Linear.
   *
   * @param secret holds, under the key `webhook-secret`, what Linear signs deliveries with
   */
  public static linear(secret: ISecretRef): WebhookSource {
    return new LinearSource(secret);
  }

  /**
   * Any JSON, signed as GitHub signs.
   *
   * @param options with what it is signed. Left out: nothing is signed, and whoever reaches the path starts agents, so keep it from the internet
   */
  public static generic(options: GenericWebhookSourceOptions = {}): WebhookSource {
    return new GenericSource(options);
  }

  /** Whose deliveries these are. */
  public abstract readonly type: WebhookSourceType;

  /** @internal */
  public abstract _render(): l1.WebhookGatewaySpec;

  /** @internal */
  public abstract _check(from: ApiObject, path: string): Problem[];
}

/** The key under which a gateway looks for what deliveries are signed with. */
const SIGNING_KEY = 'webhook-secret';

function checkSigningSecret(from: ApiObject, secret: ISecretRef, path: string): Problem[] {
  return checkSecret(from, secret, [SIGNING_KEY], 'a gateway', `${path}.secret`, `rename the key to ${SIGNING_KEY}, or pass the Secret that has it`);
}

class GitHubSource extends WebhookSource {
  public readonly type = 'github';

  public constructor(private readonly secret: ISecretRef, private readonly options: GitHubWebhookSourceOptions) {
    super();
  }

  public _render(): l1.WebhookGatewaySpec {
    const { apiBaseUrl, credentials } = this.options;
    return { github: { secretRef: { name: this.secret?.name }, apiBaseURL: apiBaseUrl, credentialsRef: credentials && { name: credentials.secret?.name } } };
  }

  public _check(from: ApiObject, path: string): Problem[] {
    const { apiBaseUrl, credentials } = this.options;
    return [
      ...checkSigningSecret(from, this.secret, path),
      ...checkHttpUrl(apiBaseUrl, `${path}.apiBaseUrl`, 'https://ghe.example.com/api/v3'),
      ...(credentials ? checkApiCredentials(from, credentials, `${path}.credentials`) : []),
    ];
  }
}

const API_CREDENTIALS = 'GitCredentials.token(secret) or .githubApp(secret)';

/** What git takes, the API of GitHub need not. */
function checkApiCredentials(from: ApiObject, credentials: GitCredentials, path: string): Problem[] {
  if (!Array.isArray(credentials.keys)) return [{ code: 'type', path, got: typeName(credentials), fix: `pass ${API_CREDENTIALS}` }];
  const { keys, secret, repositories } = credentials;
  if (!keys.includes('GITHUB_TOKEN') && !keys.includes('appID')) {
    return [{ code: 'enum', path, got: `a Secret with ${keys.join(' and ')}`, allowed: 'the API of GitHub takes a token or an App', fix: `pass ${API_CREDENTIALS}` }];
  }
  const problems = checkSecret(from, secret, keys, 'the gateway', path);
  if (repositories.length > 0) problems.push({ code: 'unknown-field', path: `${path}.repositories`, allowed: 'a gateway gets a token for all repositories of the App', fix: 'leave it out' });
  return problems;
}

class LinearSource extends WebhookSource {
  public readonly type = 'linear';

  public constructor(private readonly secret: ISecretRef) {
    super();
  }

  public _render(): l1.WebhookGatewaySpec {
    return { linear: { secretRef: { name: this.secret?.name } } };
  }

  public _check(from: ApiObject, path: string): Problem[] {
    return checkSigningSecret(from, this.secret, path);
  }
}

class GenericSource extends WebhookSource {
  public readonly type = 'generic';

  public constructor(private readonly options: GenericWebhookSourceOptions) {
    super();
  }

  public _render(): l1.WebhookGatewaySpec {
    const { secret } = this.options;
    return { generic: secret ? { secretRef: { name: secret.name } } : {} };
  }

  public _check(from: ApiObject, path: string): Problem[] {
    const { secret } = this.options;
    return secret ? checkSigningSecret(from, secret, path) : [];
  }
}
