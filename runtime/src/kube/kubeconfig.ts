import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Clock } from './clock.ts';
import type { ClusterConfig } from './cluster-config.ts';
import { type TokenSource, tokenFile } from './token.ts';

/**
 * Reads one context out of kubeconfig files; as in kubectl the first file that names a thing wins.
 *
 * Supported users: client certificate, token, token file. Paths are relative to the file that holds them.
 *
 * **Errors** `Error` naming the file, the context and what is missing, or the way to sign in that is not supported. Never a secret.
 */
export async function readKubeconfig(paths: readonly string[], context: string | undefined, clock: Clock): Promise<ClusterConfig> {
  const files = await Promise.all(paths.map(parseFile));
  const where = paths.join(', ');
  const contextName = context ?? files.find((file) => file.currentContext)?.currentContext;
  if (contextName === undefined) throw new Error(`${where}: no context is selected; pass --context, one of ${namesOf(files, 'contexts')}`);

  const chosen = find(files, 'contexts', contextName, where);
  const cluster = find(files, 'clusters', String(chosen.entry.cluster), where);
  const user = chosen.entry.user === undefined ? undefined : find(files, 'users', String(chosen.entry.user), where);
  if (user) refuseUnsupported(user, where);
  const server = text(cluster, 'server');
  if (server === undefined) throw new Error(`${where}: cluster "${cluster.name}" has no server`);

  const [ca, cert, key] = await Promise.all([
    pem(cluster, 'certificate-authority'),
    user && pem(user, 'client-certificate'),
    user && pem(user, 'client-key'),
  ]);
  return {
    server,
    ca,
    cert,
    key,
    token: user && tokenOf(user, clock),
    tlsServerName: text(cluster, 'tls-server-name'),
    insecureSkipTlsVerify: cluster.entry['insecure-skip-tls-verify'] === true,
    namespace: text(chosen, 'namespace') ?? 'default',
  };
}

type Section = 'contexts' | 'clusters' | 'users';

interface KubeconfigFile {
  readonly dir: string;
  readonly currentContext: string | undefined;
  readonly sections: Readonly<Record<Section, ReadonlyMap<string, Readonly<Record<string, unknown>>>>>;
}

/** A named entry, and the folder its paths are relative to. */
interface Found {
  readonly name: string;
  readonly dir: string;
  readonly entry: Readonly<Record<string, unknown>>;
}

async function parseFile(path: string): Promise<KubeconfigFile> {
  const { parse } = await import('yaml'); // Loaded only here: in a cluster nothing needs it.
  const content = (parse(await readFile(path, 'utf8'), { maxAliasCount: 0 }) ?? {}) as Record<string, unknown>;
  if (typeof content !== 'object') throw new TypeError(`${path}: is no kubeconfig, got ${typeof content}; it should be a YAML mapping`);
  const section = (name: Section, inner: string) => {
    const items = (content[name] ?? []) as Record<string, unknown>[];
    return new Map(items.map((item) => [String(item.name), (item[inner] ?? {}) as Record<string, unknown>]));
  };
  return {
    dir: dirname(resolve(path)),
    currentContext: (content['current-context'] as string | undefined) || undefined,
    sections: { contexts: section('contexts', 'context'), clusters: section('clusters', 'cluster'), users: section('users', 'user') },
  };
}

function find(files: readonly KubeconfigFile[], section: Section, name: string, where: string): Found {
  for (const { dir, sections } of files) {
    const entry = sections[section].get(name);
    if (entry) return { name, dir, entry };
  }
  throw new Error(`${where}: ${section} has no "${name}"; there are ${namesOf(files, section)}`);
}

function namesOf(files: readonly KubeconfigFile[], section: Section): string {
  const names = files.flatMap((file) => [...file.sections[section].keys()]).sort();
  return names.length === 0 ? 'none' : names.slice(0, 10).join(', ');
}

function refuseUnsupported({ name, entry }: Found, where: string): void {
  const way = ['exec', 'auth-provider', 'username'].find((field) => entry[field] !== undefined);
  if (way === undefined) return;
  throw new Error(
    `${where}: user "${name}" signs in with ${way}, which is not supported; use a client certificate, a token or a tokenFile, ` +
      'for instance of a service account: kubectl create token <name>',
  );
}

function text({ entry }: Found, field: string): string | undefined {
  const value = entry[field];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The inline form goes before the file, as in kubectl. */
async function pem(found: Found, field: string): Promise<string | undefined> {
  const inline = text(found, `${field}-data`);
  if (inline !== undefined) return Buffer.from(inline, 'base64').toString();
  const path = text(found, field);
  return path === undefined ? undefined : readFile(resolve(found.dir, path), 'utf8');
}

function tokenOf(user: Found, clock: Clock): TokenSource | undefined {
  const path = text(user, 'tokenFile');
  if (path !== undefined) return tokenFile(resolve(user.dir, path), clock);
  const token = text(user, 'token');
  return token === undefined ? undefined : async () => token;
}
