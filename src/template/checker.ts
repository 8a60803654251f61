import { listOf } from '../private/problem';
import { suggestionFor } from '../private/suggestion';
import { fromBytes } from './byte-string';
import { FUNCTIONS, arityOf } from './functions';
import { parseTemplate } from './parser';
import { ANYTHING, BOOLEAN, NUMBER, type RecordShape, type Shape, TEXT, commonShape } from './shape';
import type { CallNode, Command, ControlNode, FunctionOperand, List, Node, Operand, Pipe, Template } from './syntax-tree';
import { TemplateError } from './template-error';

/** Something that would fail, or come to nothing, when the template is rendered. */
export interface TemplateFinding {
  readonly code: 'invalid-template' | 'unknown-variable';
  /** Counted from 1. */
  readonly line: number;
  readonly column: number;
  readonly got?: string;
  readonly allowed?: string;
  readonly fix?: string;
}

/** A variable that a template reads: `['Deps', 'plan', 'Name']`. The last name is as far as the template itself tells. */
export type TemplateVariable = readonly string[];

/** A variable whose text becomes part of what the template renders, and the place that prints it. None by name: all of them. */
export interface PrintedVariable {
  readonly variable: TemplateVariable;
  /** Only as a part of a query: `urlquery` leaves no character in it that means something in a URL. */
  readonly isQueryEscaped: boolean;
  /** Counted from 1. */
  readonly line: number;
  readonly column: number;
}

export interface TemplateCheck {
  /** In the order of the text; only the first where the template does not parse. */
  readonly findings: readonly TemplateFinding[];
  /** Each once, in the order in which they are read. Both branches of a condition count. */
  readonly variables: readonly TemplateVariable[];
  /** Those of them that are printed, whole or in part, each once: not what only decides a condition or is counted. */
  readonly printed: readonly PrintedVariable[];
}

/** Checks a template against what is known about its data: its syntax, its functions, and each variable it reads. The name is that of `parseTemplate`. */
export function checkTemplate(text: string, name: string, shape: Shape): TemplateCheck {
  try {
    return new Checker(parseTemplate(text, name)).run(shape);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const { line, column, reason } = error;
    const finding = { code: 'invalid-template', line, column, allowed: reason, fix: 'braces that are no template are written {{"{{"}}' } as const;
    return { findings: [finding], variables: [], printed: [] };
  }
}

/** What a part of the template comes to. */
interface Known {
  readonly shape: Shape;
  /** The variable it is, as long as that is known. */
  readonly path?: TemplateVariable;
  /** The variables whose text is in it, when it is none itself. */
  readonly made?: readonly Ingredient[];
}

type Ingredient = Pick<PrintedVariable, 'variable' | 'isQueryEscaped'>;

const UNKNOWN: Known = { shape: ANYTHING };

class Checker {
  private readonly findings = new Map<number, TemplateFinding>();
  private readonly read = new Map<string, TemplateVariable>();
  private readonly printed = new Map<string, PrintedVariable>();
  private readonly checked = new Map<string, Map<Shape, Set<string>>>();
  /** The one set last comes first. */
  private variables: { readonly name: string; value: Known }[] = [];

  public constructor(private readonly template: Template) {}

  public run(shape: Shape): TemplateCheck {
    this.checkDefinition(this.template.name, { shape, path: [] });
    const findings = [...this.findings].sort(([a], [b]) => a - b).map(([, finding]) => finding);
    return { findings, variables: [...this.read.values()], printed: [...this.printed.values()] };
  }

  /** Once for each shape it is called with, and each variable of the data that is in it: what calls itself comes to an end. */
  private checkDefinition(name: string, dot: Known): void {
    const shapes = this.checked.get(name) ?? new Map<Shape, Set<string>>();
    const origins = shapes.get(dot.shape) ?? new Set();
    const origin = JSON.stringify(ingredientsOf(dot).map(({ variable: [first], isQueryEscaped }) => [first, isQueryEscaped]));
    if (origins.has(origin)) return;
    this.checked.set(name, shapes.set(dot.shape, origins.add(origin)));
    const outside = this.variables;
    this.variables = [{ name: '$', value: dot }];
    this.checkList(this.template.definitions.get(name)!, dot);
    this.variables = outside;
  }

  private checkList(list: List, dot: Known): void {
    for (const node of list) this.checkNode(node, dot);
  }

  private checkNode(node: Node, dot: Known): void {
    switch (node.kind) {
      case 'action':
        this.print(this.use(this.evaluatePipe(node.pipe, dot)), node.pipe);
        return;
      case 'if': case 'with': case 'range': return this.checkControl(node, dot);
      case 'template': return this.checkCall(node, dot);
    }
  }

