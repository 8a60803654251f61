import { listOf } from '../private/problem';
import { suggestionFor } from '../private/suggestion';
import { fromBytes, toBytes } from './byte-string';
import { FUNCTIONS } from './functions';
import { tokenize } from './lexer';
import { LIMITS } from './limits';
import { parseNumber } from './number-literal';
import { unquote, unquoteCharacter } from './quoted';
import type { Command, ControlNode, List, Literal, Node, Operand, Pipe, Template } from './syntax-tree';
import { TemplateError } from './template-error';
import { type Token, type TokenKind, shown } from './token';

/**
 * Parses a Go text/template. The name is the one it can call itself by.
 *
 * Accepts what Go 1.26 accepts, within LIMITS; a TemplateError says what is wrong, where and what to do.
 */
export function parseTemplate(text: string, name: string): Template {
  if (Buffer.byteLength(text) > LIMITS.templateBytes) {
    throw new TemplateError(1, 1, `the template has more than ${LIMITS.templateBytes} bytes; take out what is the same each time, for example into a file of the repository`);
  }
  const parser = new Parser(text, tokenize(text));
  parser.parseRoot(name);
  return { name, text, definitions: parser.definitions };
}

/** Ends a list: which of the two, and where. */
type End = Token & { readonly kind: 'end' | 'else' };

/** What is known while one template, and not one that it defines, is parsed. */
class Scope {
  /** In how many ranges. */
  public ranges = 0;
  private readonly variables = ['$'];
  private readonly counts = new Map([['$', 1]]);

  public get size(): number {
    return this.variables.length;
  }

  /** Those that were set. */
  public names(): Iterable<string> {
    return new Set(this.variables.slice(1));
  }

  public has(name: string): boolean {
    return (this.counts.get(name) ?? 0) > 0;
  }

  public add(name: string): void {
    this.variables.push(name);
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  /** Forgets the variables that were added since there were so many. */
  public cut(size: number): void {
    for (const name of this.variables.splice(size)) this.counts.set(name, this.counts.get(name)! - 1);
  }
}

class Parser {
  public readonly definitions = new Map<string, List>();
  private at = 0;
  private depth = 0;
  private scope = new Scope();

  public constructor(private readonly text: string, private readonly tokens: readonly Token[]) {}

  public parseRoot(name: string): void {
    const nodes: Node[] = [];
    for (let token = this.peek(); token.kind !== 'end of template'; token = this.peek()) {
      if (token.kind === 'open' && this.peekAfterSpace(1).kind === 'define') this.parseDefinition();
      else {
        const node = this.parseNode();
        if ('ends' in node) throw this.error(node.ends, `{{${node.ends.kind}}} ends nothing; take it out`);
        nodes.push(node);
      }
    }
    this.define(name, nodes, this.peek());
  }

  private parseDefinition(): void {
    const open = this.next();
    this.nextAfterSpace();
    const name = this.parseName('define');
    this.expectClose('define');
    this.define(name, this.parseBody(open), open);
  }

  /** A template of its own, up to its end: it sees none of the variables around it. */
  private parseBody(open: Token): List {
    const outside = this.scope;
    this.scope = new Scope();
    const { list, end } = this.nested(open, () => this.parseList(open));
    if (end.kind !== 'end') throw this.error(end, '{{else}} belongs to if, with or range');
    this.scope = outside;
    return list;
  }

  /** A template that is nothing but space gives way to another of its name. */
  private define(name: string, list: List, token: Token): void {
    const known = this.definitions.get(name);
    if (known && !isBlank(known) && !isBlank(list)) throw this.error(token, `there are two templates called ${JSON.stringify(shown(name))}; rename one`);
    if (!known || isBlank(known)) this.definitions.set(name, list);
  }

  /** Up to the `end` or `else` that it does not own. `open` is what that is missing for, if it is missing. */
  private parseList(open: Token): { list: List; end: End } {
    const list: Node[] = [];
    while (this.peekAfterSpace().kind !== 'end of template') {
      const node = this.parseNode();
      if ('ends' in node) return { list, end: node.ends };
      list.push(node);
    }
    throw this.error(open, 'this block is never closed; add {{end}}');
  }

  private parseNode(): Node | { ends: End } {
    const token = this.nextAfterSpace();
    if (token.kind === 'text') return { kind: 'text', offset: token.offset, text: toBytes(token.text) };
    if (token.kind === 'open') return this.parseAction(token);
    throw this.unexpected(token, 'between two actions');
  }

  private parseAction(open: Token): Node | { ends: End } {
    const token = this.nextAfterSpace();
    const { kind, offset } = token;
    switch (kind) {
      case 'if': case 'with': case 'range': return this.parseControl(kind, open);
      case 'template': return this.parseCall(open);
      case 'block': return this.parseBlock(open);
      case 'end':
        this.expectClose('end');
        return { ends: { ...token, kind } };
      case 'else':
        // The `if` of `else if` is left for whoever owns this else.
        if (!['if', 'with'].includes(this.skipSpace().kind)) this.expectClose('else');
        return { ends: { ...token, kind } };
      case 'break': case 'continue':
        this.expectClose(kind);
        if (this.scope.ranges === 0) throw this.error(token, `{{${kind}}} stands inside a range`);
        return { kind, offset };
    }
    this.at--;
    return { kind: 'action', offset, pipe: this.parsePipe('action', 'close') };
  }

