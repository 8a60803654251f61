import type { TaskSpawnerSpec } from '@taskwright/schema';
import { type Expression, members } from '../expression.ts';
import { type Find, inside, type Props } from './find.ts';
import { contextSource } from './context-source.ts';
import { list, optional } from './members.ts';
import { taskTemplateProps } from './task-template.ts';
import { type Readable, templateText, variablesOf } from './template-text.ts';
import { triggerOf } from './trigger.ts';

/** What templates read of the event is read from the trigger; names and requests cannot read what is fetched. */
export function taskSpawnerProps({ when, taskTemplate, credentials, maxConcurrency, maxTotalTasks, suspend }: TaskSpawnerSpec, find: Find): Props | undefined {
  const trigger = triggerOf(when, find);
  const ofTask = inside(find, 'taskTemplate');
  const common = trigger && taskTemplateProps(taskTemplate, ofTask, credentials);
  if (!common) return undefined;
  const { promptTemplate, branch, nameTemplate, metadata, contextSources } = taskTemplate;
  const event = variablesOf(trigger);
  const sources = contextSources?.map((source) => contextSource(source, ofTask, event));
  const readable: Readable = new Map([...event, ...(contextSources ?? []).map(({ name }, index) => [`{{.Context.${name}}}`, { kind: 'property', of: sources![index]!, path: ['text'] }] as const)]);
  const template = (text: string | undefined, known = readable) => (text === undefined ? undefined : templateText(text, known));
  return {
    trigger,
    ...common,
    contextSources: sources && list(sources),
    maxConcurrency: optional(maxConcurrency),
    maxTotalTasks: optional(maxTotalTasks),
    suspend: optional(suspend),
    taskLabels: templates(metadata?.labels, readable),
    taskAnnotations: templates(metadata?.annotations, readable),
    nameTemplate: template(nameTemplate, event),
    branch: template(branch),
    prompt: template(promptTemplate),
  };
}

function templates(texts: Readonly<Record<string, string>> | undefined, readable: Readable): Expression | undefined {
  return texts && members(Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, templateText(text, readable)])));
}
