import type { TaskPipelineSpec } from '@taskwright/schema';
import { type Expression, literal, members } from '../expression.ts';
import { textOf } from './agent.ts';
import { type Find, inside, type Props } from './find.ts';
import { list } from './members.ts';
import { taskTemplateProps } from './task-template.ts';

/** Stages of which each says its agent, as the schema asks. */
export function taskPipelineProps({ stages }: TaskPipelineSpec, find: Find): Props | undefined {
  const items = stages.map((stage) => stageOf(stage, inside(find, 'stages', '[]', 'taskTemplate')));
  return items.every((item) => item !== undefined) ? { stages: list(items) } : undefined;
}

function stageOf({ name, matrix, taskTemplate: { prompt, branch, ...template } }: TaskPipelineSpec['stages'][number], find: Find): Expression | undefined {
  const common = taskTemplateProps(template, find);
  return common && members({
    name: literal(name),
    ...common,
    branch: textOf(branch),
    matrix: matrix && list(matrix.items.map(itemOf)),
    prompt: literal(prompt),
  });
}

function itemOf(item: Readonly<Record<string, string>>): Expression {
  return members(Object.fromEntries(Object.entries(item).map(([key, value]) => [key, literal(value)])));
}
