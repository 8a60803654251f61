import { fromBytes } from './byte-string';
import { fieldOf } from './element';
import { FUNCTIONS, arityOf } from './functions';
import { Budget, LIMITS } from './limits';
import { sprint } from './printf';
import type { ActionNode, CallNode, Command, ControlNode, List, Node, Operand, Pipe, Template } from './syntax-tree';
import { TemplateError, TemplateFault } from './template-error';
import { Byte, ListValue, MapValue, type Value, describe, isTrue, toValue } from './value';

export interface RenderOptions {
  /** What a field is that its map lacks: an error, as with Go's `missingkey=error`, or nothing, which prints `<no value>`. */
  readonly missingKey: 'error' | 'default';
  /** Whether an action without a value, such as `index` with a key that is not there, is an error. Left out: it prints `<no value>`, as Go does. */
  readonly refusesNoValue?: boolean;
}

/**
 * Renders a template over data: what JSON can hold, and bigints for Go's ints.
 *
 * Text and errors are those of Go 1.26, within LIMITS; a TemplateError says where. Values are inserted as they are and never
 * parsed. Takes a bounded time and amount of memory, whatever template and data are.
 */
export function renderTemplate(template: Template, data: Readonly<Record<string, unknown>>, options: RenderOptions): string {
  return new Renderer(template, options.missingKey === 'error', options.refusesNoValue === true).render(data);
}

interface Variable {
  readonly name: string;
  value: Value;
}

/** Whether a list was left by a jump. */
type Leaving = 'break' | 'continue' | undefined;

/** No value was given over by the command before. */
const NONE = Symbol('none');

/** So many variables are looked at in a step. */
const VARIABLES_PER_STEP = 16;

class Renderer {
  private readonly budget = new Budget();
  private output = '';
  private variables: Variable[] = [];
  private calls = 0;
  /** Where the template is being evaluated, for errors. */
  private offset = 0;

  public constructor(private readonly template: Template, private readonly isStrict: boolean, private readonly refusesNoValue: boolean) {}

  public render(data: Readonly<Record<string, unknown>>): string {
    try {
      this.renderDefinition(this.template.name, toValue(data));
      return fromBytes(this.output);
    } catch (error) {
      if (error instanceof TemplateFault) throw TemplateError.at(this.template.text, this.offset, error.message);
      throw error;
    }
  }

  /** A definition sees its dot and none of the variables around the call. */
  private renderDefinition(name: string, dot: Value): void {
    const list = this.template.definitions.get(name);
    if (!list) throw new TemplateFault(`there is no template ${JSON.stringify(name)}; define it: {{define ${JSON.stringify(name)}}}…{{end}}`);
    const outside = this.variables;
    this.variables = [{ name: '$', value: dot }];
    this.renderList(list, dot);
    this.variables = outside;
  }

  private renderList(list: List, dot: Value): Leaving {
    for (const node of list) {
      const leaving = this.renderNode(node, dot);
      if (leaving) return leaving;
    }
    return undefined;
  }

  private renderNode(node: Node, dot: Value): Leaving {
    this.budget.spend(1);
    this.offset = node.offset;
    switch (node.kind) {
      case 'text': return this.write(node.text);
      case 'action': return this.renderAction(node, dot);
      case 'if': case 'with': return this.renderCondition(node, dot);
      case 'range': return this.renderRange(node, dot);
      case 'template': return this.renderCall(node, dot);
      default: return node.kind;
    }
  }

  private renderAction({ pipe }: ActionNode, dot: Value): undefined {
    const value = this.evaluatePipe(pipe, dot);
    if (pipe.variables.length > 0) return;
    this.offset = pipe.offset;
    if (value === undefined && this.refusesNoValue) throw new TemplateFault('there is no value here; correct the name, or ask first: {{with …}}{{.}}{{end}}');
    if (typeof value === 'string') this.write(value);
    else this.write(value === undefined ? '<no value>' : sprint([value], this.budget));
  }

  private renderCondition({ kind, pipe, list, elseList = [] }: ControlNode, dot: Value): Leaving {
    const mark = this.variables.length;
    const value = this.evaluatePipe(pipe, dot);
    const leaving = isTrue(value) ? this.renderList(list, kind === 'with' ? value : dot) : this.renderList(elseList, dot);
    this.variables.length = mark;
    return leaving;
  }

  private renderRange({ pipe, list, elseList = [] }: ControlNode, dot: Value): Leaving {
    const outside = this.variables.length;
    const items = this.evaluatePipe(pipe, dot);
    const mark = this.variables.length;
    let isEmpty = true;
    let leaving: Leaving;
    for (const [index, item] of this.itemsOf(items, pipe)) {
      isEmpty = false;
      this.budget.spend(1);
      this.setRangeVariables(pipe, index, item);
      leaving = this.renderList(list, item);
      this.variables.length = mark;
      if (leaving === 'break') break;
    }
    leaving = isEmpty ? this.renderList(elseList, dot) : undefined;
    this.variables.length = outside;
    // In the else there is a range around this one: Go continues that, and yet takes a break for its own.
    return leaving === 'break' ? undefined : leaving;
  }

