import { spawn } from 'node:child_process';
import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { answerLfs, type LfsObjects } from './lfs.ts';

export interface GitServerOptions {
  /** Every bare repository below it is served, and may be pushed to. */
  readonly root: string;
  /** Left out: everybody may read and write. */
  readonly auth?: { readonly username: string; readonly password: string };
  /** A key and its certificate, PEM. Left out: it speaks plain HTTP. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** What it keeps in Git LFS. Left out: it has none. */
  readonly lfs?: LfsObjects;
  /** Answers requests in place of git while it returns a status, as a broken host would. */
  readonly fault?: (request: { readonly method: string; readonly path: string }) => number | undefined;
  /** @default 127.0.0.1 */
  readonly host?: string;
  /** @default a free one */
  readonly port?: number;
  /** What git runs with. @default PATH alone: no configuration of the machine has a say */
  readonly env?: Readonly<Record<string, string>>;
}

export interface GitServer {
  /** `http://127.0.0.1:<port>`, or https; a repository is at `<url>/<path below root>`. */
  readonly url: string;
  /** `<method> <path>` of every request, in order. */
  readonly requests: readonly string[];
  /** How many bytes git has sent, in bodies. */
  sentBytes(): number;
  close(): Promise<void>;
}

/** The headers of a CGI answer are a few lines; more than this is not one. */
const LONGEST_CGI_HEAD_BYTES = 64 * 1024;

/**
 * Serves bare repositories over smart HTTP by the real `git http-backend`: what a clone, fetch or push does here, it does with a host.
 *
 * For tests and the demo, on loopback. Branches, hooks and errors are git's own.
 */
export async function startGitServer(options: GitServerOptions): Promise<GitServer> {
  const requests: string[] = [];
  let sentBytes = 0;
  const host = () => {
    const { address, port } = server.address() as AddressInfo;
    return `${address}:${port}`;
  };
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const path = pathOf(request);
    requests.push(`${request.method} ${path}`);
    if (path === undefined) return refuse(response, 400);
    // A web page reaches loopback by a name of its own that leads there.
    if (request.headers.host !== host()) return refuse(response, 421);
    const fault = options.fault?.({ method: request.method ?? 'GET', path });
    if (fault !== undefined) return refuse(response, fault);
    if (!mayEnter(request, options.auth)) {
      response.setHeader('WWW-Authenticate', 'Basic realm="git"');
      return refuse(response, 401);
    }
    if (options.lfs && answerLfs(request, response, path, options.lfs, url())) return;
    serve(request, response, path, options, (bytes) => { sentBytes += bytes; });
  };
  const server = options.tls ? createTlsServer(options.tls, answer) : createServer(answer);
  const url = () => `${options.tls ? 'https' : 'http'}://${host()}`;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
  });
  return {
    url: url(),
    requests,
    sentBytes: () => sentBytes,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}

/** Undefined for what is not a path. That it stays below the root is checked by git. */
function pathOf({ url = '/' }: IncomingMessage): string | undefined {
  try {
    return decodeURIComponent(url.split('?')[0]!);
  } catch {
    return undefined;
  }
}

function mayEnter({ headers }: IncomingMessage, auth: GitServerOptions['auth']): boolean {
  if (auth === undefined) return true;
  const expected = Buffer.from(`Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`);
  const got = Buffer.from(headers.authorization ?? '');
  return got.length === expected.length && timingSafeEqual(got, expected);
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'Content-Type': 'text/plain' }).end(`${status}\n`);
}

/** One request, as the Common Gateway Interface (RFC 3875) wants it: variables in, a head and a body out. */
function serve(request: IncomingMessage, response: ServerResponse, path: string, { root, auth, env }: GitServerOptions, sent: (bytes: number) => void): void {
  const git = spawn('git', ['-c', 'http.receivepack=true', '-c', 'safe.directory=*', 'http-backend'], {
    env: {
      ...env,
      PATH: env?.PATH ?? '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: path,
      QUERY_STRING: request.url?.split('?')[1] ?? '',
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      CONTENT_LENGTH: request.headers['content-length'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      REMOTE_ADDR: request.socket.remoteAddress ?? '',
      REMOTE_USER: auth?.username ?? 'anonymous',
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  git.once('error', () => (response.headersSent ? response.destroy() : refuse(response, 500)));
  git.stdin.on('error', () => {}); // git may answer before it read everything
  request.pipe(git.stdin);
  response.once('close', () => git.kill());
  void buffer(git.stderr); // drained, so that git never waits; what matters is in the answer

  let head = Buffer.alloc(0);
  const onHead = (chunk: Buffer) => {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end === -1) {
      if (head.length > LONGEST_CGI_HEAD_BYTES) git.kill();
      return;
    }
    git.stdout.off('data', onHead);
    writeHead(response, head.toString('latin1', 0, end));
    response.write(head.subarray(end + 4));
    git.stdout.pipe(response);
  };
  git.stdout.on('data', onHead);
  git.stdout.on('data', ({ length }: Buffer) => sent(length));
  git.once('close', () => {
    if (!response.headersSent) refuse(response, 500);
  });
}

function writeHead(response: ServerResponse, head: string): void {
  let status = 200;
  for (const line of head.split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).trim();
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10);
    else response.appendHeader(name, value);
  }
  response.writeHead(status);
}
