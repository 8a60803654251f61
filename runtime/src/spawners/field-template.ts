import type { TaskSpawner } from '@taskwright/schema';
import { parseTemplate, renderTemplate, stringList, type Template, TemplateError } from 'cdk8s-taskwright/template';
import { TaskBuildError } from './task-build-error.ts';

export type Data = Readonly<Record<string, unknown>>;

/** Templates belong to the object that they were read from: each is parsed once, and forgotten with it. */
const parsed = new WeakMap<TaskSpawner, Map<string, Template | TemplateError>>();

/** Reads a template of a spawner. Throws a {@link TaskBuildError} for what is none. */
export function templateOf(spawner: TaskSpawner, field: string, text: string): Template {
  const known = parsed.get(spawner) ?? new Map<string, Template | TemplateError>();
  parsed.set(spawner, known);
  const template = known.get(text) ?? parse(text, field);
  known.set(text, template);
  if (template instanceof TemplateError) throw new TaskBuildError(field, `is not a template that can be rendered, ${template.message}`);
  return template;
}

/** As Go renders it with `missingkey=error`. Lists of an event are lists of texts, and `{{.}}` of one is `[a b]`. */
export function renderField(template: Template, field: string, data: Data): string {
  try {
    return renderTemplate(template, data, { missingKey: 'error' });
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new TaskBuildError(field, `cannot be rendered for this event, ${error.message}`);
  }
}

/** The variables of an event as templates read them. */
export function templateData(variables: Data): Data {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, isTexts(value) ? stringList(value) : value]));
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function parse(text: string, name: string): Template | TemplateError {
  try {
    return parseTemplate(text, name);
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
}