  private parseControl(kind: ControlNode['kind'], open: Token): ControlNode {
    return this.nested(open, () => {
      const { size } = this.scope;
      const pipe = this.parsePipe(kind, 'close');
      if (kind === 'range') this.scope.ranges++;
      const { list, end } = this.parseList(open);
      if (kind === 'range') this.scope.ranges--;
      const elseList = end.kind === 'else' ? this.parseElse(kind, end, open) : undefined;
      this.scope.cut(size);
      return { kind, offset: open.offset, pipe, list, ...(elseList ? { elseList } : {}) };
    });
  }

  /** `else if` and `else with` are a block of their own inside the else, whose end ends both. */
  private parseElse(kind: ControlNode['kind'], token: Token, open: Token): List {
    if (kind !== 'range' && this.peek().kind === kind) {
      this.next();
      return [this.parseControl(kind, token)];
    }
    const { list, end } = this.parseList(open);
    if (end.kind === 'else') throw this.error(end, 'this block has an {{else}} already');
    return list;
  }

  private parseCall(open: Token): Node {
    const name = this.parseName('template');
    const call = { kind: 'template' as const, offset: open.offset, name };
    if (this.skipSpace().kind !== 'close') return { ...call, pipe: this.parsePipe('template', 'close') };
    this.next();
    return call;
  }

  private parseBlock(open: Token): Node {
    const name = this.parseName('block');
    const pipe = this.parsePipe('block', 'close');
    this.define(name, this.parseBody(open), open);
    return { kind: 'template', offset: open.offset, name, pipe };
  }

  private parseName(what: string): string {
    const token = this.nextAfterSpace();
    if (token.kind !== 'string') throw this.unexpected(token, `after ${what}; the name of a template is a text in quotes`);
    return fromBytes(this.unquoted(token));
  }

  private parsePipe(what: string, end: 'close' | 'right paren'): Pipe {
    const { offset } = this.skipSpace();
    const { variables, isAssignment } = this.parseVariables(what);
    const commands: Command[] = [];
    for (let token = this.skipSpace(); token.kind !== end; token = this.skipSpace()) {
      if (!isOperand(token.kind)) throw this.unexpected(token, `in ${what}`);
      const command = this.parseCommand();
      const [{ kind }] = command.operands;
      if (commands.length > 0 && isValueOnly(kind)) throw this.error(token, 'what follows a | has to be a function; a value cannot be given another');
      commands.push(command);
    }
    if (commands.length === 0) throw this.error(this.peek(), `${what} lacks a value`);
    this.next();
    return { kind: 'pipe', offset, variables, isAssignment, commands };
  }

  /** `$x :=`, `$x =`, and for a range `$i, $x :=`. What is none of them is left alone. */
  private parseVariables(what: string): { variables: string[]; isAssignment: boolean } {
    const variables: string[] = [];
    for (;;) {
      const token = this.skipSpace();
      const after = token.kind === 'variable' ? this.peekAfterSpace(1) : token;
      const isList = after.kind === 'character' && after.text === ',';
      if (token.kind !== 'variable' || (after.kind !== 'assign' && after.kind !== 'declare' && !isList)) return { variables, isAssignment: false };
      this.next();
      this.nextAfterSpace();
      variables.push(token.text);
      this.scope.add(token.text);
      if (!isList) return { variables, isAssignment: after.kind === 'assign' };
      if (what !== 'range' || variables.length > 1) throw this.error(token, `${what} sets ${what === 'range' ? 'two variables at most' : 'one variable only'}`);
      if (!['variable', 'close', 'right paren'].includes(this.skipSpace().kind)) throw this.error(this.peek(), 'a variable has to follow the comma');
    }
  }

  private parseCommand(): Command {
    const { offset } = this.skipSpace();
    const operands: Operand[] = [];
    for (;;) {
      this.skipSpace();
      const operand = this.parseOperand();
      if (operand) operands.push(operand);
      const token = this.peek();
      if (token.kind === 'space' || token.kind === 'pipe') this.next();
      else if (token.kind !== 'close' && token.kind !== 'right paren') throw this.unexpected(token, 'after a value; put a space between two values');
      if (token.kind !== 'space') break;
    }
    const [first, ...rest] = operands;
    if (!first) throw this.error(this.peek(), 'there is no command');
    return { offset, operands: [first, ...rest] };
  }

