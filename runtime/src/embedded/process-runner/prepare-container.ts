import type { Container, Pod } from '../pod.ts';
import type { LocalImage, LocalImages, SimulatedContainer, SimulatedImage } from '../images.ts';
import { ConfigError, type ConfigSource } from './config-source.ts';
import type { NodeFacts } from './downward-fields.ts';
import { environmentOf } from './environment.ts';
import { expandVariables } from './expansion.ts';
import type { ContainerProgram, Isolation } from './isolation.ts';
import { mountsOf, type VolumeDirectory } from './mounts.ts';
import type { PodDirectory } from './pod-directory.ts';
import { DEFAULT_TERMINATION_PATH } from './termination-message.ts';
import { fillVolume, volumeFiles } from './volumes.ts';

export interface PrepareFacts {
  readonly pod: Pod;
  readonly container: Container;
  readonly restartCount: number;
  readonly directory: PodDirectory;
  readonly images: LocalImages;
  readonly isolation: Isolation;
  readonly config: ConfigSource;
  readonly node: NodeFacts;
  readonly progress: (line: string) => void;
}

/** Everything a container needs to start. */
export type PreparedContainer =
  | { readonly kind: 'process'; readonly imageID: string; readonly program: ContainerProgram }
  | { readonly kind: 'simulated'; readonly imageID: string; readonly image: SimulatedImage; readonly container: Omit<SimulatedContainer, 'signal'> };

/** Of Linux; the kubelet cuts there, too. */
const LONGEST_HOSTNAME = 63;

/** The image of a container cannot be had. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
}

/** A volume of the Pod cannot be filled yet: the container waits, as it does for a volume that is not mounted. */
export class VolumeError extends Error {
  override readonly name = 'VolumeError';
}

/**
 * Gets what a container needs: image, volumes, variables, command.
 *
 * Errors: `ImageError`, `VolumeError` or `ConfigError`, all of which may pass; anything else is a failure of this machine.
 */
export async function prepareContainer(facts: PrepareFacts): Promise<PreparedContainer> {
  const { pod, container, restartCount, directory, isolation } = facts;
  const image = await resolveImage(facts);
  const isSimulated = 'run' in image;
  const volumes = await prepareVolumes(facts, { inMemory: isSimulated });
  const hostname = pod.metadata.name!.slice(0, LONGEST_HOSTNAME);
  const imageID = `local://${container.image}`;

  if (isSimulated) {
    const env = await environmentOf({ ...facts, defaults: { HOSTNAME: hostname } });
    const command = commandOf(container, undefined, env);
    const { namespace, name } = pod.metadata;
    const simulated = { namespace: namespace!, pod: name!, name: container.name, image: container.image!, command, env: Object.fromEntries(env) };
    return { kind: 'simulated', imageID, image, container: simulated };
  }
  const run = directory.prepareRun(container.name, restartCount);
  const env = await environmentOf({ ...facts, defaults: { ...isolation.defaults(run), HOSTNAME: hostname, ...image.env } });
  const command = commandOf(container, image.command, env);
  if (command.length === 0) throw new ConfigError(`container "${container.name}" has no command, and image "${container.image}" names none on this machine`);
  const termination = { containerPath: container.terminationMessagePath ?? DEFAULT_TERMINATION_PATH, hostPath: run.terminationFile, readOnly: false };
  const security = { ...pod.spec.securityContext, ...container.securityContext };
  return {
    kind: 'process',
    imageID,
    program: {
      ...run,
      image,
      command,
      env,
      hostname,
      workingDir: container.workingDir,
      mounts: [...(await mountsOf(container, volumes, env)), termination],
      user: security.runAsUser,
      group: security.runAsGroup ?? security.runAsUser,
    },
  };
}

async function resolveImage({ container, images, progress }: PrepareFacts): Promise<LocalImage> {
  const name = container.image ?? '';
  const image = await images.resolve(name, { progress }).catch((error: unknown) => {
    throw new ImageError(`image "${name}" could not be installed: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  });
  if (image === undefined) throw new ImageError(images.explainUnknown(name));
  return image;
}

/** Fills every volume of the Pod, so that it does not depend on which container starts first. */
async function prepareVolumes({ pod, directory, config, node }: PrepareFacts, { inMemory }: { inMemory: boolean }): Promise<Map<string, VolumeDirectory>> {
  const volumes = new Map<string, VolumeDirectory>();
  for (const volume of pod.spec.volumes ?? []) {
    try {
      const { persistentVolumeClaim: claim } = volume;
      const path = claim ? directory.claim(pod.metadata.namespace!, checkedClaimName(claim)) : directory.volume(volume.name);
      const files = await volumeFiles(volume, { pod, config, node });
      if (!inMemory) await fillVolume(path, files);
      volumes.set(volume.name, { path, readOnly: files !== undefined });
    } catch (error) {
      if (error instanceof ConfigError) throw new VolumeError(`MountVolume.SetUp failed for volume "${volume.name}" : ${error.message}`, { cause: error });
      throw error;
    }
  }
  return volumes;
}

/** The API takes any text. */
function checkedClaimName({ claimName: name }: { claimName: string }): string {
  if (!/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name)) throw new ConfigError(`"${name}" is not the name of a PersistentVolumeClaim`);
  return name;
}

/** A `command` replaces the entry point of the image and what it passes; `args` alone are passed to it. */
function commandOf({ command, args = [] }: Container, entryPoint: readonly string[] = [], env: ReadonlyMap<string, string>): string[] {
  return [...(command?.length ? command : entryPoint), ...args].map((word) => expandVariables(word, env));
}
