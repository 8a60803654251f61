import type { Task } from '@taskwright/schema';
import { parseTemplate, renderTemplate, stringList, stringMap, type Template, TemplateError } from 'cdk8s-taskwright/template';
import type { Gate } from '../gate.ts';
import type { CachedFacts } from '../task-facts.ts';
import { dependencyResults } from './dependencies.ts';

/** Refuses a Task whose prompt is no template, before it waits for anything: a spec cannot be corrected. */
export const promptSyntaxGate: Gate = ({ task }) => refusalOf(() => isTemplate(task) && templateOf(task));

/** Refuses a Task whose prompt cannot be rendered over what its dependencies left. Asked once they have succeeded. */
export const promptGate: Gate = (facts) => refusalOf(() => promptOf(facts));

/**
 * What the agent is asked. With `dependsOn` it is a Go template over `.Deps`, with missing keys as errors; without it is given as it is.
 *
 * Throws a TemplateError, so that an agent is never given what was meant to be rendered. The reference gives it the raw text then
 * (docs/compatibility.md, "Prompts").
 */
export function promptOf({ task, taskNamed }: Pick<CachedFacts, 'task' | 'taskNamed'>): string {
  if (!isTemplate(task)) return task.spec.prompt;
  const left = Object.entries(dependencyResults({ task, taskNamed }));
  // Go strings and not anything: a result that is missing is then an empty text to `index`.
  const Deps = Object.fromEntries(left.map(([name, { Name, Outputs, Results }]) => [name, { Name, Outputs: stringList(Outputs), Results: stringMap(Results) }]));
  return renderTemplate(templateOf(task), { Deps }, { missingKey: 'error', refusesNoValue: true });
}

/** A text without an action is rendered to itself, however long it is. */
function isTemplate({ spec: { dependsOn, prompt } }: Task): boolean {
  return dependsOn !== undefined && dependsOn.length > 0 && prompt.includes('{{');
}

/** Who waits for a branch is asked about again with every Task that does, so that each is parsed once. */
const parsed = new WeakMap<Task, Template | TemplateError>();

function templateOf(task: Task): Template {
  const template = parsed.get(task) ?? parse(task.spec.prompt);
  parsed.set(task, template);
  if (template instanceof TemplateError) throw template;
  return template;
}

function parse(prompt: string): Template | TemplateError {
  try {
    return parseTemplate(prompt, 'prompt');
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
}

function refusalOf(act: () => unknown): ReturnType<Gate> {
  try {
    act();
    return undefined;
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return { refuse: 'TemplateFailed', message: `Prompt is a template that cannot be rendered, ${error.message}` };
  }
}
