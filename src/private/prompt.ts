import { type Shape, TEXT } from '../template/shape';
import { type TemplateFinding, checkTemplate } from '../template/checker';
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
  return problemsOf(checkTemplate(prompt, 'prompt', { kind: 'record', fields: new Map([['Deps', deps]]) }).findings, 'prompt');
}

/** What a stage of a TaskPipeline can read. */
export interface StageScope {
  /** The stages before it. */
  readonly stages: readonly string[];
  /** The keys of its matrix. */
  readonly matrix: readonly string[];
}

/** Checks the prompt, or the branch, of a stage of a TaskPipeline: it is a Go template over `.Matrix` and `.Stages`. */
export function checkStageTemplate(text: string, path: string, { stages, matrix }: StageScope): Problem[] {
  const task: Shape = { kind: 'record', fields: new Map<string, Shape>([['Name', TEXT], ['Matrix', ANY_RESULTS], ['Results', ANY_RESULTS], ['Outputs', { kind: 'list', of: TEXT }]]) };
  const fields = new Map<string, Shape>([
    ['Matrix', { kind: 'record', fields: new Map(matrix.map((key) => [key, TEXT])), fix: 'add it to the matrix of this stage' }],
    ['Stages', { kind: 'record', fields: new Map(stages.map((name) => [name, { kind: 'list', of: task }])), fix: 'only the stages before this one can be read' }],
  ]);
  return problemsOf(checkTemplate(text, path, { kind: 'record', fields }).findings, path);
}

function problemsOf(findings: readonly TemplateFinding[], path: string): Problem[] {
  return findings.map(({ line, column, ...finding }) => ({ ...finding, path: `${path}, line ${line}, column ${column}` }));
}

/** What a Task leaves to those that depend on it. */
function leftBy({ outputs }: Dependency): Shape {
  return { kind: 'record', fields: new Map<string, Shape>([['Name', TEXT], ['Outputs', { kind: 'list', of: TEXT }], ['Results', outputs ? resultsOf(outputs) : ANY_RESULTS]]) };
}

function resultsOf(outputs: readonly string[]): Shape {
  const names = [...COMMON_RESULTS, ...outputs];
  return { kind: 'record', fields: new Map(names.map((name) => [name, TEXT])), fix: `the outputs of that Task are ${listOf(outputs)}; add it to them` };
}
