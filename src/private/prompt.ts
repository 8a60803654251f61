import { type Shape, TEXT } from '../template/shape';
import { checkTemplate } from '../template/checker';
import type { Problem } from './problem';

/** What a Task leaves to those that depend on it. */
const LEFT: Shape = {
  kind: 'record',
  fields: new Map<string, Shape>([['Name', TEXT], ['Outputs', { kind: 'list', of: TEXT }], ['Results', { kind: 'dictionary', of: TEXT }]]),
};

/** Checks the prompt of a Task that depends on others: it is a Go template over `.Deps`. */
export function checkPrompt(prompt: string, dependencies: readonly string[]): Problem[] {
  const deps: Shape = { kind: 'record', fields: new Map(dependencies.map((name) => [name, LEFT])), fix: 'add that Task to dependsOn' };
  const { findings } = checkTemplate(prompt, 'prompt', { kind: 'record', fields: new Map([['Deps', deps]]) });
  return findings.map(({ line, column, ...finding }) => ({ ...finding, path: `prompt, line ${line}, column ${column}` }));
}
