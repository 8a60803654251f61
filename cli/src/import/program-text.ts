import { type Constant, unusedName, withConstants, withVariables } from './constants.ts';
import { type Expression, literal, type Members, partsOf, referencesIn, type Statement } from './expression.ts';
import { type Parameter, parameterized } from './parameterized.ts';
import { repeatedGroups } from './repeated-groups.ts';
import { block, called, inline, type Naming } from './source-text.ts';

/** Calls of one function, one after the other; or a statement that is called once and stands where it is. */
type Piece = { readonly statement: Statement } | { readonly call: Call };

interface Helper {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly body: readonly Statement[];
  /** Places in the body of those that others refer to: the function returns them. */
  readonly returned: readonly number[];
  /** How the constructs of the body are called in it, by their key in the first group. */
  readonly local: ReadonlyMap<string, string>;
}

interface Call {
  readonly helper: Helper;
  readonly args: readonly Expression[];
  /** The keys of what this call makes, in the order of the body. */
  readonly keys: readonly string[];
}

const RESERVED = ['app', 'break', 'case', 'catch', 'class', 'const', 'continue', 'debugger', 'default', 'delete', 'do', 'else', 'enum', 'eval', 'arguments', 'export', 'extends',
  'false', 'finally', 'for', 'function', 'if', 'implements', 'import', 'in', 'instanceof', 'interface', 'let', 'new', 'null', 'package', 'private', 'protected', 'public',
  'return', 'static', 'super', 'switch', 'this', 'throw', 'true', 'try', 'typeof', 'var', 'void', 'while', 'with', 'yield', 'await', 'l1', 'undefined', 'process', 'global', 'require', 'module', 'exports'];

const FROM_CDK8S = ['ApiObject', 'App', 'Chart', 'Duration', 'Size'];

/** The program as text: imports, constants, functions, then what is made, in the order in which it can be. */
export function programText(statements: readonly Statement[], header: string): string {
  const taken = new Set([...RESERVED]);
  const referrers = referrersOf(statements);
  const { pieces, helpers } = piecesOf(statements, referrers, taken);
  // What is called like a parameter would be hidden by it.
  for (const { parameters, local } of helpers) for (const name of [...parameters.map((parameter) => parameter.name), ...local.values()]) taken.add(name);
  const names = namesOf(pieces, referrers, taken);
  const contents = contentsOf(pieces, helpers, taken);
  const naming: Naming = ({ to }) => names.get(to)!;
  const sections = [
    constantLines(contents.constants.filter((constant) => !standsAtUse(constant, contents.constants)), naming),
    'const app = new App();',
    statementLines(pieces, contents, names),
    helpers.map((helper) => functionText(helper, ({ to }) => helper.local.get(to) ?? names.get(to)!, contents.ofHelpers.get(helper)!, taken)).join('\n'),
    'app.synth();',
  ];
  const written = [...contents.constants.map(({ value }) => value), ...contents.ofPieces.map(({ own }) => own), ...[...contents.ofHelpers.values()].flat()];
  return [header, importsOf(statements, written), ...sections].map((section) => section.trimEnd()).filter((section) => section !== '').join('\n\n') + '\n';
}

function constantLines(constants: readonly Constant[], naming: Naming, indent = ''): string {
  return constants.map(({ name, value }) => `${indent}const ${name}${typeOf(value)} = ${block(value, naming, indent, indent.length + name.length + 9)};\n`).join('');
}

/** Statements and calls. A constant that is made of constructs stands before the first line that needs it: that line needs them, too. So does a trigger. */
function statementLines(pieces: readonly Piece[], { constants, ofPieces }: Contents, names: ReadonlyMap<string, string>): string {
  const naming: Naming = ({ to }) => names.get(to)!;
  const pending = new Set(constants.filter((constant) => standsAtUse(constant, constants)));
  return pieces.map((piece, index) => {
    const { own, used } = ofPieces[index]!;
    const first = [...pending].filter(({ name }) => used.has(name));
    first.forEach((constant) => pending.delete(constant));
    const name = names.get('statement' in piece ? piece.statement.key : piece.call.keys.join());
    const start = name === undefined ? '' : `const ${name} = `;
    const text = 'statement' in piece ? made(piece.statement, own as Members, naming, '', start.length) : called(piece.call.helper.name, partsOf(own), naming, '', start.length);
    return `${constantLines(first, naming)}${start}${text};\n${isFollowed(piece, pieces[index + 1]) ? '' : '\n'}`;
  }).join('');
}

