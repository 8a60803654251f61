import type { ApiObject } from 'cdk8s';
import type * as l1 from '../l1';
import { cycleThrough, leadingIntoCycles } from './cycle';
import { duplicatesOf } from './names';
import { type Problem, quote } from './problem';
import { Program } from './program';
import { AGENT, type NamedObject, checkReference, definedSpec, specOf } from './reference';

/** Whom an agent refers to. */
export interface AgentEdges {
  readonly tools: readonly NamedObject[];
  readonly peers: readonly NamedObject[];
}

/** Checks what agents are to each other: they exist, can be reached, and do not wait for each other. */
export function checkAgentGraph(agent: ApiObject, { tools, peers }: AgentEdges): Problem[] {
  return [
    ...peers.flatMap((peer, index) => [...checkReference(agent, AGENT, peer, `peers[${index}]`), ...checkExposed(agent, peer, `peers[${index}]`)]),
    ...checkRepeated(tools, 'tools'),
    ...checkRepeated(peers, 'peers'),
    ...checkCycle(agent),
  ];
}

function checkExposed(agent: ApiObject, peer: NamedObject | undefined, path: string): Problem[] {
  const spec = peer && definedSpec<l1.AgentSpec>(agent, AGENT, peer.name);
  if (spec?.agentNetwork?.expose !== false) return [];
  return [{ code: 'unreachable', path, got: quote(peer!.name), allowed: 'it is not exposed', fix: 'take exposed: false out there' }];
}

function checkRepeated(references: readonly NamedObject[], path: string): Problem[] {
  return duplicatesOf(references.map((reference) => reference?.name)).map((name) => ({ code: 'duplicate', path, got: quote(name), fix: 'keep one of them' }));
}

/** An agent starts when its peers are ready, unless it does not wait: in a circle of those that do, none ever starts. */
function checkCycle(agent: ApiObject): Problem[] {
  const { peersOf, inVain } = waits(agent);
  const cycle = inVain.has(agent) ? cycleThrough(agent, peersOf) : undefined;
  // One agent of a cycle speaks for all of them.
  if (!cycle?.every(({ name }) => name >= agent.name)) return [];
  return [{ code: 'cycle', path: 'peers', got: [...cycle, agent].map(({ name }) => name).join(' → '), fix: 'take one of these out, or set waitForDependencies: false on one of them' }];
}

interface Waits {
  /** The agents of the program that an agent waits for. */
  readonly peersOf: (agent: ApiObject) => readonly ApiObject[];
  /** Those that may wait for ever. */
  readonly inVain: ReadonlySet<ApiObject>;
}

/** Of all agents of the program, once for a synth. */
function waits(agent: ApiObject): Waits {
  const program = Program.of(agent);
  return program.once('agents that wait for each other', () => {
    const agents = program.objects(AGENT.kind, AGENT.group!);
    const byName = new Map(agents.map((other) => [keyOf(other, other.name), other]));
    const peers = new Map(agents.map((of) => {
      const { waitForDependencies, agentNetwork } = specOf<l1.AgentSpec>(of) ?? {};
      const names = waitForDependencies === false ? [] : agentNetwork?.access ?? [];
      return [of, names.flatMap((name) => byName.get(keyOf(of, name)) ?? [])];
    }));
    const peersOf = (of: ApiObject) => peers.get(of) ?? [];
    return { peersOf, inVain: leadingIntoCycles(agents, peersOf) };
  });
}

function keyOf({ metadata: { namespace } }: ApiObject, name: string): string {
  return `${namespace ?? ''}/${name}`;
}
