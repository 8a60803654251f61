import { type Problem, quote } from './problem';
import { itemsNamed } from './pod-overrides';
import { resolved } from './structural';

/** Variables that every Pod of a pool is given. */
export const POOL_ENV: readonly string[] = ['KELOS_POD_NAME', 'KELOS_POD_NAMESPACE'];

/** What all Tasks of a pool share is not one Task's to say. */
const IGNORED = ['labels', 'activeDeadlineSeconds', 'serviceAccountName'];

/** The container and the volume that bring the program which takes Tasks. The schema lets others have these names. */
const RUNNER_CONTAINER = 'inject-worker-runner';
const RUNNER_VOLUME = 'worker-runner';

/** What a pool drops of the Pod of its agent without a word, and the names that it takes besides those of every Pod. */
export function checkPoolOverrides(options: { readonly podOverrides?: unknown; readonly serviceAccount?: unknown } | undefined, path: string): Problem[] {
  const overrides = (resolved(options?.podOverrides) ?? {}) as { readonly [name: string]: unknown };
  const ignored = IGNORED.filter((name) => overrides[name] !== undefined).map((name) => `${path}.podOverrides.${name}`);
  if (options?.serviceAccount !== undefined) ignored.push(`${path}.serviceAccount`);
  const taken = [
    ...itemsNamed(overrides['volumes'], RUNNER_VOLUME, `${path}.podOverrides.volumes`),
    ...itemsNamed(overrides['extraInitContainers'], RUNNER_CONTAINER, `${path}.podOverrides.extraInitContainers`),
    ...itemsNamed(overrides['extraContainers'], RUNNER_CONTAINER, `${path}.podOverrides.extraContainers`),
  ];
  return [
    ...ignored.map((at): Problem => ({ code: 'excluded', path: at, fix: 'leave it out: a pool ignores it' })),
    ...taken.map(({ name, at }): Problem => ({ code: 'reserved-name', path: `${at}.name`, got: quote(name), allowed: 'it belongs to the Pods of pools', fix: 'rename it' })),
  ];
}
