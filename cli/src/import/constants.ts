import { type Expression, type Name, partsOf, withParts } from './expression.ts';
import { inline } from './source-text.ts';

/** A value that the program says once. */
export interface Constant {
  readonly name: string;
  readonly value: Expression;
  /** Something is read from it, such as the event of a trigger: it stands where that is. */
  readonly isRead: boolean;
}

/** From this length on, two of a kind are one too many: a name is shorter. */
const LEAST_LENGTH = { literal: 24, call: 20, list: 48, members: 48, interpolation: 24 } as const;

interface Node {
  readonly expression: Expression;
  readonly hint: string;
  /** What it stands in, once for each time. */
  readonly parents: string[];
  uses: number;
  isRead: boolean;
}

/**
 * Takes out of the expressions what is repeated in them: the largest parts first, and what stands in one of those counts once.
 *
 * A constant stands before those that are made of it.
 */
export function withConstants(roots: readonly Expression[], taken: Set<string>): { constants: Constant[]; roots: Expression[] } {
  return takenOut(roots, taken, isWorthy);
}

/** The same for what is read from, where it is made with the parameters of a function: these are variables of that function. */
export function withVariables(root: Expression, taken: Set<string>): { variables: Constant[]; root: Expression } {
  const { constants, roots } = takenOut([root], taken, ({ isRead }) => isRead);
  return { variables: constants, root: roots[0]! };
}

function takenOut(roots: readonly Expression[], taken: Set<string>, isToBe: (node: Node) => boolean): { constants: Constant[]; roots: Expression[] } {
  const nodes = new Map<string, Node>();
  const visit = (expression: Expression, hint: string, parent: string, isRead = false) => {
    const text = identityOf(expression);
    const known = nodes.get(text);
    if (known) {
      known.isRead ||= isRead;
      return void known.parents.push(parent);
    }
    nodes.set(text, { expression, hint, parents: [parent], uses: 0, isRead: isRead && expression.kind === 'call' });
    partsOf(expression).forEach((part, index) => {
      // The pieces of a text say little without each other.
      if (expression.kind === 'interpolation' && part.kind === 'literal') return;
      visit(part, expression.kind === 'members' ? expression.members[index]![0] : hint, text, expression.kind === 'property');
    });
  };
  roots.forEach((root, index) => partsOf(root).forEach((part, at) => visit(part, root.kind === 'members' ? root.members[at]![0] : 'value', `root ${index}`)));

  // A part is shorter than what it stands in, so that all its uses are known when its turn comes.
  const chosen = new Map<string, Constant>();
  const uses = (text: string) => (chosen.has(text) ? 1 : nodes.get(text)?.uses ?? 1);
  for (const [text, node] of [...nodes].sort(([one], [other]) => other.length - one.length)) {
    node.uses = node.parents.reduce((sum, parent) => sum + uses(parent), 0);
    if (node.uses > 1 && isToBe(node)) chosen.set(text, { name: constantName(node, taken), value: node.expression, isRead: node.isRead });
  }
  const replaced = (expression: Expression): Expression => {
    const constant = chosen.get(identityOf(expression));
    return constant ? { kind: 'name', name: constant.name, isParameter: false } satisfies Name : withParts(expression, replaced);
  };
  return {
    constants: [...chosen.values()].reverse().map((constant) => ({ ...constant, value: withParts(constant.value, replaced) })),
    roots: roots.map((root) => withParts(root, replaced)),
  };
}

/** Constants of other types print alike. */
function identityOf(expression: Expression): string {
  return inline(expression, ({ to }) => `#${to}#`) + typesIn(expression);
}

function typesIn(expression: Expression): string {
  const own = (expression.kind === 'list' || expression.kind === 'members') && expression.type !== undefined ? ` ${expression.type}` : '';
  return own + partsOf(expression).map(typesIn).join('');
}

function isWorthy({ expression, isRead }: Node): boolean {
  const { kind } = expression;
  if (kind !== 'literal' && kind !== 'call' && kind !== 'list' && kind !== 'members' && kind !== 'interpolation') return false;
  if (hasParameter(expression) || !isTyped(expression)) return false;
  return isRead || inline(expression, ({ to }) => to).length >= LEAST_LENGTH[kind];
}

/** Without a type of its own, a constant would forget that one of its members is a word and not any text. */
function isTyped(expression: Expression): boolean {
  if (expression.kind === 'call' || expression.kind === 'literal') return true;
  const isOpen = (expression.kind === 'list' || expression.kind === 'members') && expression.type === undefined;
  return !isOpen || partsOf(expression).every((part) => !(part.kind === 'literal' && part.isFixed) && isTyped(part));
}

function hasParameter(expression: Expression): boolean {
  if (expression.kind === 'template') return true;
  return expression.kind === 'name' ? expression.isParameter : partsOf(expression).some(hasParameter);
}

/** Agents are called by what they are, what comes of a name by the name, anything else by the property it is for. */
function constantName({ expression, hint }: Node, taken: Set<string>): string {
  if (expression.kind !== 'call') return unusedName(hint, taken);
  const [owner = '', method = ''] = expression.callee.split('.');
  const named = firstText(expression);
  if (EVENTS[expression.callee] !== undefined) return unusedName(EVENTS[expression.callee]!, taken);
  if (owner === 'CodingAgent' && method !== 'custom') return unusedName(method === 'claudeCode' ? 'claude' : method === 'fromWorkerPool' ? `${named} pool` : method, taken);
  return unusedName(named === undefined ? hint : `${named} ${SUFFIXES[owner] ?? ''}`, taken);
}

/** What a trigger waits for. */
const EVENTS: Readonly<Record<string, string>> = {
  'Trigger.githubIssues': 'issues', 'Trigger.githubPullRequests': 'pulls', 'Trigger.githubWebhook': 'github', 'Trigger.jira': 'issues', 'Trigger.linearWebhook': 'linear', 'Trigger.slack': 'messages',
  'Trigger.gitlabIssues': 'issues', 'Trigger.gitlabMergeRequests': 'changes', 'Trigger.giteaIssues': 'issues', 'Trigger.giteaPullRequests': 'pulls', 'Trigger.cron': 'schedule', 'webhookTrigger': 'deliveries',
};

const SUFFIXES: Readonly<Record<string, string>> = { SecretRef: 'secret', Credentials: 'credentials', GitCredentials: 'git credentials', CodingAgent: 'agent', ContextSource: '', McpServer: 'server', Plugin: 'plugin', Skill: 'skill' };

function firstText(expression: Expression): string | undefined {
  if (expression.kind === 'literal') return typeof expression.value === 'string' ? expression.value : undefined;
  if (expression.kind !== 'call') return undefined;
  return expression.args.map(firstText).find((text) => text !== undefined);
}

/** A variable for a word or a name, which nothing else is called. */
export function unusedName(wish: string, taken: Set<string>): string {
  const words = wish.slice(0, 60).split(/[^A-Za-z0-9]+/).filter(Boolean);
  const camel = words.map((word, index) => (index === 0 ? word[0]!.toLowerCase() : word[0]!.toUpperCase()) + word.slice(1)).join('');
  const base = /^[A-Za-z]/.test(camel) ? camel : `value${camel}`;
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? base : `${base}${count}`;
    if (taken.has(name)) continue;
    taken.add(name);
    return name;
  }
}
