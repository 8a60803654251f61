import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { HttpFace } from '@taskwright/runtime/embedded';
import { ApiError, HttpTransport, isAlreadyExists, KubeClient, type KubeObject, loadConfig, pathOf, type Resource, sleep, systemClock, type Transport } from '@taskwright/runtime/kube';
import { crds, taskResource } from '@taskwright/schema';
import { jobResource, podResource } from '@taskwright/schema/kubernetes';
import { parse, stringify } from 'yaml';
import { startNode } from './program.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** The API server that both sides of a bench talk to, in a process of its own. */
export interface BenchServer {
  readonly kubeconfig: string;
  readonly url: URL;
  readonly client: KubeClient;
  readonly transport: Transport;
  readonly isEmbedded: boolean;
  /** A kubeconfig like the other, for the same server behind another address of this machine. */
  kubeconfigAt(port: number): string;
  namespace(name: string): Promise<void>;
  /**
   * Removes what a namespace holds, so that the embedded server stays small. A real one keeps it: its controllers would clean up for minutes,
   * beside whatever is measured next.
   */
  empty(namespace: string): Promise<void>;
  close(): Promise<void>;
}

const NAMESPACES: Resource = { group: '', version: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false };
const DEFINITIONS: Resource = { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition', plural: 'customresourcedefinitions', namespaced: false };

/**
 * The server of a kubeconfig, else the embedded one in a child process. It must be on this machine: benches fill it.
 *
 * **Errors** RangeError when it is on another one.
 */
export async function benchServer(kubeconfig: string | undefined): Promise<BenchServer> {
  const folder = temporaryFolder('server');
  const embedded = kubeconfig === undefined ? startNode(new URL('embedded-face.ts', import.meta.url).pathname) : undefined;
  const file = kubeconfig ?? join(folder, 'kubeconfig');
  if (embedded) writeFileSync(file, stringify(kubeconfigOf(JSON.parse(await embedded.line()) as HttpFace)), { mode: 0o600 });
  const config = await loadConfig({ env: {}, home: '', kubeconfig: file });
  const url = new URL(config.server);
  if (!(await isHere(url.hostname))) throw new RangeError(`--kubeconfig: got a server at ${url.hostname}; a bench fills its server, so only one on this machine is allowed`);
  const transport = new HttpTransport(config);
  const client = new KubeClient(transport, { userAgent: 'taskwright-bench' });
  await install(client);
  process.stdout.write(`${JSON.stringify({ server: embedded ? 'the embedded API server, over HTTPS' : `the API server at ${url.origin}` })}\n`);

  return {
    kubeconfig: file,
    url,
    client,
    transport,
    isEmbedded: embedded !== undefined,
    kubeconfigAt(port) {
      const document = parse(readFileSync(file, 'utf8')) as ReturnType<typeof kubeconfigOf>;
      for (const { cluster } of document.clusters) cluster.server = `${url.protocol}//${url.hostname}:${port}`;
      const copy = join(folder, `kubeconfig-${port}`);
      writeFileSync(copy, stringify(document), { mode: 0o600 });
      return copy;
    },
    namespace: async (name) => void (await client.create(NAMESPACES, { metadata: { name } })),
    async empty(namespace) {
      if (!embedded) return;
      const { items } = await client.list(taskResource, { namespace });
      const held = items.filter(({ metadata }) => metadata.finalizers?.length);
      await Promise.all(held.map(({ metadata }) => client.patchMerge(taskResource, { namespace, name: metadata.name! }, { metadata: { finalizers: null } })));
      for (const resource of [taskResource, jobResource, podResource]) {
        await transport.request({ method: 'DELETE', path: `${pathOf(resource, { namespace })}?propagationPolicy=Background`, headers: {} });
      }
      await client.delete(NAMESPACES, { name: namespace });
    },
    async close() {
      await transport.close();
      await embedded?.end();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Only an address of this machine can be listened on. A node has its API server on a bridge. */
function isHere(hostname: string): Promise<boolean> {
  const listener = createServer();
  return new Promise((resolve) => {
    listener.on('error', () => resolve(false));
    listener.listen(0, hostname.replace(/^\[|\]$/g, ''), () => listener.close(() => resolve(true)));
  });
}

async function install(client: KubeClient): Promise<void> {
  for (const definition of crds() as KubeObject[]) {
    try {
      await client.create(DEFINITIONS, definition);
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
  }
  for (const definition of crds()) await served(client, definition as unknown as Definition);
}

/** A real server serves a new kind a moment after its definition. An operator that came before would ask again only after its backoff. */
async function served(client: KubeClient, { spec: { group, names, scope, versions } }: Definition): Promise<void> {
  const { kind, plural } = names;
  const resource: Resource = { group, version: versions.find(({ storage }) => storage)!.name, kind, plural, namespaced: scope === 'Namespaced' };
  for (let attempt = 0; ; attempt += 1) {
    try {
      await client.list(resource, { limit: 1 });
      return;
    } catch (error) {
      if (!(error instanceof ApiError) || attempt === 100) throw error;
      await sleep(systemClock, 100);
    }
  }
}

interface Definition {
  readonly spec: { readonly group: string; readonly scope: string; readonly names: { readonly kind: string; readonly plural: string }; readonly versions: readonly { readonly name: string; readonly storage: boolean }[] };
}

function kubeconfigOf({ url, ca, token }: HttpFace) {
  return {
    'apiVersion': 'v1',
    'kind': 'Config',
    'current-context': 'bench',
    'clusters': [{ name: 'bench', cluster: { 'server': url, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
    'contexts': [{ name: 'bench', context: { cluster: 'bench', user: 'bench' } }],
    'users': [{ name: 'bench', user: { token } }],
  };
}
