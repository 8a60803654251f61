import { PAUSE_ANNOTATION } from '@taskwright/schema';
import { deploymentResource } from '@taskwright/schema/kubernetes';
import type { KubeClient } from '../kube/client.ts';
import { Informer, type InformerOptions } from '../kube/informer.ts';
import type { KubeObject } from '../kube/object.ts';
import type { Pause } from '../spawners/pause.ts';

/** Follows the annotation on the Deployment of the operator, and no other Deployment. One without it, or none at all, pauses nothing. */
export function watchPause(client: KubeClient, deployment: { readonly namespace: string; readonly name: string }, pause: Pause, options: Pick<InformerOptions<KubeObject, never>, 'clock' | 'random' | 'metrics' | 'onError'>): Informer {
  const { namespace, name } = deployment;
  const informer = new Informer(client, { ...options, resource: deploymentResource, namespace, fieldSelector: `metadata.name=${name}`, project: ({ metadata }) => ({ metadata: { ...metadata, managedFields: undefined } }) as KubeObject });
  informer.onChange(({ type, object }) => pause.set(type === 'deleted' ? undefined : object.metadata.annotations?.[PAUSE_ANNOTATION]));
  return informer;
}
