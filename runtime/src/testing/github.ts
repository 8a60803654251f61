import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { Clock } from '../kube/clock.ts';

export interface GitHubOptions {
  readonly clock: Clock;
  /** The root of its REST API. @default https://api.github.com */
  readonly apiUrl?: string;
  /** How long a token lives. @default an hour, as everywhere */
  readonly lifetimeMs?: number;
}

export interface Installation {
  /** Names, without the owner. */
  readonly repositories: readonly string[];
  isSuspended?: boolean;
}

export interface RegisteredApp {
  readonly appId: string;
  /** What it is called in addresses, and, with `[bot]`, where it writes. @default app-<appId> */
  readonly slug?: string;
  /** PEM, or a key. */
  readonly publicKey: string | KeyObject;
  /** By their id. */
  readonly installations: Record<string, Installation>;
}

export interface IssuedToken {
  /** Whose App. */
  readonly app: { readonly id: number; readonly slug: string };
  readonly token: string;
  readonly installationId: string;
  readonly repositories: readonly string[];
  readonly expiresAt: Date;
}

const LIFETIME_MS = 3_600_000;
/** A JWT may end no later than this from now. */
const LONGEST_JWT_SECONDS = 600;

/**
 * The part of GitHub's REST API that gives tokens to Apps, as its documentation describes it (REST API, version 2022-11-28, "Create an
 * installation access token for an app"), with its answers to what is wrong. It is called in place of `fetch`.
 */
export class GitHub {
  readonly #options: GitHubOptions;
  readonly #apps: RegisteredApp[] = [];
  /** Every token there was, the oldest first. */
  readonly issued: IssuedToken[] = [];
  /** `<method> <url>` of every request, in order. */
  readonly requests: string[] = [];
  /** Answers in place of GitHub while it is set; undefined for a connection that is refused. */
  fault?: () => Response | undefined;

  constructor(options: GitHubOptions) {
    this.#options = options;
  }

  register(app: RegisteredApp): void {
    this.#apps.push(app);
  }

  /** Whether git and the API would take it now. */
  isValid(token: string): boolean {
    const issued = this.issued.find((candidate) => candidate.token === token);
    return issued !== undefined && issued.expiresAt > this.#options.clock.now();
  }

  readonly fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const request = new Request(input, { ...init, signal: null });
    this.requests.push(`${request.method} ${request.url}`);
    if (this.fault) {
      const answer = this.fault();
      if (!answer) throw new TypeError('fetch failed', { cause: Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }) });
      return answer;
    }
    return this.#answer(request);
  };

  async #answer(request: Request): Promise<Response> {
    const { apiUrl = 'https://api.github.com', clock, lifetimeMs = LIFETIME_MS } = this.#options;
    const isAboutApp = request.method === 'GET' && request.url === `${apiUrl}/app`;
    const [, installationId] = /^\/app\/installations\/([^/]+)\/access_tokens$/.exec(request.url.slice(apiUrl.length)) ?? [];
    if (!request.url.startsWith(apiUrl) || (!isAboutApp && (request.method !== 'POST' || installationId === undefined))) return this.#json(404, { message: 'Not Found' });
    const app = this.#appOf(request.headers.get('authorization') ?? '');
    if (typeof app === 'string') return this.#json(app === 'Integration not found' ? 404 : 401, { message: app });
    if (isAboutApp) return this.#json(200, { ...nameOf(app), name: nameOf(app).slug });

    const installation = app.installations[installationId!];
    if (!installation) return this.#json(404, { message: 'Not Found' });
    if (installation.isSuspended) return this.#json(403, { message: 'This installation has been suspended' });
    const { repositories = installation.repositories } = JSON.parse((await request.text()) || '{}') as { repositories?: string[] };
    if (!repositories.every((name) => installation.repositories.includes(name))) {
      return this.#json(422, { message: 'There is at least one repository that does not exist or is not accessible to the parent installation.' });
    }
    const expiresAt = new Date(Math.floor((clock.now().getTime() + lifetimeMs) / 1000) * 1000);
    const token = `ghs_${String(this.issued.length).padStart(36, '0')}`;
    this.issued.push({ app: nameOf(app), token, installationId: installationId!, repositories, expiresAt });
    return this.#json(201, {
      token, expires_at: expiresAt.toISOString().replace('.000', ''), permissions: { contents: 'write', metadata: 'read' }, repository_selection: 'selected',
    });
  }

  /** The App that a JWT proves, or what GitHub says of it. */
  #appOf(authorization: string): RegisteredApp | string {
    const [head = '', body = '', signature = ''] = authorization.replace(/^bearer /i, '').split('.');
    let claims: { iss?: string; iat?: number; exp?: number };
    try {
      claims = JSON.parse(Buffer.from(body, 'base64url').toString());
    } catch {
      return 'A JSON web token could not be decoded';
    }
    const nowSeconds = this.#options.clock.now().getTime() / 1000;
    const app = this.#apps.find(({ appId }) => appId === claims.iss);
    if (!app) return 'Integration not found';
    const key = typeof app.publicKey === 'string' ? createPublicKey(app.publicKey) : app.publicKey;
    if (!verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))) return 'A JSON web token could not be decoded';
    if (!((claims.iat ?? Infinity) <= nowSeconds)) return "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued";
    if (!((claims.exp ?? 0) > nowSeconds)) return "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires";
    if (claims.exp! > nowSeconds + LONGEST_JWT_SECONDS) return "'Expiration time' claim ('exp') is too far in the future";
    return app;
  }

  #json(status: number, body: object): Response {
    const date = this.#options.clock.now().toUTCString();
    return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json; charset=utf-8', date } });
  }
}

function nameOf({ appId, slug = `app-${appId}` }: RegisteredApp): IssuedToken['app'] {
  return { id: Number(appId), slug };
}
