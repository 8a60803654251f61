import type { ByteString } from './byte-string';
import type { NumberLiteral } from './number-literal';

/** A template with everything it defines; the one called `name` is rendered. */
export interface Template {
  readonly name: string;
  /** As it was written. */
  readonly text: string;
  readonly definitions: ReadonlyMap<string, List>;
}

export type List = readonly Node[];

/** Every part knows where it begins in the text, in UTF-16 units. */
interface Part {
  readonly offset: number;
}

export type Node = TextNode | ActionNode | ControlNode | CallNode | JumpNode;

export interface TextNode extends Part {
  readonly kind: 'text';
  readonly text: ByteString;
}

/** Prints a pipeline, unless that sets variables. */
export interface ActionNode extends Part {
  readonly kind: 'action';
  readonly pipe: Pipe;
}

export interface ControlNode extends Part {
  readonly kind: 'if' | 'with' | 'range';
  readonly pipe: Pipe;
  readonly list: List;
  readonly elseList?: List;
}

/** `{{template "name" pipeline}}`, which is also what stays of a `block` where it stands. */
export interface CallNode extends Part {
  readonly kind: 'template';
  readonly name: string;
  readonly pipe?: Pipe;
}

export interface JumpNode extends Part {
  readonly kind: 'break' | 'continue';
}

export interface Pipe extends Part {
  readonly kind: 'pipe';
  /** The variables it sets, with their `$`: one, or the two of a range. */
  readonly variables: readonly string[];
  /** With `=`, so that they have to be there already. */
  readonly isAssignment: boolean;
  readonly commands: readonly Command[];
}

export interface Command extends Part {
  /** At least one: what is called or read, then what it is given. */
  readonly operands: readonly [Operand, ...Operand[]];
}

export type Operand = Literal | FieldOperand | VariableOperand | FunctionOperand | ChainOperand | Pipe;

export type Literal =
  | (Part & { readonly kind: 'dot' | 'nil' })
  | (Part & { readonly kind: 'bool'; readonly value: boolean })
  | (Part & { readonly kind: 'number'; readonly value: NumberLiteral; readonly text: string })
  | (Part & { readonly kind: 'string'; readonly value: ByteString });

/** `.A.B` */
export interface FieldOperand extends Part {
  readonly kind: 'field';
  readonly names: readonly ByteString[];
}

/** `$x.A.B` */
export interface VariableOperand extends Part {
  readonly kind: 'variable';
  readonly name: string;
  readonly names: readonly ByteString[];
}

export interface FunctionOperand extends Part {
  readonly kind: 'function';
  readonly name: string;
}

/** `(pipeline).A.B` */
export interface ChainOperand extends Part {
  readonly kind: 'chain';
  readonly of: Pipe | FunctionOperand;
  readonly names: readonly ByteString[];
}