/** A chart is followed by what is in it, a call by the next one of its function. */
function isFollowed(piece: Piece, next: Piece | undefined): boolean {
  if ('statement' in piece) return piece.statement.construct === 'Chart';
  return next !== undefined && 'call' in next && next.call.helper === piece.call.helper;
}

function standsAtUse({ value, isRead }: Constant, constants: readonly Constant[]): boolean {
  return isRead || referencesIn(value).length > 0 || constants.some((other) => constantsIn(value).includes(other.name) && standsAtUse(other, constants));
}

/** Groups that come again become functions. A construct that is made in one is known by the key it has in the first group. */
function piecesOf(statements: readonly Statement[], referrers: Referrers, taken: Set<string>): { pieces: Piece[]; helpers: Helper[] } {
  const pieces: Piece[] = [];
  const helpers: Helper[] = [];
  let next = 0;
  for (const { start, size, times } of repeatedGroups(statements)) {
    const groups = Array.from({ length: times }, (_, index) => statements.slice(start + index * size, start + (index + 1) * size));
    const common = parameterized(groups, new Set([...taken]));
    if (!common) continue;
    pieces.push(...statements.slice(next, start).map((statement) => ({ statement })));
    next = start + size * times;
    const helper = helperFor(groups, common, referrers, taken);
    helpers.push(helper);
    pieces.push(...groups.map((group, index) => ({ call: { helper, args: common.parameters.map(({ values }) => literal(values[index]!)), keys: group.map(({ key }) => key) } })));
  }
  pieces.push(...statements.slice(next).map((statement) => ({ statement })));
  return { pieces, helpers };
}

function helperFor(groups: readonly (readonly Statement[])[], { parameters, body }: { parameters: readonly Parameter[]; body: readonly Statement[] }, referrers: Referrers, taken: Set<string>): Helper {
  const kinds = [...new Set(body.map(kindIn))];
  const name = unusedName(`add ${kinds.length > 3 ? 'group' : kinds.join(' and ')}`, taken);
  const returned = body.flatMap((_, place) => (groups.some((group) => referrersTo(group[place]!.key, referrers).some((key) => !group.some((statement) => statement.key === key))) ? [place] : []));
  const inside = new Set([...taken, ...parameters.map((parameter) => parameter.name)]);
  const local = new Map(body.map((statement, place) => (
    [statement.key, returned.includes(place) || referrersTo(statement.key, referrers).length > 0 ? unusedName(kindIn(statement), inside) : '']
  )));
  return { name, parameters, body, returned, local };
}

/** Variables for what others refer to; what a call returns is read from its variable. */
function namesOf(pieces: readonly Piece[], referrers: Referrers, taken: Set<string>): Map<string, string> {
  const names = new Map<string, string>();
  for (const piece of pieces) {
    if ('statement' in piece) {
      if (referrersTo(piece.statement.key, referrers).length > 0) names.set(piece.statement.key, unusedName(wishFor(piece.statement), taken));
      continue;
    }
    const { helper, keys, args } = piece.call;
    const isUsed = (place: number) => referrersTo(keys[place]!, referrers).some((key) => !keys.includes(key));
    if (!helper.returned.some(isUsed)) continue;
    const first = args.find((arg) => arg.kind === 'literal' && typeof arg.value === 'string');
    const word = first?.kind === 'literal' ? String(first.value) : '';
    const instance = unusedName(/^[A-Za-z]/.test(word) ? word : keys[helper.returned[0]!]!.split('/').at(-1)!, taken);
    names.set(keys.join(), instance);
    for (const place of helper.returned) {
      names.set(keys[place]!, helper.returned.length === 1 ? instance : `${instance}.${helper.local.get(helper.body[place]!.key)!}`);
    }
  }
  return names;
}

function kindIn({ construct, props }: Statement): string {
  const [, kind] = props.members.find(([name]) => construct === 'ApiObject' && name === 'kind') ?? [];
  return kind?.kind === 'literal' ? String(kind.value) : construct.replace(/^l1\.Cfg/, '');
}

function wishFor({ id, construct }: Statement): string {
  const name = id.kind === 'literal' ? String(id.value) : construct;
  return construct === 'Chart' ? `${name} chart` : name;
}

/** The properties of a statement, or the arguments of a call; and all constants that have to be there before. */
interface Content {
  readonly own: Expression;
  readonly used: ReadonlySet<string>;
}

interface Contents {
  readonly constants: readonly Constant[];
  readonly ofPieces: readonly Content[];
  readonly ofHelpers: ReadonlyMap<Helper, readonly Expression[]>;
}

