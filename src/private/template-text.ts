import type { SpawnerTemplate } from './spawner-templates';

/** The template of a property, if its text is one. */
export function templateOf(path: string, text: unknown, place: SpawnerTemplate['place']): SpawnerTemplate[] {
  return isTemplate(text) ? [{ path, text, place }] : [];
}

/** A text without braces is no template, and checking one loads the engine. */
export function isTemplate(text: unknown): text is string {
  return typeof text === 'string' && text.includes('{{');
}

/** What is fixed in a template, with an x for each action: what is wrong with that is wrong whatever the event. */
export function withoutActions(template: unknown): unknown {
  return typeof template === 'string' ? template.replace(/\{\{[\s\S]*?\}\}/g, 'x') : template;
}
