import type { KubeObject } from '@taskwright/runtime/kube';
import { CREDENTIAL_KEYS, type Task, type TaskSpawner } from '@taskwright/schema';
import type { Secret } from '@taskwright/schema/kubernetes';

/** A Secret that the program asks for and does not define: the key it needs, and who needs it. */
export interface NeededSecret {
  readonly namespace: string;
  readonly name: string;
  readonly key: string;
}

/** Finds the credentials of Tasks, and of those that TaskSpawners will make, that no object of the program holds. A cluster has them already; a laptop has an environment. */
export function neededSecrets(objects: readonly KubeObject[]): NeededSecret[] {
  const defined = new Set(objects.filter(({ kind }) => kind === 'Secret').map(({ metadata }) => `${metadata.namespace ?? 'default'}/${metadata.name}`));
  const needed = new Map<string, NeededSecret>();
  for (const object of objects) {
    const { agent, credentials } = accountsOf(object);
    const namespace = object.metadata.namespace ?? 'default';
    for (const { type, secretRef } of credentials) {
      if (!agent || type === 'none' || !secretRef || defined.has(`${namespace}/${secretRef.name}`)) continue;
      const key = CREDENTIAL_KEYS[agent][type];
      needed.set(`${namespace}/${secretRef.name}/${key}`, { namespace, name: secretRef.name, key });
    }
  }
  return [...needed.values()];
}

type WorkerFields = Pick<NonNullable<WrittenTask['spec']>, 'worker' | 'type' | 'credentials'>;

/** The agent that an object starts, and every credential that it may start it with. */
function accountsOf(object: KubeObject): { readonly agent?: NonNullable<WorkerFields['type']>; readonly credentials: readonly NonNullable<WorkerFields['credentials']>[] } {
  const spec: WorkerFields | undefined = isTask(object) ? object.spec : isTaskSpawner(object) ? object.spec?.taskTemplate : undefined;
  const pool = isTaskSpawner(object) ? (object.spec?.credentials ?? []) : [];
  return { agent: spec?.worker?.type ?? spec?.type, credentials: [spec?.worker?.credentials ?? spec?.credentials ?? [], pool].flat() };
}

export function secretWith({ namespace, name, key }: NeededSecret, value: string): Secret {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name }, type: 'Opaque', data: { [key]: Buffer.from(value).toString('base64') } };
}

/** A Task as it may be written, and stored: without a spec. */
export type WrittenTask = Omit<Task, 'spec'> & { readonly spec?: Task['spec'] };

export function isTask(object: KubeObject): object is KubeObject & WrittenTask {
  return object.kind === 'Task' && (object.apiVersion ?? '').startsWith('kelos.dev/');
}

export function isTaskSpawner(object: KubeObject): object is KubeObject & TaskSpawner {
  return object.kind === 'TaskSpawner' && (object.apiVersion ?? '').startsWith('kelos.dev/');
}