/** Constants are taken out of all that is written: statements, the bodies of functions, and the arguments of calls. */
function contentsOf(pieces: readonly Piece[], helpers: readonly Helper[], taken: Set<string>): Contents {
  const own = pieces.map((piece): Expression => ('statement' in piece ? piece.statement.props : { kind: 'list', items: piece.call.args }));
  const { constants, roots } = withConstants([...own, ...helpers.flatMap(({ body }) => body.map(({ props }) => props))], taken);
  const values = new Map(constants.map(({ name, value }) => [name, value]));
  const usedIn = (expressions: readonly Expression[]): string[] => expressions.flatMap(constantsIn).flatMap((name) => [name, ...usedIn([values.get(name)!])]);
  let next = pieces.length;
  const ofHelpers = new Map(helpers.map((helper) => [helper, roots.slice(next, (next += helper.body.length))]));
  const ofPieces = pieces.map((piece, index) => ({ own: roots[index]!, used: new Set(usedIn([roots[index]!, ...'call' in piece ? ofHelpers.get(piece.call.helper)! : []])) }));
  return { constants, ofPieces, ofHelpers };
}

function constantsIn(expression: Expression): string[] {
  return expression.kind === 'name' ? (expression.isParameter ? [] : [expression.name]) : partsOf(expression).flatMap(constantsIn);
}

function functionText({ name, parameters, body, returned, local }: Helper, naming: Naming, contents: readonly Expression[], taken: ReadonlySet<string>): string {
  const inside = new Set(taken);
  const result = returned.map((place) => local.get(body[place]!.key)!);
  const isLastReturned = result.length === 1 && returned[0] === body.length - 1;
  const lines = body.map((statement, place) => {
    const { variables, root } = withVariables(contents[place]!, inside);
    const variable = local.get(statement.key)!;
    const start = isLastReturned && place === body.length - 1 ? 'return ' : variable === '' ? '' : `const ${variable} = `;
    return `${constantLines(variables, naming, '  ')}  ${start}${made(statement, root as Members, naming, '  ', start.length + 2)};\n`;
  });
  const back = result.length === 0 || isLastReturned ? '' : `  return ${result.length === 1 ? result[0] : `{ ${result.join(', ')} }`};\n`;
  const head = parameters.map((parameter) => `${parameter.name}: ${parameter.type}`).join(', ');
  return `function ${name}(${head}) {\n${lines.join('')}${back}}\n`;
}

function made({ construct, scope, id }: Statement, props: Members, naming: Naming, indent: string, before: number): string {
  const place = scope === undefined ? 'app' : naming({ kind: 'reference', to: scope });
  const start = `new ${construct}(${place}, ${inline(id, naming)}`;
  return props.members.length === 0 ? `${start})` : `${start}, ${block(props, naming, indent, before + start.length + 2)})`;
}

function typeOf(value: Expression): string {
  return (value.kind === 'list' || value.kind === 'members') && value.type !== undefined ? `: ${value.type}` : '';
}

/** By key: the keys of the statements that refer to it, or are in it. */
type Referrers = ReadonlyMap<string, readonly string[]>;

function referrersOf(statements: readonly Statement[]): Referrers {
  const referrers = new Map<string, string[]>();
  for (const { key, scope, props } of statements) {
    for (const to of new Set([...scope === undefined ? [] : [scope], ...referencesIn(props)])) (referrers.get(to) ?? referrers.set(to, []).get(to)!).push(key);
  }
  return referrers;
}

function referrersTo(key: string, referrers: Referrers): readonly string[] {
  return referrers.get(key) ?? [];
}

function importsOf(statements: readonly Statement[], written: readonly Expression[]): string {
  const used = new Set(['App', ...statements.map(({ construct }) => construct), ...written.flatMap(namesUsed)].map((name) => name.split('.', 1)[0]!));
  const imported = (names: readonly string[], from: string) => (names.length === 0 ? '' : `import { ${[...names].sort().join(', ')} } from '${from}';\n`);
  return imported([...used].filter((name) => FROM_CDK8S.includes(name)), 'cdk8s') + imported([...used].filter((name) => !FROM_CDK8S.includes(name)), 'cdk8s-taskwright');
}

/** Factories, and the types of constants. */
function namesUsed(expression: Expression): string[] {
  const own = expression.kind === 'call' ? [expression.callee] : expression.kind === 'enum' ? [expression.path] : [];
  return [...own, ...partsOf(expression).flatMap(namesUsed)];
}
