import { isFinishedPod, type Pod } from '../pod.ts';
import { ConfigError } from './config-source.ts';
import type { Problem } from './container-run.ts';
import type { PodFailure } from './plan-pod.ts';
import { ImageError, VolumeError } from './prepare-container.ts';
import { pullDelayMs } from './retry-delay.ts';
import { unsupportedVolume } from './volumes.ts';

/** Missing Secrets and ConfigMaps are tried again when one changes; this is for a change nobody was told of. */
const CONFIG_RETRY_MS = 20_000;

/** Why a container could not be started, in the words of the kubelet, and when it is tried again. */
export function startProblem(error: unknown, { image, failures }: { readonly image: string; readonly failures: number }): { next: Problem; retryMs: number } {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof ImageError) {
    const retryMs = pullDelayMs(failures);
    if (failures === 1) return { next: { reason: 'ErrImagePull', message, failures }, retryMs };
    return { next: { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}": ErrImagePull: ${message}`, failures }, retryMs };
  }
  if (error instanceof VolumeError) return { next: { reason: 'ContainerCreating', message, failures }, retryMs: CONFIG_RETRY_MS };
  if (error instanceof ConfigError) return { next: { reason: 'CreateContainerConfigError', message, failures }, retryMs: CONFIG_RETRY_MS };
  return { next: { reason: 'CreateContainerError', message, failures }, retryMs: pullDelayMs(failures) };
}

/** Whether a Secret or ConfigMap that appears may end the problem. */
export function waitsForConfig(problem: Problem | undefined): boolean {
  return problem?.reason === 'CreateContainerConfigError' || problem?.reason === 'ContainerCreating';
}

/** Why this machine cannot run the Pod at all: it fails, since waiting would not help. */
export function refusalOf(pod: Pod): PodFailure | undefined {
  if (isFinishedPod(pod)) return undefined;
  const message = unsupportedVolume(pod);
  return message === undefined ? undefined : { reason: 'UnsupportedVolume', message };
}
