import { kinds, resourceOf, taskRecordKind } from '@taskwright/schema';
import { isNotFound } from '../kube/api-error.ts';
import type { KubeClient, KubeList } from '../kube/client.ts';
import type { KubeObject, Resource } from '../kube/object.ts';
import { type Facts, type Properties, Report } from './report.ts';

/** Objects held at a time: one with a long prompt and a long answer may have a hundred kilobytes. */
const PAGE = 100;

export interface CollectOptions extends Omit<Facts, 'k8sVersion'> {
  /** Left out: all of the cluster. */
  readonly namespaces?: readonly string[];
  readonly signal: AbortSignal;
}

/** Looks at every object of our kinds, a page at a time. Throws where that fails: a report that lacks something would be taken for a smaller fleet. */
export async function collect(client: KubeClient, { namespaces, signal, ...facts }: CollectOptions): Promise<Properties> {
  const report = new Report();
  const { gitVersion } = JSON.parse((await client.send({ method: 'GET', path: '/version', signal })).body.toString()) as { gitVersion: string };
  for (const kind of [taskRecordKind, ...kinds.filter((one) => one !== taskRecordKind)]) {
    report.addKind(kind.plural);
    for (const namespace of namespaces ?? [undefined]) {
      for await (const object of objectsOf(client, resourceOf(kind), namespace, signal)) report.add(kind.plural, object);
    }
  }
  return report.properties({ ...facts, k8sVersion: gitVersion });
}

/** A kind that the cluster does not have has no objects. */
async function* objectsOf(client: KubeClient, resource: Resource, namespace: string | undefined, signal: AbortSignal): AsyncGenerator<KubeObject> {
  let next: string | undefined;
  do {
    const page = await client.list(resource, { namespace, limit: PAGE, continue: next, signal }).catch((error: unknown) => {
      if (isNotFound(error)) return { items: [], metadata: {} } as KubeList<KubeObject>;
      throw error;
    });
    yield* page.items;
    next = page.metadata.continue || undefined;
  } while (next !== undefined);
}
