import type { TaskSpawner } from '@taskwright/schema';
import { ANYTHING, checkTemplate } from 'cdk8s-taskwright/template';

/**
 * Whether one of these variables is read by any template of the spawner. What costs a request of its own for each item is not asked for when nobody reads it:
 * left out, it is an empty text. A template that may print everything it is given reads them all.
 */
export function readsVariables(spawner: TaskSpawner, names: readonly string[]): boolean {
  return variablesOf(spawner).some((name) => name === undefined || names.includes(name));
}

/** A webhook asks for each delivery. */
const known = new WeakMap<TaskSpawner, readonly (string | undefined)[]>();

function variablesOf(spawner: TaskSpawner): readonly (string | undefined)[] {
  const found = known.get(spawner) ?? [...templatesIn(spawner.spec?.taskTemplate)].flatMap((text) => {
    const { variables, printed } = checkTemplate(text, 'template', ANYTHING);
    return [...variables, ...printed.map(({ variable }) => variable)].map(([name]) => name);
  });
  known.set(spawner, found);
  return found;
}

function* templatesIn(value: unknown): Generator<string> {
  if (typeof value === 'string' && value.includes('{{')) yield value;
  if (typeof value === 'object' && value !== null) for (const member of Object.values(value)) yield* templatesIn(member);
}
