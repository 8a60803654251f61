import { type ConfigMap, configMapResource } from '@taskwright/schema/kubernetes';
import { isAlreadyExists, isConflict, isNotFound } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import type { KubeObject } from '../kube/object.ts';

const NAME = 'taskwright-telemetry';
const KEY = 'installationId';
/** Somebody else may write between a look and a write, and hardly a second time. */
const MOST_LOOKS = 3;

/** What tells one installation from another, and says nothing else: made up once, and kept in a ConfigMap of the operator's namespace. Whoever deletes it is another installation. */
export async function installationId(client: KubeClient, { namespace, newId, signal }: { namespace: string; newId: () => string; signal: AbortSignal }): Promise<string> {
  for (let look = 1; ; look += 1) {
    const found = await client.get<ConfigMap & KubeObject>(configMapResource, { namespace, name: NAME }, { signal }).catch((error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
    const known = found?.data?.[KEY]?.trim();
    if (known) return known;
    const data = { [KEY]: newId() };
    try {
      if (found) await client.patchMerge(configMapResource, { namespace, name: NAME }, { metadata: { resourceVersion: found.metadata.resourceVersion }, data }, { signal });
      else await client.create(configMapResource, { metadata: { namespace, name: NAME }, data } as KubeObject, { signal });
      return data[KEY]!;
    } catch (error) {
      // Another report was as early: its id is the one.
      if (look === MOST_LOOKS || !(isAlreadyExists(error) || isConflict(error))) throw error;
    }
  }
}
