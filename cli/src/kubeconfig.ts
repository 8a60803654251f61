import { stringify } from 'yaml';

/** A kubeconfig for the engine: loopback, nobody to authenticate. */
export function kubeconfigFor(server: string): string {
  const name = 'taskwright';
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server } }],
    users: [{ name, user: {} }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
    'current-context': name,
  });
}
