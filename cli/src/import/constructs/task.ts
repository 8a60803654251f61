import type { TaskSpec } from '@taskwright/schema';
import { literal } from '../expression.ts';
import { textOf } from './agent.ts';
import type { Find, Props } from './find.ts';
import { taskTemplateProps } from './task-template.ts';

export function taskProps({ prompt, branch, ...template }: TaskSpec, find: Find): Props | undefined {
  const common = taskTemplateProps(template, find);
  if (!common) return undefined;
  const { agent, workspace, ...others } = common;
  return { agent, workspace, branch: textOf(branch), ...others, prompt: literal(prompt) };
}
