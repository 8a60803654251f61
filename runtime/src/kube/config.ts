import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, systemClock } from './clock.ts';
import type { ClusterConfig } from './cluster-config.ts';
import { readKubeconfig } from './kubeconfig.ts';
import { tokenFile } from './token.ts';

export interface ConfigOptions {
  /** The environment of the process: only entry points read it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** A kubeconfig given by hand; it goes before everything else. */
  readonly kubeconfig?: string;
  /** Default: the kubeconfig's current context. */
  readonly context?: string;
  readonly clock?: Clock;
  /** Where a Pod finds its service account. Only tests move it. */
  readonly serviceAccountDir?: string;
}

/**
 * Finds the cluster as every Kubernetes program does: the kubeconfig given, `$KUBECONFIG`, the Pod's own service account,
 * `~/.kube/config`.
 *
 * **Errors** `Error` that says what was looked for, or which part of the kubeconfig is missing or not supported.
 */
export async function loadConfig(options: ConfigOptions): Promise<ClusterConfig> {
  const { env, home, kubeconfig, clock = systemClock } = options;
  const given = kubeconfig ?? env.KUBECONFIG;
  if (given) return readKubeconfig(given.split(':').filter(Boolean), options.context, clock);
  if (env.KUBERNETES_SERVICE_HOST && options.context === undefined) return inCluster(options);
  const path = join(home, '.kube', 'config');
  if (await exists(path)) return readKubeconfig([path], options.context, clock);
  throw new Error(`no cluster: neither $KUBECONFIG nor ${path} exists, and this is no Pod; pass --kubeconfig`);
}

async function inCluster({ env, clock = systemClock, serviceAccountDir = SERVICE_ACCOUNT_DIR }: ConfigOptions): Promise<ClusterConfig> {
  const host = env.KUBERNETES_SERVICE_HOST!;
  const [ca, namespace] = await Promise.all(['ca.crt', 'namespace'].map((file) => readFile(join(serviceAccountDir, file), 'utf8')));
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${env.KUBERNETES_SERVICE_PORT ?? '443'}`,
    ca: ca!,
    token: tokenFile(join(serviceAccountDir, 'token'), clock),
    namespace: namespace!.trim(),
  };
}

const SERVICE_ACCOUNT_DIR = '/var/run/secrets/kubernetes.io/serviceaccount';

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
