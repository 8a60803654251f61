import type { Container, PodSpec } from '@taskwright/schema/kubernetes';

/** Kinds of volumes that the level allows. */
const VOLUMES = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'persistentVolumeClaim', 'projected', 'secret'];

/**
 * What a Pod does that the Pod Security level `restricted` does not allow, written from the standard itself (version 1.36) and not from what our Pods
 * look like.
 */
export function violationsOf(pod: PodSpec): string[] {
  const { securityContext: ofPod = {} } = pod;
  const containers = [...(pod.initContainers ?? []), ...pod.containers];
  const isSet = (value: unknown) => value !== undefined && value !== false;
  return [
    ...(['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => pod[field]),
    ...(pod.volumes ?? []).filter((volume) => !VOLUMES.some((kind) => kind in volume)).map(({ name }) => `volume ${name}`),
    ...(['sysctls', 'windowsOptions'] as const).filter((field) => ofPod[field] !== undefined),
    ...containers.flatMap((container) => of(container).map((violation) => `${container.name}: ${violation}`)),
  ];

  function of({ securityContext: own = {}, ports = [], livenessProbe, readinessProbe, startupProbe, lifecycle }: Container): string[] {
    const seccomp = (own.seccompProfile ?? ofPod.seccompProfile)?.type;
    const appArmor = (own.appArmorProfile ?? ofPod.appArmorProfile)?.type;
    const probes = [livenessProbe, readinessProbe, startupProbe, lifecycle?.preStop, lifecycle?.postStart];
    return [
      ...(isSet(own.privileged) ? ['privileged'] : []),
      ...(own.allowPrivilegeEscalation === false ? [] : ['allowPrivilegeEscalation']),
      ...(own.capabilities?.drop?.includes('ALL') ? [] : ['capabilities.drop']),
      ...(own.capabilities?.add ?? []).filter((name) => name !== 'NET_BIND_SERVICE').map((name) => `capabilities.add ${name}`),
      ...((own.runAsNonRoot ?? ofPod.runAsNonRoot) === true ? [] : ['runAsNonRoot']),
      ...((own.runAsUser ?? ofPod.runAsUser) === 0 ? ['runAsUser'] : []),
      ...(seccomp === 'RuntimeDefault' || seccomp === 'Localhost' ? [] : ['seccompProfile']),
      ...(appArmor === undefined || appArmor === 'RuntimeDefault' || appArmor === 'Localhost' ? [] : ['appArmorProfile']),
      ...(own.procMount === undefined || own.procMount === 'Default' ? [] : ['procMount']),
      ...(own.seLinuxOptions ?? ofPod.seLinuxOptions) === undefined ? [] : ['seLinuxOptions'],
      ...ports.filter(({ hostPort }) => hostPort).map(() => 'hostPort'),
      ...probes.filter((probe) => probe && ('httpGet' in probe || 'tcpSocket' in probe) && (probe.httpGet?.host || probe.tcpSocket?.host)).map(() => 'host of a probe'),
    ];
  }
}
