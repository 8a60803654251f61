import type { KubeClient } from '../../src/kube/client.ts';
import type { Resource } from '../../src/kube/object.ts';
import type { KubeResponse, Transport } from '../../src/kube/transport.ts';

/** What a contract suite runs against: the embedded server or a real one, through the same transport. */
export interface Connection {
  readonly transport: Transport;
  readonly client: KubeClient;
  /** A namespace of this test's own. */
  namespace(): Promise<string>;
  /** The `clientConfig` of a webhook that converts Crates. */
  readonly webhook?: object;
  /** Lets this much time pass, where the server's clock is ours. */
  readonly advance?: (ms: number) => Promise<void>;
}

export type Connect = () => Promise<Connection>;

export const configMaps: Resource = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true };
export const secrets: Resource = { group: '', version: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true };
export const pods: Resource = { group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true };
export const namespaces: Resource = { group: '', version: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false };
export const jobs: Resource = { group: 'batch', version: 'v1', kind: 'Job', plural: 'jobs', namespaced: true };
export const definitions: Resource = {
  group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition', plural: 'customresourcedefinitions', namespaced: false,
};

/** The status of a refused call, or a failure of the test when it was not refused. */
export async function refusal(call: Promise<unknown>): Promise<{ code: number; reason?: string; message?: string; details?: { causes?: { reason?: string; field?: string; message?: string }[] } }> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error && 'status' in error) return error.status as Awaited<ReturnType<typeof refusal>>;
    throw error;
  }
  throw new Error('the call was carried out, it should have been refused');
}

export function bodyOf({ body }: KubeResponse): unknown {
  return JSON.parse(body.toString());
}
