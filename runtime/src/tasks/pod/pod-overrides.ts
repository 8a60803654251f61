import { BUILT_IN_INIT_CONTAINERS, type PodOverrides, RESERVED_PREFIX, WORKSPACE_VOLUME } from '@taskwright/schema';
import type { PodSpec } from '@taskwright/schema/kubernetes';
import { JobBuildError } from '../job-build-error.ts';
import { CLONE_CACHE_VOLUME } from './paths.ts';

/** Who may write to it decides what the agents of later Tasks are given. */
const NOT_FOR_AGENTS = 'the clone cache of the Workspace, which only what prepares a clone may see';

/** Throws when an override would take the place of something of ours, would give it to an agent, or names something twice. */
export function checkPodOverrides({ volumes = [], volumeMounts = [], extraContainers = [], extraInitContainers = [] }: PodOverrides, cloneCache?: string): void {
  const volumeNames = new Set<string>();
  for (const { name, persistentVolumeClaim } of volumes) {
    if (name.startsWith(RESERVED_PREFIX)) throw refuseVolume(`volume name "${name}" uses the reserved prefix "${RESERVED_PREFIX}"`);
    if (name === WORKSPACE_VOLUME) throw refuseVolume(`volume name "${WORKSPACE_VOLUME}" is reserved`);
    if (volumeNames.has(name)) throw refuseVolume(`duplicate volume name "${name}"`);
    if (cloneCache !== undefined && persistentVolumeClaim?.claimName === cloneCache) throw refuseVolume(`volume "${name}" is PersistentVolumeClaim "${cloneCache}", ${NOT_FOR_AGENTS}; use another claim`);
    volumeNames.add(name);
  }

  const mounts = [...volumeMounts, ...[...extraContainers, ...extraInitContainers].flatMap((container) => container.volumeMounts ?? [])];
  if (mounts.some(({ name }) => name === CLONE_CACHE_VOLUME)) throw refuse(`volume "${CLONE_CACHE_VOLUME}" is mounted, ${NOT_FOR_AGENTS}; remove the mount`);

  const regular = containerNames('extraContainers', extraContainers);
  for (const name of containerNames('extraInitContainers', extraInitContainers)) {
    if (regular.has(name)) throw refuse(`container name "${name}" appears in both extraContainers and extraInitContainers`);
  }
}

/** The parts of the Pod that come from the overrides alone. */
export function schedulingOverrides({ nodeSelector, tolerations, affinity, imagePullSecrets, serviceAccountName }: PodOverrides): Partial<PodSpec> {
  return {
    ...(nodeSelector ? { nodeSelector } : {}),
    ...(tolerations ? { tolerations } : {}),
    ...(affinity ? { affinity } : {}),
    ...(imagePullSecrets ? { imagePullSecrets } : {}),
    // The agent reads text from strangers: it gets a token for the API only where someone chose an account for it.
    ...(serviceAccountName ? { serviceAccountName } : { automountServiceAccountToken: false }),
  };
}

function containerNames(list: 'extraContainers' | 'extraInitContainers', containers: readonly { name: string }[]): Set<string> {
  const names = new Set<string>();
  for (const { name } of containers) {
    if (name.startsWith(RESERVED_PREFIX)) throw refuse(`container name "${name}" uses the reserved prefix "${RESERVED_PREFIX}"`);
    if (BUILT_IN_INIT_CONTAINERS.some((builtIn) => builtIn === name)) throw refuse(`container name "${name}" is reserved`);
    if (names.has(name)) throw refuse(`duplicate container name "${name}" in ${list}`);
    names.add(name);
  }
  return names;
}

function refuseVolume(what: string): JobBuildError {
  return new JobBuildError(`podOverrides.volumes: ${what}`);
}

function refuse(what: string): JobBuildError {
  return new JobBuildError(`podOverrides: ${what}`);
}
