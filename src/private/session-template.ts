import type { ApiObject, Duration } from 'cdk8s';
import type { AgentType, CodingAgent } from '../coding-agent';
import type * as l1 from '../l1';
import { checkClaimMade, type VolumeClaim } from '../volume-claim';
import { type Problem, quote } from './problem';
import { type NamedObject, WORKSPACE, checkReference } from './reference';
import { checkDuration, checkMade } from './shape';

/** What a Session says, and what the template of one says in the same words. */
export interface SessionTemplateProps {
  readonly agent: CodingAgent;
  readonly workspace?: NamedObject;
  readonly initialPrompt?: string;
  readonly initialBranch?: string;
  readonly volume?: VolumeClaim;
  readonly suspend?: boolean;
  readonly idlePolicy?: { readonly suspendAfter?: Duration; readonly deleteAfter?: Duration };
}

/** Which property a part of the spec of a Session comes from. */
export const SESSION_NAMES = {
  'worker': 'agent',
  'worker.agentConfigRefs': 'agent.agentConfigs',
  'worker.workspaceRef': 'workspace',
  'volumeClaimTemplate': 'volume',
  'idlePolicy.suspendAfterSeconds': 'idlePolicy.suspendAfter',
  'idlePolicy.deleteAfterSeconds': 'idlePolicy.deleteAfter',
};

export function renderSessionTemplate({ agent, workspace, initialPrompt, initialBranch, volume, suspend, idlePolicy }: SessionTemplateProps): l1.SessionSpec {
  return {
    // Who does the work is missing only in a program that is refused.
    worker: agent?._render(workspace).worker ?? {},
    initialPrompt,
    initialBranch,
    volumeClaimTemplate: volume?._render(),
    suspend,
    idlePolicy: idlePolicy && { suspendAfterSeconds: secondsOf(idlePolicy.suspendAfter), deleteAfterSeconds: secondsOf(idlePolicy.deleteAfter) },
  };
}

/** What is not what it has to be cannot be rendered, and then nothing else can be checked. */
export function checkSessionTemplateShape({ agent, volume, idlePolicy }: SessionTemplateProps): Problem[] {
  const notMade = agent === undefined ? [] : checkMade(agent, '_check', `${FACTORIES} or another`, 'agent');
  return [
    ...(notMade.length > 0 ? notMade : agent?._checkShape() ?? []),
    ...checkClaimMade(volume, 'volume'),
    ...checkDuration(idlePolicy?.suspendAfter, 'idlePolicy.suspendAfter'),
    ...checkDuration(idlePolicy?.deleteAfter, 'idlePolicy.deleteAfter'),
  ];
}

/** Checks what a Session and the template of one have in common, but for the prompt and the branch: those of a template are templates. */
export function checkSessionTemplate(from: ApiObject, props: SessionTemplateProps): Problem[] {
  const { agent, workspace, initialBranch, volume } = props;
  const problems = workspace === undefined ? [] : checkReference(from, WORKSPACE, workspace, 'workspace');
  if (workspace === undefined && initialBranch) problems.push({ code: 'required', path: 'workspace', allowed: 'initialBranch is a branch of it', fix: 'pass a Workspace' });
  return [...problems, ...checkAgent(from, agent, initialBranch), ...(volume?._check('volume') ?? []), ...checkIdlePolicy(props)];
}

const FACTORIES = 'CodingAgent.claudeCode({ … })';

/** The agents that can be talked to, with the variables by which they find what they remember. */
const INTERACTIVE: { readonly [type in AgentType]?: readonly string[] } = {
  'claude-code': ['CLAUDE_CONFIG_DIR'],
  'codex': ['CODEX_HOME'],
  'opencode': ['OPENCODE_CONFIG_DIR', 'XDG_DATA_HOME'],
};

/** Variables that the Pod of every Session is given. */
const SESSION_ENV = ['KELOS_SESSION_NAME', 'KELOS_SESSION_NAMESPACE', 'KELOS_SESSION_POD_UID'];

function checkAgent(from: ApiObject, agent: CodingAgent | undefined, branch: string | undefined): Problem[] {
  if (!agent) return [{ code: 'required', path: 'agent', fix: `pass ${FACTORIES} or another` }];
  if (agent.workerPool || !agent.type) return [{ code: 'excluded', path: 'agent', got: 'an agent on a pool', fix: `pass an agent of its own, such as ${FACTORIES}` }];
  const ownEnv = INTERACTIVE[agent.type];
  if (!ownEnv) {
    return [{ code: 'enum', path: 'agent', got: quote(agent.type), allowed: 'of the agents claude-code, codex and opencode can be talked to', fix: 'pass one of them, or give this one a Task' }];
  }
  return agent._check(from, [...SESSION_ENV, ...ownEnv, ...(branch ? ['KELOS_BRANCH'] : [])]);
}

/** Who is deleted first has nothing left to be suspended. */
function checkIdlePolicy({ idlePolicy }: SessionTemplateProps): Problem[] {
  const [suspendAfter, deleteAfter] = [secondsOf(idlePolicy?.suspendAfter), secondsOf(idlePolicy?.deleteAfter)];
  if (suspendAfter === undefined || deleteAfter === undefined || suspendAfter < deleteAfter) return [];
  return [{ code: 'too-large', path: 'idlePolicy.suspendAfter', got: `${suspendAfter} s`, allowed: `less than deleteAfter, which is ${deleteAfter} s` }];
}

function secondsOf(duration: Duration | undefined): number | undefined {
  return duration?.toSeconds({ integral: false });
}
