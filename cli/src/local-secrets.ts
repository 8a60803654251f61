import type { KubeObject } from '@taskwright/runtime/kube';
import { CREDENTIAL_KEYS, type Task } from '@taskwright/schema';
import type { Secret } from '@taskwright/schema/kubernetes';

/** A Secret that the program asks for and does not define: the key it needs, and who needs it. */
export interface NeededSecret {
  readonly namespace: string;
  readonly name: string;
  readonly key: string;
}

/** Finds the credentials of Tasks that no object of the program holds. A cluster has them already; a laptop has an environment. */
export function neededSecrets(objects: readonly KubeObject[]): NeededSecret[] {
  const defined = new Set(objects.filter(({ kind }) => kind === 'Secret').map(({ metadata }) => `${metadata.namespace ?? 'default'}/${metadata.name}`));
  const needed = new Map<string, NeededSecret>();
  for (const task of objects.filter(isTask)) {
    const credentials = task.spec?.worker?.credentials ?? task.spec?.credentials;
    const agent = task.spec?.worker?.type ?? task.spec?.type;
    const namespace = task.metadata.namespace ?? 'default';
    if (!agent || !credentials || credentials.type === 'none' || !credentials.secretRef) continue;
    const { name } = credentials.secretRef;
    if (defined.has(`${namespace}/${name}`)) continue;
    const key = CREDENTIAL_KEYS[agent][credentials.type];
    needed.set(`${namespace}/${name}/${key}`, { namespace, name, key });
  }
  return [...needed.values()];
}

export function secretWith({ namespace, name, key }: NeededSecret, value: string): Secret {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name }, type: 'Opaque', data: { [key]: Buffer.from(value).toString('base64') } };
}

/** A Task as it may be written, and stored: without a spec. */
export type WrittenTask = Omit<Task, 'spec'> & { readonly spec?: Task['spec'] };

export function isTask(object: KubeObject): object is KubeObject & WrittenTask {
  return object.kind === 'Task' && (object.apiVersion ?? '').startsWith('kelos.dev/');
}
