import { type Shape, TEXT } from '../template/shape';
import { type TemplateFinding, checkTemplate } from '../template/checker';
import { parseTemplate } from '../template/parser';
import { renderTemplate } from '../template/renderer';
import { TemplateError } from '../template/template-error';
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

/** Checks the text of a stage of an AgentPipeline, which reads nothing but results, in whose place stands something already. */
export function checkStagePrompt(text: string, path: string): Problem[] {
  const problems = problemsOf(checkTemplate(text, path, { kind: 'record', fields: new Map() }).findings, path);
  return problems.map((problem) => (problem.code === 'unknown-variable' ? { ...problem, allowed: 'a stage reads results of others', fix: 'write ${stage.output("…")}' } : problem));
}

/** A template that reads nothing, as what it comes to; as it is if it comes to nothing. */
export function renderConstant(text: string): string {
  try {
    return constant(text);
  } catch (error) {
    if (error instanceof TemplateError) return text;
    throw error;
  }
}

/** Why it comes to nothing. */
export function checkConstant(text: string, path: string): Problem[] {
  try {
    constant(text);
    return [];
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return [{ code: 'invalid-template', path: `${path}, line ${error.line}, column ${error.column}`, allowed: error.reason }];
  }
}

function constant(text: string): string {
  return renderTemplate(parseTemplate(text, 'prompt'), {}, { missingKey: 'error', refusesNoValue: true });
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
