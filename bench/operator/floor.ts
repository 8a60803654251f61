import { controllerReference, type KubeObject } from '@taskwright/runtime/kube';
import { taskResource } from '@taskwright/schema';
import { type Job, jobResource } from '@taskwright/schema/kubernetes';
import { aTask, inParallel } from '../a-task.ts';
import type { BenchServer } from '../server.ts';
import { modelJob } from './footprint.ts';
import type { OperatorSide } from './side.ts';

const FINALIZER = 'kelos.dev/finalizer';

/**
 * What no operator on this server can exceed, in Tasks per second: each Task is created, gets its finalizer, its Job and a status, as soon as the
 * answer before is there, and nobody watches, decides or tells.
 */
export async function floor(server: BenchServer, start: OperatorSide, namespace: string, tasks: number): Promise<number> {
  const { client } = server;
  const { spec } = await modelJob(server, start, namespace);
  const { backoffLimit, template } = spec as unknown as { backoffLimit: number; template: { metadata: { labels: Record<string, string> }; spec: object } };
  const labels = Object.fromEntries(Object.entries(template.metadata.labels).filter(([name]) => name.startsWith('kelos.dev/')));
  const startedAt = performance.now();
  await inParallel(tasks, async (index) => {
    const at = { namespace, name: `floor-${index}` };
    const created = await client.create(taskResource, aTask(namespace, at.name));
    const { uid, resourceVersion } = (await client.patchMerge(taskResource, at, { metadata: { finalizers: [FINALIZER], resourceVersion: created.metadata.resourceVersion } })).metadata;
    const job = { metadata: { ...at, labels, ownerReferences: [controllerReference(created, taskResource)] }, spec: { backoffLimit, template: { metadata: { labels }, spec: template.spec } } };
    await client.create(jobResource, job as unknown as Job & KubeObject, { metadataOnly: true });
    const admitted = { type: 'Admitted', status: 'True', reason: 'Admitted', message: `Job "${at.name}" was created`, lastTransitionTime: created.metadata.creationTimestamp };
    await client.patchMerge(taskResource, { ...at, subresource: 'status' }, { metadata: { uid, resourceVersion }, status: { phase: 'Pending', jobName: at.name, conditions: [admitted] } });
  });
  return tasks / ((performance.now() - startedAt) / 1_000);
}
