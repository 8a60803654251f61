import type { Container, EnvVar, KeySelector, Pod } from '../pod.ts';
import { ConfigError, type ConfigSource, readConfig } from './config-source.ts';
import { downwardField, type NodeFacts, resourceField } from './downward-fields.ts';
import { expandVariables } from './expansion.ts';

export interface EnvironmentFacts {
  readonly pod: Pod;
  readonly container: Container;
  /** What the image and the machine set: the weakest. */
  readonly defaults: Readonly<Record<string, string>>;
  readonly config: ConfigSource;
  readonly node: NodeFacts;
}

/**
 * The variables of a container: what the image sets, then `envFrom`, then `env`, the later winning. A value may refer to
 * variables before it by `$(NAME)`.
 *
 * Errors: `ConfigError` naming the object or key that is missing and is not optional. Never a value.
 */
export async function environmentOf({ pod, container, defaults, config, node }: EnvironmentFacts): Promise<Map<string, string>> {
  const namespace = pod.metadata.namespace!;
  const variables = new Map<string, string>();
  for (const { prefix = '', secretRef, configMapRef } of container.envFrom ?? []) {
    const reference = secretRef ?? configMapRef;
    if (reference === undefined) continue;
    const data = await readConfig(config, secretRef ? 'secret' : 'configMap', { namespace, name: reference.name!, optional: reference.optional ?? false });
    for (const [key, value] of data) variables.set(prefix + key, value.toString());
  }
  for (const variable of container.env ?? []) {
    const value = await valueOf(variable, { pod, container, config, node }, variables);
    if (value !== undefined) variables.set(variable.name, value);
  }
  return new Map([...Object.entries(defaults), ...variables]);
}

type ValueFacts = Omit<EnvironmentFacts, 'defaults'>;

/** `undefined`: optional, and not there. */
async function valueOf({ name, value, valueFrom }: EnvVar, facts: ValueFacts, before: ReadonlyMap<string, string>): Promise<string | undefined> {
  const { pod, container, config, node } = facts;
  if (valueFrom === undefined) return expandVariables(value ?? '', before);
  const namespace = pod.metadata.namespace!;
  const { secretKeyRef, configMapKeyRef, fieldRef, resourceFieldRef } = valueFrom;
  if (secretKeyRef) return valueByKey(config, 'secret', namespace, secretKeyRef);
  if (configMapKeyRef) return valueByKey(config, 'configMap', namespace, configMapKeyRef);
  const field = fieldRef && downwardField(pod, fieldRef.fieldPath, node);
  const found = field ?? (resourceFieldRef && resourceField(container, resourceFieldRef.resource, resourceFieldRef.divisor));
  if (found !== undefined) return found;
  const what = fieldRef?.fieldPath ?? resourceFieldRef?.resource ?? Object.keys(valueFrom).join(', ');
  throw new ConfigError(`env ${name}: cannot be read from ${what || 'an empty valueFrom'}; allowed are secretKeyRef, configMapKeyRef, fieldRef and resourceFieldRef`);
}

async function valueByKey(config: ConfigSource, kind: 'secret' | 'configMap', namespace: string, selector: KeySelector): Promise<string | undefined> {
  const { name, key, optional = false } = selector;
  const data = await readConfig(config, kind, { namespace, name: name!, optional });
  const value = data.get(key);
  if (value === undefined && !optional) throw new ConfigError(`couldn't find key ${key} in ${kind === 'secret' ? 'Secret' : 'ConfigMap'} ${namespace}/${name}`);
  return value?.toString();
}
