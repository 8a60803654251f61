import { ApiObject } from 'cdk8s';
import type { Construct, IConstruct } from 'constructs';
import { type Problem, renderProblem } from './problem';

/**
 * Registers the checks of a construct, to run at synth. They return what they found instead of throwing, so that one synth
 * reports every mistake of the program.
 */
export function addChecks(construct: Construct, findProblems: () => Problem[]): void {
  Program.of(construct);
  checked.add(construct);
  construct.node.addValidation({ validate: () => findProblems().map(renderProblem) });
}

/** Whether a construct has checks of ours. */
export function hasChecks(construct: IConstruct | undefined): boolean {
  return construct !== undefined && checked.has(construct);
}

const checked = new WeakSet<IConstruct>();

/**
 * The whole program, seen from one of its constructs: finds the objects of a kind.
 *
 * cdk8s validates from the root down and once more for every chart, and objects may be added in between. So the index is
 * forgotten when the root is validated, and built again by the first check that asks.
 */
export class Program {
  public static of(construct: IConstruct): Program {
    const root = construct.node.root;
    const known = programs.get(root);
    if (known) return known;
    const program = new Program(root);
    programs.set(root, program);
    root.node.addValidation({ validate: () => program.forget() });
    return program;
  }

  private readonly facts = new Map<string, unknown>();
  private objectsByKind?: Map<string, ApiObject[]>;

  private constructor(private readonly root: IConstruct) {}

  /** The objects of a kind, whoever made them: an L2, an L1, another library, an `Include` of YAML. */
  public objects(kind: string, group: string): ApiObject[] {
    this.objectsByKind ??= indexByKind(this.root);
    return this.objectsByKind.get(keyOf(kind, group)) ?? [];
  }

  /** What is worked out of all objects, once for a synth. */
  public once<T>(name: string, workOut: (objects: readonly ApiObject[]) => T): T {
    if (!this.facts.has(name)) this.facts.set(name, workOut(this.root.node.findAll().filter((construct): construct is ApiObject => ApiObject.isApiObject(construct))));
    return this.facts.get(name) as T;
  }

  private forget(): string[] {
    this.facts.clear();
    this.objectsByKind = undefined;
    return [];
  }
}

const programs = new WeakMap<IConstruct, Program>();

function indexByKind(root: IConstruct): Map<string, ApiObject[]> {
  const index = new Map<string, ApiObject[]>();
  for (const object of root.node.findAll()) {
    if (!ApiObject.isApiObject(object)) continue;
    const key = keyOf(object.kind, object.apiGroup);
    const others = index.get(key);
    if (others) others.push(object);
    else index.set(key, [object]);
  }
  return index;
}

function keyOf(kind: string, group: string): string {
  return `${group}/${kind}`;
}
