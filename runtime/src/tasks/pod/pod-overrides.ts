import type { PodOverrides } from '@taskwright/schema';
import type { PodSpec } from '@taskwright/schema/kubernetes';
import { JobBuildError } from '../job-build-error.ts';

/** The init containers of the reference, which its users may rely on being reserved, and ours. */
const RESERVED_CONTAINERS = ['git-clone', 'remote-setup', 'branch-setup', 'workspace-files', 'plugin-setup', 'skills-install'];

/** Throws when an override would take the place of something of ours, or names something twice. */
export function checkPodOverrides({ volumes = [], extraContainers = [], extraInitContainers = [] }: PodOverrides): void {
  const volumeNames = new Set<string>();
  for (const { name } of volumes) {
    if (name.startsWith('kelos-')) throw refuseVolume(`volume name "${name}" uses the reserved prefix "kelos-"`);
    if (name === 'workspace') throw refuseVolume('volume name "workspace" is reserved');
    if (volumeNames.has(name)) throw refuseVolume(`duplicate volume name "${name}"`);
    volumeNames.add(name);
  }

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
    if (name.startsWith('kelos-')) throw refuse(`container name "${name}" uses the reserved prefix "kelos-"`);
    if (RESERVED_CONTAINERS.includes(name)) throw refuse(`container name "${name}" is reserved`);
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
