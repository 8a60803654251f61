import { ApiError } from '../../kube/api-error.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { KubeObject, Resource } from '../../kube/object.ts';

/** Where containers and volumes get their configuration: each kind by name, as bytes by key; `undefined` when there is no such object. */
export interface ConfigSource {
  secret(namespace: string, name: string): Promise<ConfigData | undefined>;
  configMap(namespace: string, name: string): Promise<ConfigData | undefined>;
}

export type ConfigData = ReadonlyMap<string, Buffer>;

/** Something a container needs is not there, or not as it should be. It may come: the container waits with this message and is tried again. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export const secretResource: Resource = { group: '', version: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true };
export const configMapResource: Resource = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true };

interface ConfigObject extends KubeObject {
  data?: Record<string, string>;
  binaryData?: Record<string, string>;
}

/** Reads Secrets and ConfigMaps from the API, each time anew. */
export function configFrom(client: KubeClient): ConfigSource {
  const read = async (resource: Resource, namespace: string, name: string) => {
    try {
      return await client.get<ConfigObject>(resource, { namespace, name });
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return undefined;
      throw error;
    }
  };
  return {
    async secret(namespace, name) {
      const object = await read(secretResource, namespace, name);
      return object && decoded(object.data, 'base64');
    },
    async configMap(namespace, name) {
      const object = await read(configMapResource, namespace, name);
      return object && new Map([...decoded(object.data, 'utf8'), ...decoded(object.binaryData, 'base64')]);
    },
  };
}

/** The data of a Secret or ConfigMap that may be optional: empty when it is, and is not there. */
export async function readConfig(source: ConfigSource, kind: 'secret' | 'configMap', { namespace, name, optional = false }: ConfigReference): Promise<ConfigData> {
  const data = await source[kind](namespace, name);
  if (data !== undefined) return data;
  if (optional) return new Map();
  throw new ConfigError(`${kind.toLowerCase()} "${name}" not found`);
}

export interface ConfigReference {
  readonly namespace: string;
  readonly name: string;
  readonly optional?: boolean;
}

function decoded(data: Readonly<Record<string, string>> = {}, encoding: 'base64' | 'utf8'): Map<string, Buffer> {
  return new Map(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, encoding)]));
}
