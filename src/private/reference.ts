import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { type Problem, listOf, quote } from './problem';
import { Program } from './program';
import { suggestionFor } from './suggestion';

/** What every reference to another object carries. */
export interface NamedObject {
  readonly name: string;
  readonly namespace?: string;
}

/** Marks what the user declared to exist already. A registered symbol, so that two copies of this package agree. */
const EXISTING = Symbol.for('cdk8s-taskwright.ExistingObject');

/** A reference to an object that the cluster has, though this program does not define it. */
export function existingObject(name: string, namespace?: string): NamedObject {
  return Object.defineProperty({ name, namespace }, EXISTING, { value: true });
}

/** A kind that others refer to, and how a user declares that an object of it exists already. */
export interface ReferencedKind {
  readonly kind: 'Workspace' | 'AgentConfig' | 'Task' | 'WorkerPool' | 'WebhookGateway' | 'Agent' | 'MCPServer' | 'ModelAPI';
  readonly declaredBy: string;
  /** Left out: kelos.dev. */
  readonly group?: string;
  /** Of the L2 that makes one. Left out: it is called like the kind. */
  readonly construct?: string;
}

export const WORKSPACE: ReferencedKind = { kind: 'Workspace', declaredBy: 'Workspace.fromWorkspaceName' };
export const AGENT_CONFIG: ReferencedKind = { kind: 'AgentConfig', declaredBy: 'AgentConfig.fromAgentConfigName' };
export const TASK: ReferencedKind = { kind: 'Task', declaredBy: 'Task.fromTaskName' };
export const WORKER_POOL: ReferencedKind = { kind: 'WorkerPool', declaredBy: 'WorkerPool.fromWorkerPoolName' };
export const WEBHOOK_GATEWAY: ReferencedKind = { kind: 'WebhookGateway', declaredBy: 'WebhookGateway.fromWebhookGatewayName' };
export const AGENT: ReferencedKind = { kind: 'Agent', group: 'kaos.tools', construct: 'ServiceAgent', declaredBy: 'ServiceAgent.fromServiceAgentName' };
export const MCP_SERVER: ReferencedKind = { kind: 'MCPServer', group: 'kaos.tools', construct: 'McpService', declaredBy: 'McpService.fromMcpServiceName' };
export const MODEL_API: ReferencedKind = { kind: 'ModelAPI', group: 'kaos.tools', construct: 'ModelApi', declaredBy: 'ModelApi.fromModelApiName' };

/**
 * Checks that what `from` refers to will exist: it is declared to, or this program defines it, in the namespace of `from`.
 * References never cross namespaces.
 */
export function checkReference(from: ApiObject, { kind, declaredBy, group = 'kelos.dev', construct = kind }: ReferencedKind, to: NamedObject | undefined, path: string): Problem[] {
  if (!to || typeof to.name !== 'string' || to.name === '') {
    return [{ code: 'missing-reference', path, got: to ? quote(to.name) : 'nothing', fix: `define one with new ${construct}(…), or pass ${declaredBy}(…) if it exists already` }];
  }
  const elsewhere = checkNamespace(from, to, path);
  if (elsewhere.length > 0 || EXISTING in to) return elsewhere;
  if (Construct.isConstruct(to)) {
    if (to.node.root === from.node.root) return [];
    return [{ code: 'other-app', path, got: `${kind} ${quote(to.name)}`, fix: `define it in this app, or pass ${declaredBy}(${quote(to.name)})` }];
  }
  const defined = namesOf(Program.of(from).objects(kind, group), from.metadata.namespace);
  if (defined.includes(to.name)) return [];
  const near = suggestionFor(to.name, defined);
  return [{
    code: 'missing-reference',
    path,
    got: `${kind} ${quote(to.name)}`,
    allowed: defined.length > 0 ? `this program defines ${listOf(defined)}` : `this program defines no ${kind}`,
    fix: near ? `did you mean ${near}?` : `define it, or pass ${declaredBy}(${quote(to.name)}) if it exists already`,
  }];
}

/** A Secret, Workspace, AgentConfig or Task is looked up in the namespace of who refers to it. One that is not known is taken to be the same. */
export function checkNamespace(from: ApiObject, to: NamedObject, path: string): Problem[] {
  const here = from.metadata.namespace;
  const there = namespaceOf(to);
  if (here === undefined || there === undefined || here === there) return [];
  return [{ code: 'other-namespace', path, got: `${quote(to.name)} of namespace ${there}`, allowed: `it is looked up in ${here}`, fix: 'define it there too' }];
}

function namespaceOf(to: NamedObject): string | undefined {
  if (typeof to.namespace === 'string') return to.namespace;
  const { metadata } = to as { metadata?: { namespace?: unknown } };
  return typeof metadata?.namespace === 'string' ? metadata.namespace : undefined;
}

/** The spec of what a reference means, where this program defines it, whoever made it. */
export function definedSpec<T>(from: ApiObject, { kind, group = 'kelos.dev' }: ReferencedKind, name: string): T | undefined {
  const object = Program.of(from).objects(kind, group).find((each) => each.name === name && each.metadata.namespace === from.metadata.namespace);
  return object && specOf<T>(object);
}

/** The spec of an object as it will be written; none of one that cannot be rendered, which its own checks tell. */
export function specOf<T>(object: ApiObject): T | undefined {
  try {
    return (object.toJson() as { spec?: T }).spec;
  } catch {
    return undefined;
  }
}

function namesOf(objects: ApiObject[], namespace: string | undefined): string[] {
  return objects.filter((object) => object.metadata.namespace === namespace).map((object) => object.name);
}
