import type { Command, List, Operand, Pipe, Template } from 'cdk8s-taskwright/template';

/** Whether a template could read this key of its data, anywhere in it: `.Key`, `$.Key`, `(…).Key`, or the text `"Key"`, which `index` might be given. */
export function readsKey(template: Template, key: string): boolean {
  return [...template.definitions.values()].some((list) => listReads(list, key));
}

function listReads(list: List, key: string): boolean {
  return list.some((node) => {
    if (!('pipe' in node)) return false;
    const blocks = 'list' in node ? [node.list, node.elseList ?? []] : [];
    return (node.pipe !== undefined && pipeReads(node.pipe, key)) || blocks.some((block) => listReads(block, key));
  });
}

function pipeReads({ commands }: Pipe, key: string): boolean {
  return commands.some(({ operands }: Command) => operands.some((operand) => operandReads(operand, key)));
}

function operandReads(operand: Operand, key: string): boolean {
  switch (operand.kind) {
    case 'field':
    case 'variable':
      return operand.names[0] === key;
    case 'chain':
      return operand.names[0] === key || (operand.of.kind === 'pipe' && pipeReads(operand.of, key));
    case 'string':
      return operand.value === key;
    case 'pipe':
      return pipeReads(operand, key);
    default:
      return false;
  }
}
