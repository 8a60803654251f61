import { cleanText } from './clean-text.ts';
import type { ObservedPod } from '../observed.ts';

const CANNOT_PULL = new Set(['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull', 'ImageInspectError']);
const CANNOT_CREATE = new Set(['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError']);

/**
 * Why a Pod has not started any container, if something is in its way. The same obstacle always gives the same words, though
 * the kubelet's change with every try: each new text would be a write.
 */
export function pendingReason({ metadata, status }: ObservedPod): string | undefined {
  for (const { name, image, state } of [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]) {
    const { reason = '', message = '' } = state?.waiting ?? {};
    if (CANNOT_PULL.has(reason)) return `Image "${cleanText(image)}" cannot be pulled; see the events of Pod "${metadata.name}"`;
    if (CANNOT_CREATE.has(reason)) return `Container "${name}" cannot be created: ${cleanText(message || reason)}`;
  }
  const unschedulable = status?.conditions?.some(({ type, status: value, reason }) => type === 'PodScheduled' && value === 'False' && reason === 'Unschedulable');
  return unschedulable ? `No node can take Pod "${metadata.name}"; see its events` : undefined;
}