  private checkControl({ kind, pipe, list, elseList = [] }: ControlNode, dot: Known): void {
    const mark = this.variables.length;
    const value = this.use(this.evaluatePipe(pipe, dot));
    const item = kind === 'range' ? { ...this.itemOf(value.shape, pipe), made: ingredientsOf(value) } : value;
    if (kind === 'range' && !pipe.isAssignment) {
      pipe.variables.forEach((_, place) => {
        this.variables[pipe.variables.length - 1 - place].value = place === pipe.variables.length - 1 ? item : UNKNOWN;
      });
    }
    this.checkList(list, kind === 'if' ? dot : item);
    this.checkList(elseList, dot);
    this.variables.splice(0, this.variables.length - mark);
  }

  private itemOf(shape: Shape, { offset }: Pipe): Known {
    switch (shape.kind) {
      case 'list': case 'dictionary': return { shape: shape.of };
      case 'record': return { shape: commonShape(shape.fields.values()) };
      case 'number': return { shape };
      case 'text': case 'boolean': this.find(offset, { allowed: `range over ${nameOf(shape)}; only lists, maps and integers have elements` });
    }
    return UNKNOWN;
  }

  private checkCall({ name, pipe, offset }: CallNode, dot: Known): void {
    const argument = pipe ? this.use(this.evaluatePipe(pipe, dot)) : UNKNOWN;
    if (this.template.definitions.has(name)) this.checkDefinition(name, argument);
    else this.find(offset, { allowed: `there is no template ${JSON.stringify(name)}`, fix: `define it: {{define ${JSON.stringify(name)}}}…{{end}}` });
  }

  private evaluatePipe(pipe: Pipe, dot: Known): Known {
    const [first, ...others] = pipe.commands;
    let value = this.evaluateCommand(first, dot, undefined);
    for (const command of others) value = this.evaluateCommand(command, dot, value);
    for (const name of pipe.variables) {
      if (pipe.isAssignment) this.assign(name, value);
      else this.variables.unshift({ name, value });
    }
    return value;
  }

  private evaluateCommand({ operands }: Command, dot: Known, final: Known | undefined): Known {
    const [first, ...others] = operands;
    if (first.kind === 'function') return this.call(first, others, dot, final);
    for (const operand of others) this.use(this.evaluate(operand, dot));
    if (final) this.use(final);
    return this.evaluate(first, dot);
  }

  private evaluate(operand: Operand, dot: Known): Known {
    switch (operand.kind) {
      case 'dot': return dot;
      case 'bool': return { shape: BOOLEAN };
      case 'number': return { shape: NUMBER };
      case 'string': return { shape: TEXT };
      case 'nil': return UNKNOWN;
      case 'field': return this.walk(dot, operand.names, operand.offset);
      case 'variable': return this.walk(this.variable(operand.name), operand.names, operand.offset);
      case 'chain': return this.walk(this.evaluate(operand.of, dot), operand.names, operand.offset);
      case 'function': return this.call(operand, [], dot, undefined);
      case 'pipe': return this.evaluatePipe(operand, dot);
    }
  }

  private call({ name, offset }: FunctionOperand, operands: readonly Operand[], dot: Known, final: Known | undefined): Known {
    const values = [...operands.map((operand) => this.evaluate(operand, dot)), ...(final ? [final] : [])];
    const { least, most, gives } = FUNCTIONS.get(name)!;
    if (values.length < least || values.length > most) {
      this.find(offset, { allowed: `${name} takes ${arityOf(least, most)}, got ${values.length}` });
      return UNKNOWN;
    }
    if (name === 'index') return this.index(values, operands);
    for (const value of values) this.use(value);
    // What is counted or compared is not in the result.
    if (gives === NUMBER || gives === BOOLEAN) return { shape: gives };
    const made = distinct(values.flatMap(ingredientsOf).map(({ variable, isQueryEscaped }) => ({ variable, isQueryEscaped: isQueryEscaped || name === 'urlquery' })));
    if (gives !== undefined) return { shape: gives, made };
    return { shape: name === 'slice' ? values[0].shape : commonShape(values.map(({ shape }) => shape)), made };
  }

  /** Keys that are written out are followed like fields; any other may be each of them. */
  private index([item, ...keys]: readonly Known[], operands: readonly Operand[]): Known {
    return keys.reduce<Known>((within, key, place) => {
      const operand = operands[place + 1];
      this.use(key);
      if (operand?.kind === 'string') return this.step(within, fromBytes(operand.value), operand.offset, { isIndex: true });
      this.use(within);
      const made = ingredientsOf(within);
      if (within.shape.kind === 'list' || within.shape.kind === 'dictionary') return { shape: within.shape.of, made };
      return within.shape.kind === 'record' ? { shape: commonShape(within.shape.fields.values()), made } : { ...UNKNOWN, made };
    }, item);
  }

