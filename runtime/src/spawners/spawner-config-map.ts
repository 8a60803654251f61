import { SPAWNER_LABEL, type TaskSpawner, taskSpawnerResource } from '@taskwright/schema';
import { type ConfigMap, configMapResource } from '@taskwright/schema/kubernetes';
import { isNotFound } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import { controllerOf, controllerReference, type KubeObject } from '../kube/object.ts';
import { shorten } from '../tasks/names.ts';

/** A ConfigMap as it was read or written: the next write is of that version and no other. */
export interface Kept {
  readonly version: string;
  readonly uid: string;
}

/** What the ConfigMap of a part is called. */
export function spawnerConfigMapName({ metadata: { name } }: Pick<TaskSpawner, 'metadata'>, part: string): string {
  return shorten(`${name!}-${part}`, 253);
}

/** The ConfigMap in which a part of the operator keeps one text for each TaskSpawner. The part is its component, its key, and the end of its name. */
export class SpawnerConfigMap {
  readonly #client: Pick<KubeClient, 'get' | 'create' | 'patchMerge'>;
  readonly #part: string;

  constructor(client: Pick<KubeClient, 'get' | 'create' | 'patchMerge'>, part: string) {
    this.#client = client;
    this.#part = part;
  }

  nameOf(spawner: Pick<TaskSpawner, 'metadata'>): string {
    return spawnerConfigMapName(spawner, this.#part);
  }

  /** What a former spawner of the name left is there, without its text. `foreign`: somebody else's ConfigMap has the name. */
  async read(spawner: TaskSpawner, signal?: AbortSignal): Promise<(Kept & { readonly text: string }) | 'foreign' | undefined> {
    const found = await this.#found(spawner, signal);
    if (!found) return undefined;
    const { resourceVersion, uid, labels = {} } = found.metadata as KubeObject['metadata'];
    if (Object.entries(this.#labels).some(([name, value]) => labels[name] !== value)) return 'foreign';
    const isOwn = controllerOf(found as KubeObject)?.uid === spawner.metadata.uid;
    return { text: (isOwn && found.data?.[this.#part]) || '', version: resourceVersion!, uid: uid! };
  }

  /** **Errors** Conflict, AlreadyExists or NotFound when it is not any more as it was before. */
  async write(spawner: TaskSpawner, before: Kept | undefined, text: string, signal?: AbortSignal): Promise<Kept> {
    const { namespace, name: spawnerName } = spawner.metadata;
    const name = this.nameOf(spawner);
    const data = { [this.#part]: text };
    const ownerReferences = [{ ...controllerReference(spawner, taskSpawnerResource), blockOwnerDeletion: false }];
    const labels = { ...this.#labels, [SPAWNER_LABEL]: shorten(spawnerName!, 63) };
    const { metadata } = before
      ? await this.#client.patchMerge<KubeObject>(configMapResource, { namespace, name }, { metadata: { uid: before.uid, resourceVersion: before.version, ownerReferences }, data }, { signal })
      : await this.#client.create<KubeObject>(configMapResource, { metadata: { namespace, name, labels, ownerReferences }, data } as KubeObject, { signal });
    return { version: metadata.resourceVersion!, uid: metadata.uid! };
  }

  get #labels(): Readonly<Record<string, string>> {
    return { 'app.kubernetes.io/component': this.#part, 'app.kubernetes.io/managed-by': 'taskwright' };
  }

  async #found(spawner: TaskSpawner, signal?: AbortSignal): Promise<(ConfigMap & KubeObject) | undefined> {
    try {
      return await this.#client.get<ConfigMap & KubeObject>(configMapResource, { namespace: spawner.metadata.namespace!, name: this.nameOf(spawner) }, { signal });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }
}