  /** A term and the fields that are read from it. */
  private parseOperand(): Operand | undefined {
    const term = this.parseTerm();
    if (!term || this.peek().kind !== 'field') return term;
    const { offset } = this.peek();
    const names = [];
    while (this.peek().kind === 'field') names.push(toBytes(this.next().text.slice(1)));
    if (term.kind === 'field' || term.kind === 'variable') return { ...term, names: [...term.names, ...names] };
    if (term.kind === 'pipe' || term.kind === 'function') return { kind: 'chain', offset, of: term, names };
    throw TemplateError.at(this.text, offset, 'a literal has no fields');
  }

  private parseTerm(): Operand | undefined {
    const token = this.nextAfterSpace();
    const { kind, text, offset } = token;
    switch (kind) {
      case 'identifier': return { kind: 'function', offset, name: this.knownFunction(token) };
      case 'dot': case 'nil': return { kind, offset };
      case 'bool': return { kind, offset, value: text === 'true' };
      case 'field': return { kind, offset, names: [toBytes(text.slice(1))] };
      case 'variable': return { kind, offset, name: this.knownVariable(token), names: [] };
      case 'string': return { kind, offset, value: this.unquoted(token) };
      case 'number': case 'character constant': return this.numberOf(token);
      case 'left paren': return this.nested(token, () => this.parsePipe('parentheses', 'right paren'));
    }
    this.at--;
    return undefined;
  }

  private numberOf(token: Token): Literal {
    const { kind, text, offset } = token;
    const rune = kind === 'number' ? undefined : unquoteCharacter(text);
    const value = kind === 'number' ? parseNumber(text) : rune === undefined ? undefined : BigInt(rune);
    if (value === undefined) throw this.error(token, `${shown(text)} is not a ${kind === 'number' ? 'number that Go can hold' : 'character; write a text in double quotes'}`);
    return { kind: 'number', offset, value, text };
  }

  private knownFunction(token: Token): string {
    const name = token.text;
    if (FUNCTIONS.has(name)) return name;
    const near = suggestionFor(name, FUNCTIONS.keys());
    const hint = near === undefined ? `there are ${listOf(FUNCTIONS.keys())}; a variable begins with a dot: .${shown(name)}` : `did you mean ${near}?`;
    throw this.error(token, `there is no function ${JSON.stringify(shown(name))}; ${hint}`);
  }

  private knownVariable(token: Token): string {
    if (this.scope.has(token.text)) return token.text;
    const near = suggestionFor(token.text, this.scope.names());
    const name = shown(token.text);
    throw this.error(token, `${name} is not set here; ${near === undefined ? `set it before: {{${name} := …}}` : `did you mean ${near}?`}`);
  }

  private unquoted(token: Token): string {
    const value = unquote(token.text);
    if (value === undefined) throw this.error(token, 'the text has an escape that Go does not know; write \\\\ for a backslash');
    return value;
  }

  private nested<T>(token: Token, parse: () => T): T {
    if (this.depth >= LIMITS.nesting) throw this.error(token, `more than ${LIMITS.nesting} blocks and parentheses are inside each other; put the inner ones into a template of their own`);
    this.depth++;
    const parsed = parse();
    this.depth--;
    return parsed;
  }

  private expectClose(what: string): void {
    const token = this.nextAfterSpace();
    if (token.kind !== 'close') throw this.unexpected(token, `in ${what}; }} has to follow`);
  }

  private next(): Token {
    const token = this.peek();
    this.at++;
    return token;
  }

  private nextAfterSpace(): Token {
    this.skipSpace();
    return this.next();
  }

  private peek(): Token {
    return this.tokens[Math.min(this.at, this.tokens.length - 1)];
  }

  /** The first token that is no space, `ahead` tokens from here or later. Moves nothing. */
  private peekAfterSpace(ahead = 0): Token {
    let at = this.at + ahead;
    while (this.tokens[at]?.kind === 'space') at++;
    return this.tokens[Math.min(at, this.tokens.length - 1)];
  }

  private skipSpace(): Token {
    while (this.peek().kind === 'space') this.at++;
    return this.peek();
  }

  private unexpected(token: Token, where: string): TemplateError {
    if (token.kind === 'error') return this.error(token, token.text);
    if (token.kind === 'end of template') return this.error(token, 'the template ends too early');
    return this.error(token, `${token.text.trim() === '' ? 'a space' : shown(token.text)} is not expected ${where}`);
  }

  private error(token: Token, reason: string): TemplateError {
    return TemplateError.at(this.text, token.offset, token.kind === 'error' ? token.text : reason);
  }
}

function isBlank(list: List): boolean {
  return list.every((node) => node.kind === 'text' && /^\p{White_Space}*$/u.test(fromBytes(node.text)));
}

const OPERANDS: readonly TokenKind[] = ['bool', 'character constant', 'dot', 'field', 'identifier', 'number', 'nil', 'string', 'variable', 'left paren'];

function isOperand(kind: TokenKind): boolean {
  return OPERANDS.includes(kind);
}

function isValueOnly(kind: Operand['kind']): boolean {
  return kind === 'bool' || kind === 'dot' || kind === 'nil' || kind === 'number' || kind === 'string';
}
