import { mkdir, realpath } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import type { Container } from '../pod.ts';
import { ConfigError } from './config-source.ts';
import { expandVariables } from './expansion.ts';

/** A file or directory of this machine, and where the container sees it. */
export interface Mount {
  readonly containerPath: string;
  readonly hostPath: string;
  readonly readOnly: boolean;
}

export interface VolumeDirectory {
  readonly path: string;
  /** Its content comes from the API: no container may change it. */
  readonly readOnly: boolean;
}

type Volumes = ReadonlyMap<string, VolumeDirectory>;

/**
 * What `volumeMounts` come to, given where each volume is. A `subPath` that does not exist becomes a directory; one that leads out of
 * its volume is refused.
 */
export async function mountsOf({ name, volumeMounts = [] }: Container, volumes: Volumes, env: ReadonlyMap<string, string>): Promise<Mount[]> {
  const mounts: Mount[] = [];
  for (const { name: volume, mountPath, readOnly = false, subPath, subPathExpr } of volumeMounts) {
    const found = volumes.get(volume);
    if (found === undefined) throw new ConfigError(`container "${name}" mounts volume "${volume}", which the Pod does not have`);
    const inside = subPath ?? (subPathExpr && expandVariables(subPathExpr, env));
    const hostPath = inside ? await insideVolume(found.path, inside) : found.path;
    mounts.push({ containerPath: withoutSlash(mountPath), hostPath, readOnly: readOnly || found.readOnly });
  }
  return mounts;
}

/** Where the container's `path` is on this machine: below the mount with the longest path that contains it. `undefined`: below none. */
export function hostPathOf(path: string, mounts: readonly Mount[]): string | undefined {
  let best: Mount | undefined;
  for (const mount of mounts) {
    const contains = path === mount.containerPath || path.startsWith(`${mount.containerPath}/`);
    if (contains && mount.containerPath.length > (best?.containerPath.length ?? -1)) best = mount;
  }
  return best && best.hostPath + path.slice(best.containerPath.length);
}

/** Goes one name at a time, since a container may have put a symbolic link there that leads elsewhere. */
async function insideVolume(directory: string, subPath: string): Promise<string> {
  const root = await realpath(directory);
  let current = root;
  for (const name of normalize(`/${subPath}`).split('/').filter(Boolean)) {
    const next = join(current, name);
    const real = await realpath(next).catch(() => undefined);
    if (real === undefined) await mkdir(next);
    current = real ?? next;
    if (!current.startsWith(`${root}/`)) throw new ConfigError(`subPath "${subPath}" leads out of its volume`);
  }
  return current;
}

function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