  private *itemsOf(value: Value, { variables }: Pipe): Generator<readonly [Value, Value]> {
    if (value instanceof ListValue) {
      for (let index = 0; index < value.length; index++) yield [BigInt(index), value.at(index)];
    } else if (value instanceof MapValue) {
      for (const key of value.keys()) yield [key, value.get(key)];
    } else if (typeof value === 'bigint' || value instanceof Byte) {
      if (variables.length > 1) throw new TemplateFault('a range over a number sets one variable only');
      const count = value instanceof Byte ? value.value : value;
      for (let index = 0n; index < count; index++) yield [undefined, value instanceof Byte ? new Byte(index) : index];
    } else if (value !== undefined) {
      throw new TemplateFault(`range over ${describe(value)}; only lists, maps and integers have elements`);
    }
  }

  private setRangeVariables({ variables, isAssignment }: Pipe, index: Value, item: Value): void {
    const values = variables.length > 1 ? [index, item] : [item];
    variables.forEach((name, place) => {
      if (isAssignment) this.assign(name, values[place]);
      else this.variables[this.variables.length - variables.length + place].value = values[place];
    });
  }

  private renderCall({ name, pipe, offset }: CallNode, dot: Value): undefined {
    const argument = pipe && this.evaluatePipe(pipe, dot);
    this.offset = offset;
    if (this.calls >= LIMITS.nesting) throw new TemplateFault(`more than ${LIMITS.nesting} templates call each other; let ${JSON.stringify(name)} end earlier`);
    this.calls++;
    this.renderDefinition(name, argument);
    this.calls--;
  }

  /** What a pipeline comes to. The variables it sets stay until the block around it ends. */
  private evaluatePipe(pipe: Pipe, dot: Value): Value {
    let value: Value | typeof NONE = NONE;
    // A nil that was found in the data is no value from here on.
    for (const command of pipe.commands) value = this.evaluateCommand(command, dot, value) ?? undefined;
    const result = value === NONE ? undefined : value;
    for (const name of pipe.variables) {
      if (pipe.isAssignment) this.assign(name, result);
      else this.variables.push({ name, value: result });
    }
    return result;
  }

  private evaluateCommand({ operands }: Command, dot: Value, final: Value | typeof NONE): Value {
    const [first] = operands;
    this.budget.spend(1);
    this.offset = first.offset;
    const hasArguments = operands.length > 1 || final !== NONE;
    switch (first.kind) {
      case 'function': return this.call(first.name, operands, dot, final);
      case 'field': return this.walk(dot, first.names, hasArguments);
      case 'chain': return this.walk(this.evaluate(first.of, dot), first.names, hasArguments);
      case 'variable':
        if (first.names.length > 0) return this.walk(this.variable(first.name), first.names, hasArguments);
    }
    if (hasArguments && first.kind !== 'nil') throw new TemplateFault('what is given arguments here is no function');
    if (first.kind === 'nil') throw new TemplateFault('nil alone says nothing; compare with it: {{if eq .x nil}}');
    return this.evaluate(first, dot);
  }

  /** An operand on its own. */
  private evaluate(operand: Operand, dot: Value): Value {
    this.budget.spend(1);
    this.offset = operand.offset;
    switch (operand.kind) {
      case 'dot': return dot;
      case 'nil': return undefined;
      case 'bool': case 'string': return operand.value;
      case 'number':
        if (operand.value === 'overflows') throw new TemplateFault(`${operand.text} is larger than an int can be`);
        return operand.value;
      case 'field': return this.walk(dot, operand.names, false);
      case 'variable': return this.walk(this.variable(operand.name), operand.names, false);
      case 'chain': return this.walk(this.evaluate(operand.of, dot), operand.names, false);
      case 'function': return this.call(operand.name, [operand], dot, NONE);
      case 'pipe': return this.evaluatePipe(operand, dot);
    }
  }

  private walk(from: Value, names: readonly string[], hasArguments: boolean): Value {
    return names.reduce<Value>((receiver, name, index) => {
      const value = fieldOf(receiver, name, this.isStrict);
      if (hasArguments && index === names.length - 1 && receiver !== undefined) throw new TemplateFault(`.${fromBytes(name)} is no function and takes no arguments`);
      return value;
    }, from);
  }

  private call(name: string, [operand, ...operands]: readonly Operand[], dot: Value, final: Value | typeof NONE): Value {
    const { least, most, run } = FUNCTIONS.get(name)!;
    const count = operands.length + (final === NONE ? 0 : 1);
    if (count < least || count > most) throw new TemplateFault(`${name} takes ${arityOf(least, most)}, got ${count}`);
    const values: Value[] = [];
    for (const each of operands) {
      const value = this.evaluate(each, dot);
      // What `and` and `or` do not need they do not evaluate.
      if (name === 'and' ? !isTrue(value) : name === 'or' && isTrue(value)) return value;
      values.push(value);
    }
    if (final !== NONE) values.push(final);
    this.offset = operand.offset;
    return run(values, this.budget);
  }

  private variable(name: string): Value {
    return this.find(name).value;
  }

  private assign(name: string, value: Value): void {
    this.find(name).value = value;
  }

  /** The one set last. The parser lets a few through that are not set in the branch that is taken, as Go's does. */
  private find(name: string): Variable {
    for (let index = this.variables.length - 1; index >= 0; index--) {
      if (this.variables[index].name !== name) continue;
      this.budget.spend(Math.floor((this.variables.length - index) / VARIABLES_PER_STEP));
      return this.variables[index];
    }
    throw new TemplateFault(`${name} is not set here; set it before, outside of this block: {{${name} := …}}`);
  }

  private write(text: string): undefined {
    this.budget.checkText(this.output.length + text.length);
    this.budget.spendBytes(text.length);
    this.output += text;
  }
}
