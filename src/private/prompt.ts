import { type Shape, TEXT } from '../template/shape';
import { checkTemplate } from '../template/checker';
import { COMMON_RESULTS } from './output-bounds';
import { type Problem, listOf } from './problem';

/** A Task that a prompt may read from. */
export interface Dependency {
  readonly name: string;
  /** The outputs that it declares: it leaves these, and what every agent leaves. Left out: that is not known before. */
  readonly outputs?: readonly string[];
}

const ANY_RESULTS: Shape = { kind: 'dictionary', of: TEXT };

/** Checks the prompt of a Task that depends on others: it is a Go template over `.Deps`. */
export function checkPrompt(prompt: string, dependencies: readonly Dependency[]): Problem[] {
  const deps: Shape = { kind: 'record', fields: new Map(dependencies.map((dependency) => [dependency.name, leftBy(dependency)])), fix: 'add that Task to dependsOn' };
  const { findings } = checkTemplate(prompt, 'prompt', { kind: 'record', fields: new Map([['Deps', deps]]) });
  return findings.map(({ line, column, ...finding }) => ({ ...finding, path: `prompt, line ${line}, column ${column}` }));
}

/** What a Task leaves to those that depend on it. */
function leftBy({ outputs }: Dependency): Shape {
  return { kind: 'record', fields: new Map<string, Shape>([['Name', TEXT], ['Outputs', { kind: 'list', of: TEXT }], ['Results', outputs ? resultsOf(outputs) : ANY_RESULTS]]) };
}

function resultsOf(outputs: readonly string[]): Shape {
  const names = [...COMMON_RESULTS, ...outputs];
  return { kind: 'record', fields: new Map(names.map((name) => [name, TEXT])), fix: `the outputs of that Task are ${listOf(outputs)}; add it to them` };
}
