import { duplicatesOf } from './names';
import { type Problem, listOf, quote } from './problem';
import { MOUNTABLE_VOLUMES, isReservedContainer, isReservedEnv, isReservedVolume } from './reserved-names';
import { resolved } from './structural';

/**
 * What the schema of `podOverrides` cannot say: reserved and repeated names, mounts without a volume, variables that would be
 * dropped. `ownEnv` are the variables that this agent gets from its other properties.
 */
export function checkPodOverrides(podOverrides: unknown, ownEnv: ReadonlySet<string>, path: string): Problem[] {
  const { volumes, extraContainers, extraInitContainers, volumeMounts, env } = memberOf(podOverrides);
  const containers = [...namedItems(extraContainers, `${path}.extraContainers`), ...namedItems(extraInitContainers, `${path}.extraInitContainers`)];
  const ownVolumes = namedItems(volumes, `${path}.volumes`);
  const mountable = new Set([...ownVolumes.map(({ name }) => name), ...MOUNTABLE_VOLUMES]);
  return [
    ...checkReserved(ownVolumes, isReservedVolume, 'workspace and every name that begins with kelos- belong to the operator', 'rename the volume'),
    ...checkRepeated(ownVolumes),
    ...checkReserved(containers, isReservedContainer, 'names of built-in init containers and every name that begins with kelos- belong to the operator', 'rename the container'),
    ...checkRepeated(containers),
    ...checkMounts(volumeMounts, mountable, `${path}.volumeMounts`),
    ...containers.flatMap(({ item, at }) => checkMounts(item.volumeMounts, mountable, `${at}.volumeMounts`)),
    ...namedItems(env, `${path}.env`)
      .filter(({ name }) => isReservedEnv(name) || ownEnv.has(name))
      .map(({ name, at }): Problem => ({ code: 'reserved-env', path: `${at}.name`, got: quote(name), fix: 'remove it' })),
  ];
}

/** The items of a list that have a certain name. */
export function itemsNamed(list: unknown, wanted: string, path: string): { readonly name: string; readonly at: string }[] {
  return namedItems(list, path).filter(({ name }) => name === wanted);
}

interface NamedItem {
  readonly name: string;
  readonly at: string;
  readonly item: Record<string, unknown>;
}

/** The items of a list that have a name. What is wrong with the others the schema says. */
function namedItems(list: unknown, path: string): NamedItem[] {
  const items = resolved(list);
  if (!Array.isArray(items)) return [];
  return items
    .map((unresolved, index) => ({ item: memberOf(unresolved), at: `${path}[${index}]` }))
    .filter((named): named is NamedItem & { item: { name: string } } => typeof named.item.name === 'string')
    .map(({ item, at }) => ({ name: item.name as string, at, item }));
}

function memberOf(value: unknown): Record<string, unknown> {
  const object = resolved(value);
  return typeof object === 'object' && object !== null ? (object as Record<string, unknown>) : {};
}

function checkReserved(items: NamedItem[], isReserved: (name: string) => boolean, allowed: string, fix: string): Problem[] {
  return items.filter(({ name }) => isReserved(name)).map(({ name, at }) => ({ code: 'reserved-name', path: `${at}.name`, got: quote(name), allowed, fix }));
}

function checkRepeated(items: NamedItem[]): Problem[] {
  return duplicatesOf(items.map(({ name }) => name)).map((name) => {
    const [first, second] = items.filter((item) => item.name === name);
    return { code: 'duplicate', path: second!.at, got: quote(name), allowed: `${first!.at} has the name too`, fix: 'rename one of them' };
  });
}

function checkMounts(mounts: unknown, mountable: ReadonlySet<string>, path: string): Problem[] {
  return namedItems(mounts, path)
    .filter(({ name }) => !mountable.has(name))
    .map(({ name, at }) => ({ code: 'dangling-mount', path: `${at}.name`, got: quote(name), allowed: `the Pod has ${listOf(mountable)}`, fix: 'add the volume to podOverrides.volumes' }));
}
