import type { TaskPipelineSpec } from '@taskwright/schema';
import { type Expression, literal, members } from '../expression.ts';
import { inlineAgent, pooledAgent, textOf } from './agent.ts';
import type { Find, Props } from './construct.ts';

/** Stages of which each says its agent, as the schema asks. */
export function taskPipelineProps({ stages }: TaskPipelineSpec, find: Find): Props | undefined {
  const items = stages?.map((stage) => stageOf(stage, find)) ?? [];
  return items.length > 0 && items.every((item) => item !== undefined) ? { stages: { kind: 'list', items } } : undefined;
}

function stageOf({ name, matrix, taskTemplate }: TaskPipelineSpec['stages'][number], { find, typed }: Find): Expression | undefined {
  const { worker, workerPoolRef, branch, prompt } = taskTemplate;
  const typedHere = (value: unknown, ...path: string[]) => typed(value, 'stages', '[]', 'taskTemplate', ...path);
  const agent = workerPoolRef ? pooledAgent(find('WorkerPool', workerPoolRef.name), {}) : worker && inlineAgent(worker, { find, typed: typedHere });
  return agent && members({
    name: literal(name),
    agent,
    workspace: worker?.workspaceRef && find('Workspace', worker.workspaceRef.name),
    branch: textOf(branch),
    matrix: matrix && { kind: 'list', items: matrix.items.map(itemOf) },
    prompt: literal(prompt),
  });
}

function itemOf(item: Readonly<Record<string, string>>): Expression {
  return members(Object.fromEntries(Object.entries(item).map(([key, value]) => [key, literal(value)])));
}
