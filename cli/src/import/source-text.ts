import type { Expression, Reference } from './expression.ts';

/** How a construct is called where the text stands. */
export type Naming = (reference: Reference) => string;

const WIDTH = 140;

/** An expression on one line, but for the lines of its texts. */
export function inline(expression: Expression, naming: Naming): string {
  switch (expression.kind) {
    case 'literal': return typeof expression.value === 'string' ? text(expression.value) : String(expression.value);
    case 'name': return expression.name;
    case 'enum': return expression.path;
    case 'reference': return naming(expression);
    case 'template': return `\`${expression.texts.map(inTemplate).join(`\${${expression.parameter.name}}`)}\``;
    case 'property': return inline(expression.of, naming) + expression.path.map((step) => (isIdentifier(step) ? `.${step}` : `[${quoted(step)}]`)).join('');
    case 'interpolation': return `\`${onItsLines(expression.parts.map((part) => textPart(part, naming)).join(''))}\``;
    case 'list': return `[${expression.items.map((item) => inline(item, naming)).join(', ')}]`;
    case 'call': return `${expression.callee}(${expression.args.map((arg) => inline(arg, naming)).join(', ')})`;
    case 'members': return expression.members.length === 0 ? '{}' : `{ ${expression.members.map(([name, value]) => member(name, inline(value, naming))).join(', ')} }`;
  }
}

/** An expression over as many lines as it needs. `indent` is that of the line it begins on, `before` what stands there already. */
export function block(expression: Expression, naming: Naming, indent: string, before: number): string {
  const short = inline(expression, naming);
  if (!short.includes('\n') && before + short.length <= WIDTH) return short;
  const inner = `${indent}  `;
  switch (expression.kind) {
    case 'list': return `[\n${expression.items.map((item) => `${inner}${block(item, naming, inner, inner.length)},\n`).join('')}${indent}]`;
    case 'members': return `{\n${expression.members.map(([name, value]) => `${inner}${member(name, block(value, naming, inner, inner.length + name.length + 2))},\n`).join('')}${indent}}`;
    case 'call': return called(expression.callee, expression.args, naming, indent, before);
    default: return short;
  }
}

/** The last argument of a call may go over several lines: it is the one with the properties. */
export function called(callee: string, args: readonly Expression[], naming: Naming, indent: string, before: number): string {
  const first = args.slice(0, -1).map((arg) => `${inline(arg, naming)}, `).join('');
  const last = args.at(-1);
  return `${callee}(${first}${last ? block(last, naming, indent, before + callee.length + 1 + first.length) : ''})`;
}

/** `{ workspace }` where the variable is called like the property. */
function member(name: string, value: string): string {
  if (!isIdentifier(name)) return `${quoted(name)}: ${value}`;
  return name === value && name !== 'true' && name !== 'false' ? name : `${name}: ${value}`;
}

function isIdentifier(name: string): boolean {
  return /^[A-Za-z_$][\w$]*$/.test(name);
}

/** A part of a template literal. */
function textPart(part: Expression, naming: Naming): string {
  if (part.kind === 'literal') return inTemplate(String(part.value));
  return part.kind === 'template' ? inline(part, naming).slice(1, -1) : `\${${inline(part, naming)}}`;
}

/** Over several lines where there are several: that of a text which merely ends in a line feed stays whole. */
function text(value: string): string {
  return hasLines(value) && value.trim() !== '' ? `\`${inTemplate(value)}\`` : quoted(value);
}

function onItsLines(template: string): string {
  return hasLines(template) ? template : template.replace(/\n$/, '\\n');
}

function hasLines(value: string): boolean {
  return value.slice(0, -1).includes('\n');
}

function quoted(value: string): string {
  return `'${escaped(value).replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
}

function inTemplate(value: string): string {
  return escaped(value).replaceAll('`', '\\`').replaceAll('${', '\\${');
}

/** What an editor does not show, or a reader of the file would change: line feeds alone are as they are. */
function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, (character) => (
    character === '\t' ? '\\t' : character === '\r' ? '\\r' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  ));
}
