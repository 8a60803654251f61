import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ConfigMapSource, DownwardAPIFile, Pod, ProjectedSource, Volume } from '../pod.ts';
import { ConfigError, type ConfigSource, readConfig } from './config-source.ts';
import { downwardField, type NodeFacts } from './downward-fields.ts';

export interface VolumeFacts {
  readonly pod: Pod;
  readonly config: ConfigSource;
  readonly node: NodeFacts;
}

/** The sources that a laptop has. */
const SUPPORTED = ['emptyDir', 'secret', 'configMap', 'projected', 'downwardAPI', 'persistentVolumeClaim'] as const;

const DEFAULT_MODE = 0o644;

/** Says which volume cannot exist on this machine, if one cannot. Waiting would not help: the Pod fails. */
export function unsupportedVolume({ spec }: Pod): string | undefined {
  for (const { name, ...source } of spec.volumes ?? []) {
    const kinds = Object.keys(source);
    if (kinds.length === 0 || kinds.some((kind) => (SUPPORTED as readonly string[]).includes(kind))) continue;
    return `volume "${name}" is of kind ${kinds.join(', ')}, which this machine does not have; allowed are ${SUPPORTED.join(', ')}; run this Pod on a cluster`;
  }
  return undefined;
}

/**
 * Makes the directory of a volume what its source says, and can be repeated: files that are no longer there go, others are
 * replaced whole. An emptyDir is left as the containers left it.
 */
export async function fillVolume(directory: string, files: VolumeFiles | undefined): Promise<void> {
  await mkdir(directory, { recursive: true });
  if (files === undefined) return;
  for (const [path, { content, mode }] of files) await replaceFile(join(directory, path), content, mode);
  await removeOthers(directory, new Set(files.keys()));
}

/** Content by path inside the volume. */
export type VolumeFiles = Map<string, { readonly content: Buffer; readonly mode: number }>;

/**
 * What a volume holds; `undefined` when its content belongs to the containers, as that of an emptyDir does.
 *
 * Errors: `ConfigError` when an object or key is missing and not optional.
 */
export async function volumeFiles({ secret, configMap, downwardAPI, projected }: Volume, facts: VolumeFacts): Promise<VolumeFiles | undefined> {
  if (secret) return filesOfSource({ secret: { ...secret, name: secret.secretName! } }, secret.defaultMode, facts);
  if (configMap) return filesOfSource({ configMap }, configMap.defaultMode, facts);
  if (downwardAPI) return filesOfSource({ downwardAPI }, downwardAPI.defaultMode, facts);
  if (!projected) return undefined;
  const files: VolumeFiles = new Map();
  for (const source of projected.sources ?? []) {
    for (const [path, file] of await filesOfSource(source, projected.defaultMode, facts)) files.set(path, file);
  }
  return files;
}

async function filesOfSource(source: ProjectedSource, defaultMode = DEFAULT_MODE, facts: VolumeFacts): Promise<VolumeFiles> {
  if (source.secret) return filesOfConfig('secret', source.secret, defaultMode, facts);
  if (source.configMap) return filesOfConfig('configMap', source.configMap, defaultMode, facts);
  if (source.downwardAPI) return new Map((source.downwardAPI.items ?? []).map((item) => [checkedPath(item.path), downwardFile(item, defaultMode, facts)]));
  throw new ConfigError(`a projected volume cannot have ${Object.keys(source).join(', ')} on this machine; allowed are secret, configMap and downwardAPI`);
}

async function filesOfConfig(kind: 'secret' | 'configMap', source: ConfigMapSource, defaultMode: number, { pod, config }: VolumeFacts): Promise<VolumeFiles> {
  const { name, items, optional = false } = source;
  const data = await readConfig(config, kind, { namespace: pod.metadata.namespace!, name: name!, optional });
  if (items === undefined) return new Map([...data].map(([key, content]) => [checkedPath(key), { content, mode: defaultMode }]));
  const files: VolumeFiles = new Map();
  for (const { key, path, mode = defaultMode } of items) {
    const content = data.get(key);
    if (content !== undefined) files.set(checkedPath(path), { content, mode });
    else if (!optional) throw new ConfigError(`references non-existent ${kind === 'secret' ? 'secret' : 'config'} key: ${key}`);
  }
  return files;
}

function downwardFile({ path, fieldRef, mode }: DownwardAPIFile, defaultMode: number, { pod, node }: VolumeFacts): { content: Buffer; mode: number } {
  const value = fieldRef && downwardField(pod, fieldRef.fieldPath, node);
  if (value === undefined) {
    const from = fieldRef?.fieldPath ?? 'resourceFieldRef';
    throw new ConfigError(`downwardAPI file "${path}": cannot be read from ${from} on this machine; use a fieldRef`);
  }
  return { content: Buffer.from(value), mode: mode ?? defaultMode };
}

/** The API refuses such paths; the directory of a run must not depend on that. */
function checkedPath(path: string): string {
  if (path === '' || path.startsWith('/') || path.split('/').includes('..')) throw new ConfigError(`"${path}" is not a path inside a volume`);
  return path;
}

/** A reader sees the old file or the new one, never half of it. */
async function replaceFile(path: string, content: Buffer, mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const next = `${path}.next`;
  await writeFile(next, content, { mode: 0o600 });
  await chmod(next, mode);
  await rename(next, path);
}

async function removeOthers(directory: string, kept: ReadonlySet<string>): Promise<void> {
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    if (!kept.has(path.slice(directory.length + 1))) await rm(path);
  }
}
