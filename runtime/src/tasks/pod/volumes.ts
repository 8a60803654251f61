import type { Volume, VolumeMount } from '@taskwright/schema/kubernetes';
import { OUTPUT_SCHEMA } from '@taskwright/schema';
import { childNameOf } from '../names.ts';
import { KNOWN_HOSTS, SSH_KEY } from '../../workspaces/git-access.ts';
import { CLONE_CACHE_DIR, CLONE_CACHE_VOLUME, INPUTS_DIR, OUTPUT_DIR, OUTPUT_SCHEMA_DIR, PLUGIN_DIR, PLUGIN_SOURCE_DIR, SSH_DIR, TOKEN_DIR, WORKSPACE_DIR } from './paths.ts';
import { hasPlugins, type PodRequest } from './pod-request.ts';

type Container = 'prepare' | 'agent';

interface ManagedVolume {
  readonly volume: Volume;
  readonly mount: Omit<VolumeMount, 'name'>;
  readonly mountedIn: readonly Container[];
}

export function podVolumes(request: PodRequest): Volume[] {
  return [...managedVolumes(request).map(({ volume }) => volume), ...(request.worker.podOverrides.volumes ?? [])];
}

export function volumeMounts(request: PodRequest, container: Container): VolumeMount[] {
  const managed = managedVolumes(request).filter(({ mountedIn }) => mountedIn.includes(container));
  const own = managed.map(({ volume, mount }): VolumeMount => ({ name: volume.name, ...mount }));
  return container === 'agent' ? [...own, ...(request.worker.podOverrides.volumeMounts ?? [])] : own;
}

function managedVolumes(request: PodRequest): ManagedVolume[] {
  const { task, workspace, token, sshSecretName, cloneCache, plugins, inputs, outputs } = request;
  const volumes: ManagedVolume[] = [];

  if (workspace) {
    volumes.push({ volume: { name: 'workspace', emptyDir: {} }, mount: { mountPath: WORKSPACE_DIR }, mountedIn: ['prepare', 'agent'] });
  }
  if (token) {
    volumes.push({
      volume: {
        name: 'kelos-github-token',
        secret: { secretName: token.secretName, optional: true, items: [{ key: token.key, path: 'GITHUB_TOKEN' }] },
      },
      mount: { mountPath: TOKEN_DIR, readOnly: true },
      mountedIn: ['prepare', 'agent'],
    });
  }
  if (sshSecretName) {
    volumes.push({
      // Read by its group, which is that of the Pod: ssh refuses a key that others may read.
      volume: { name: 'kelos-git-ssh', secret: { secretName: sshSecretName, defaultMode: 0o440, items: [SSH_KEY, KNOWN_HOSTS].map((key) => ({ key, path: key })) } },
      mount: { mountPath: SSH_DIR, readOnly: true },
      mountedIn: ['prepare', 'agent'],
    });
  }
  if (cloneCache) {
    // Never the agent's: what one agent wrote there would be in the clone of the next.
    volumes.push({ volume: { name: CLONE_CACHE_VOLUME, persistentVolumeClaim: { claimName: cloneCache } }, mount: { mountPath: CLONE_CACHE_DIR }, mountedIn: ['prepare'] });
  }
  if (hasPlugins(request)) {
    volumes.push({ volume: { name: 'kelos-plugin', emptyDir: {} }, mount: { mountPath: PLUGIN_DIR }, mountedIn: ['prepare', 'agent'] });
  }
  if (plugins.items.length > 0) {
    volumes.push({
      volume: { name: 'kelos-plugin-src', configMap: { name: childNameOf(task, 'plugins'), items: [...plugins.items] } },
      mount: { mountPath: PLUGIN_SOURCE_DIR, readOnly: true },
      mountedIn: ['prepare'],
    });
  }
  if (Object.keys(inputs.files).length > 0) {
    volumes.push({
      volume: { name: 'kelos-inputs', configMap: { name: childNameOf(task, 'inputs') } },
      mount: { mountPath: INPUTS_DIR, readOnly: true },
      mountedIn: inputReaders(request),
    });
  }
  if (outputs) {
    volumes.push({
      // From an annotation of the Pod itself: a file of any length, and no object more to write.
      volume: { name: 'kelos-output-schema', downwardAPI: { items: [{ path: 'schema.json', fieldRef: { fieldPath: `metadata.annotations['${OUTPUT_SCHEMA}']` } }] } },
      mount: { mountPath: OUTPUT_SCHEMA_DIR, readOnly: true },
      mountedIn: ['agent'],
    });
    // Of its own, and not in the clone: what an agent leaves must not be committed.
    volumes.push({ volume: { name: 'kelos-outputs', emptyDir: {} }, mount: { mountPath: OUTPUT_DIR }, mountedIn: ['agent'] });
  }
  return volumes;
}

function inputReaders({ inputs }: PodRequest): Container[] {
  return [...('file' in inputs.preparation ? ['prepare' as const] : []), ...(inputs.prompt.file ? ['agent' as const] : [])];
}
