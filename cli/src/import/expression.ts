/**
 * A value of the program that is written, before it is text: constants and parameters are taken out of it, and it can be evaluated.
 */
export type Expression = Literal | List | Members | Call | Reference | Name | Template | Property | Interpolation | EnumMember;

export interface Literal {
  readonly kind: 'literal';
  readonly value: string | number | boolean;
  /** Its type is this word, or a pattern of texts: a parameter of type string would not do in its place. */
  readonly isFixed?: boolean;
}

export interface List {
  readonly kind: 'list';
  readonly items: readonly Expression[];
  /** The type that a constant in its place needs. Left out: the inferred one. */
  readonly type?: string | undefined;
}

export interface Members {
  readonly kind: 'members';
  readonly members: readonly Member[];
  readonly type?: string | undefined;
}

export type Member = readonly [name: string, value: Expression];

/** `CodingAgent.claudeCode({ … })`, `webhookTrigger({ … })`: a factory of `cdk8s` or of the constructs. */
export interface Call {
  readonly kind: 'call';
  readonly callee: string;
  readonly args: readonly Expression[];
}

/** The construct of another statement, by its key. */
export interface Reference {
  readonly kind: 'reference';
  readonly to: string;
}

/** A constant, or a parameter of the function around it. */
export interface Name {
  readonly kind: 'name';
  readonly name: string;
  readonly isParameter: boolean;
}

/** Texts and parameters in turn, beginning and ending with a text. */
export interface Template {
  readonly kind: 'template';
  readonly texts: readonly string[];
  readonly parameter: Name;
}

/** `issues.event.number`: something that is read from what a factory makes, or from the constant in its place. */
export interface Property {
  readonly kind: 'property';
  readonly of: Expression;
  readonly path: readonly string[];
}

/** A text with values in it: `Fix #${issues.event.number}`. Parts that are literals are texts. */
export interface Interpolation {
  readonly kind: 'interpolation';
  readonly parts: readonly Expression[];
}

/** `MemoryScope.AGENT`. */
export interface EnumMember {
  readonly kind: 'enum';
  readonly path: string;
}

/** `new Task(chart, 'fix', { … })`. */
export interface Statement {
  /** Says which object, or which chart, it makes. */
  readonly key: string;
  /** The key of the chart it belongs to. Left out: the app. */
  readonly scope?: string;
  /** The class: `Task`, `l1.CfgTask`, `ApiObject` or `Chart`. */
  readonly construct: string;
  readonly id: Expression;
  readonly props: Members;
}

export const literal = (value: Literal['value'], isFixed = false): Literal => ({ kind: 'literal', value, ...isFixed && { isFixed } });

export const call = (callee: string, ...args: Expression[]): Call => ({ kind: 'call', callee, args });

export const enumMember = (path: string): EnumMember => ({ kind: 'enum', path });

/** Members that are `undefined` are left out. */
export function members(entries: Readonly<Record<string, Expression | undefined>>, type?: string): Members {
  return { kind: 'members', members: Object.entries(entries).filter((entry): entry is [string, Expression] => entry[1] !== undefined), ...type !== undefined && { type } };
}

/** The expressions right below one. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'list': return expression.items;
    case 'members': return expression.members.map(([, value]) => value);
    case 'call': return expression.args;
    case 'property': return [expression.of];
    case 'interpolation': return expression.parts;
    default: return [];
  }
}

/** The same expression with other parts. */
export function withParts(expression: Expression, change: (part: Expression) => Expression): Expression {
  switch (expression.kind) {
    case 'list': return { ...expression, items: expression.items.map(change) };
    case 'members': return { ...expression, members: expression.members.map(([name, value]) => [name, change(value)] as const) };
    case 'call': return { ...expression, args: expression.args.map(change) };
    case 'property': return { ...expression, of: change(expression.of) };
    case 'interpolation': return { ...expression, parts: expression.parts.map(change) };
    default: return expression;
  }
}

/** The keys of all statements that an expression refers to. */
export function referencesIn(expression: Expression): string[] {
  return expression.kind === 'reference' ? [expression.to] : partsOf(expression).flatMap(referencesIn);
}
