import * as cdk8s from 'cdk8s';
import * as constructs from 'cdk8s-taskwright';
import type { Expression, Statement } from './expression.ts';

/** What the statements make, or why they make nothing. */
export interface Outcome {
  /** By the key of the statement: the manifest it makes. */
  readonly objects: ReadonlyMap<string, unknown>;
  /** By the key of the statement: why it cannot be made so. */
  readonly problems: ReadonlyMap<string, string>;
}

type Factory = (...args: unknown[]) => unknown;
type Scope = cdk8s.App | cdk8s.Chart;
type Class = new (scope: Scope, id: string, props: object) => cdk8s.ApiObject | cdk8s.Chart;

/** Makes the constructs of the statements, in this process. */
export function evaluate(statements: readonly Statement[]): Outcome {
  const app = new cdk8s.App();
  const made = new Map<string, ReturnType<typeof make>>();
  const problems = new Map<string, string>();
  for (const statement of statements) {
    try {
      const scope = statement.scope === undefined ? app : made.get(statement.scope)!;
      made.set(statement.key, make(statement, scope as Scope, (key) => made.get(key)));
    } catch (error) {
      problems.set(statement.key, (error as Error).message);
    }
  }
  const objects = new Map<string, unknown>();
  for (const [key, construct] of made) {
    if (cdk8s.Chart.isChart(construct)) continue;
    const [problem] = construct.node.findAll().flatMap((node) => node.node.validate());
    if (problem === undefined) objects.set(key, cdk8s.ApiObject.of(construct).toJson());
    else problems.set(key, problem);
  }
  return { objects, problems };
}

function make({ construct, id, props }: Statement, scope: Scope, find: (key: string) => unknown): cdk8s.ApiObject | cdk8s.Chart {
  return new (named(construct) as Class)(scope, valueOf(id, find) as string, valueOf(props, find) as object);
}

/** What an expression comes to. `find` has the constructs it refers to, by their keys. */
export function valueOf(expression: Expression, find: (key: string) => unknown): unknown {
  switch (expression.kind) {
    case 'literal': return expression.value;
    case 'list': return expression.items.map((item) => valueOf(item, find));
    case 'members': return Object.fromEntries(expression.members.map(([name, value]) => [name, valueOf(value, find)]));
    case 'enum': return named(expression.path);
    case 'reference': return find(expression.to);
    case 'call': {
      const [owner = '', method] = expression.callee.split('.');
      const args = expression.args.map((arg) => valueOf(arg, find));
      if (method === undefined) return (named(owner) as Factory)(...args);
      return (named(owner) as Readonly<Record<string, Factory>>)[method]!(...args);
    }
    case 'property': return expression.path.reduce<unknown>((owner, name) => (owner as Readonly<Record<string, unknown>>)[name], valueOf(expression.of, find));
    case 'interpolation': return expression.parts.map((part) => valueOf(part, find)).join('');
    default: throw new TypeError(`${expression.kind} is made when all values are known`);
  }
}

const IMPORTED: Readonly<Record<string, unknown>> = { ...cdk8s, ...constructs };

/** What an imported name stands for: `Task`, `l1.CfgTask`, `Chart`. */
function named(path: string): unknown {
  return path.split('.').reduce<unknown>((owner, name) => (owner as Readonly<Record<string, unknown>>)[name], IMPORTED);
}
