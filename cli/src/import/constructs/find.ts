import type { Expression } from '../expression.ts';

/** The properties of an L2 construct. */
export type Props = Readonly<Record<string, Expression | undefined>>;

/** What a property is made of besides the spec. */
export interface Find {
  /** Another object of the namespace: its construct where the program has one, else a reference by name. */
  readonly find: (kind: ReferredKind, name: string) => Expression;
  /** A part of the spec as it is, with the types of L1. `[]` is an item of a list. */
  readonly typed: (value: unknown, ...path: string[]) => Expression;
  /** The same for a property whose type is one of L2. */
  readonly plain: (value: unknown, ...path: string[]) => Expression;
}

type ReferredKind = 'Task' | 'Workspace' | 'AgentConfig' | 'WorkerPool' | 'WebhookGateway' | 'Agent' | 'MCPServer' | 'ModelAPI';

/** The same seen from a part of the spec. */
export function inside({ find, typed, plain }: Find, ...start: string[]): Find {
  return { find, typed: (value, ...path) => typed(value, ...start, ...path), plain: (value, ...path) => plain(value, ...start, ...path) };
}