  private walk(from: Known, names: readonly string[], offset: number): Known {
    return names.reduce<Known>((within, name) => this.step(within, fromBytes(name), offset), from);
  }

  private step({ shape, path, made }: Known, name: string, offset: number, { isIndex = false } = {}): Known {
    const further = path ? { path: [...path, name] } : { made };
    switch (shape.kind) {
      case 'anything': return { shape, ...further };
      case 'dictionary': return { shape: shape.of, ...further };
      case 'record': {
        const field = shape.fields.get(name);
        if (field) {
          if (shape.optional?.has(name) && !isIndex) this.findMissing(shape, path ?? [], name, offset);
          return { shape: field, ...further };
        }
        this.findUnknown(shape, path ?? [], name, offset);
        return UNKNOWN;
      }
    }
    this.find(offset, { allowed: `.${name} of ${nameOf(shape)}; only maps have fields` });
    return UNKNOWN;
  }

  private findMissing({ called }: RecordShape, path: TemplateVariable, name: string, offset: number): void {
    const safe = `index ${path.length === 0 ? '.' : spell(path)} ${JSON.stringify(name)}`;
    this.find(offset, {
      code: 'unknown-variable',
      got: spell([...path, name]),
      allowed: `${called ?? spell(path)} does not always have it, and rendering fails without it`,
      fix: `write {{with ${safe}}}{{.}}{{end}}`,
    });
  }

  private findUnknown({ fields, called, fix }: RecordShape, path: TemplateVariable, name: string, offset: number): void {
    const near = suggestionFor(name, fields.keys());
    this.find(offset, {
      code: 'unknown-variable',
      got: spell([...path, name]),
      allowed: fields.size === 0 ? `${called ?? spell(path)} is empty` : `${called ?? spell(path)} has ${listOf(fields.keys())}`,
      fix: near === undefined ? fix : `did you mean ${spell([...path, near])}?`,
    });
  }

  /** The value leaves the reach of this check: what it is counts as read. */
  private use(value: Known): Known {
    if (value.path && value.path.length > 0) this.read.set(JSON.stringify(value.path), value.path);
    return value;
  }

  private print(value: Known, { offset, variables }: Pipe): void {
    if (variables.length > 0) return;
    for (const ingredient of ingredientsOf(value)) {
      if (this.printed.has(keyOf(ingredient))) continue;
      const { line, column } = TemplateError.at(this.template.text, offset, '');
      this.printed.set(keyOf(ingredient), { ...ingredient, line, column });
    }
  }

  private variable(name: string): Known {
    return this.variables.find((variable) => variable.name === name)?.value ?? UNKNOWN;
  }

  /** Whether it is reached is known only later, so that the variable may be either from here on. */
  private assign(name: string, value: Known): void {
    this.use(value);
    const variable = this.variables.find((candidate) => candidate.name === name);
    if (variable) variable.value = { shape: commonShape([variable.value.shape, value.shape]), made: distinct([...ingredientsOf(variable.value), ...ingredientsOf(value)]) };
  }

  private find(offset: number, finding: Omit<TemplateFinding, 'code' | 'line' | 'column'> & { readonly code?: TemplateFinding['code'] }): void {
    if (this.findings.has(offset)) return;
    const { line, column } = TemplateError.at(this.template.text, offset, '');
    this.findings.set(offset, { code: 'invalid-template', line, column, ...finding });
  }
}

function ingredientsOf({ path, made = [] }: Known): readonly Ingredient[] {
  return path ? [{ variable: path, isQueryEscaped: false }] : made;
}

/** Each once, so that a variable that is set from itself again and again does not grow. */
function distinct(ingredients: readonly Ingredient[]): Ingredient[] {
  return [...new Map(ingredients.map((ingredient) => [keyOf(ingredient), ingredient])).values()];
}

function keyOf({ variable, isQueryEscaped }: Ingredient): string {
  return JSON.stringify([variable, isQueryEscaped]);
}

/** A variable as a template reads it: `.Deps.plan.Name`, or with a name that is no identifier `index .Deps "task-a" "Name"`. */
function spell(path: TemplateVariable): string {
  const odd = path.findIndex((name) => !/^[\p{L}_][\p{L}\p{Nd}_]*$/u.test(name));
  if (odd < 0) return `.${path.join('.')}`;
  return `index .${path.slice(0, odd).join('.')} ${path.slice(odd).map((name) => JSON.stringify(name)).join(' ')}`;
}

function nameOf({ kind }: Shape): string {
  return kind === 'text' ? 'text' : `a ${kind}`;
}
