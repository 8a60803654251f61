import { z } from 'zod';
import type { Kind } from '../kind.ts';
import { kubernetesType } from '../kubernetes/kubernetes-type.ts';
import type { ObjectMeta } from '../kubernetes/meta-v1.ts';
import type { ValidationRule } from '../structural.ts';
import { conditions } from './condition.ts';
import { GROUP, HUB, NOT_ACTED_ON } from './group.ts';
import { workerSpec } from './worker.ts';

const idlePolicy = z.object({
  suspendAfterSeconds: z.int32().min(0).optional().describe('Seconds without a turn after which the agent is stopped, without a change of suspend; 0 is at once. Left out: never.'),
  deleteAfterSeconds: z.int32().min(0).optional().describe('Seconds without a turn after which the Session is deleted; 0 is at once. Left out: never.'),
}).meta({
  title: 'SessionIdlePolicy',
  rules: [{
    rule: '!has(self.suspendAfterSeconds) || !has(self.deleteAfterSeconds) || self.suspendAfterSeconds < self.deleteAfterSeconds',
    message: 'suspendAfterSeconds must be less than deleteAfterSeconds',
  }],
});

/** The rules of a Session and of a template for one. */
const INTERACTIVE: readonly ValidationRule[] = [
  {
    rule: "has(self.worker.type) && self.worker.type in ['claude-code', 'codex', 'opencode']",
    message: 'worker.type must be claude-code, codex or opencode: the others cannot be talked to',
  },
  {
    rule: '!has(self.initialBranch) || size(self.initialBranch) == 0 || has(self.worker.workspaceRef)',
    message: 'worker.workspaceRef is required when initialBranch is set',
  },
];

/** What a Session and a template for one have. */
export const sessionSpec = z.object({
  worker: workerSpec.describe('The agent and its environment. Its type has to be one that can be talked to.'),
  initialPrompt: z.string().optional().describe('What the agent is asked first, unless it has a history already. Left out: it waits for somebody.'),
  initialBranch: z.string().optional().describe('Git branch that the clone begins with, created where the remote lacks it. Left out: the ref of the Workspace.'),
  volumeClaimTemplate: kubernetesType('io.k8s.api.core.v1.PersistentVolumeClaimSpec').optional()
    .describe('The claim from which the Session gets the volume of its clone and its history. Left out: both are gone with the Pod.'),
  suspend: z.boolean().default(false).describe('Stops the agent; the object and its volume stay. Left out: false.'),
  idlePolicy: idlePolicy.optional().describe('What happens when nothing is said for long. Left out: nothing.'),
}).meta({ title: 'SessionSpec', description: 'The agent, and what it begins with.', rules: [...INTERACTIVE] });

const emptyAs = (self: string, field: string) => `(!has(${self}.${field}) ? '' : ${self}.${field})`;
const sameText = (field: string): ValidationRule => ({ rule: `${emptyAs('self', field)} == ${emptyAs('oldSelf', field)}`, message: `${field} is immutable` });
const sameValue = (field: string): ValidationRule => ({
  rule: `has(self.${field}) == has(oldSelf.${field}) && (!has(self.${field}) || self.${field} == oldSelf.${field})`,
  message: `${field} is immutable`,
});
const serviceAccount = (self: string) => (
  `(has(${self}.worker.podOverrides) && has(${self}.worker.podOverrides.serviceAccountName) ? ${self}.worker.podOverrides.serviceAccountName : '')`
);

/** What a Session keeps for its life. A template has none of these: it may change. */
const FROZEN: readonly ValidationRule[] = [
  { rule: 'has(self.worker.credentials)', message: 'worker.credentials is required' },
  sameValue('worker.type'),
  sameText('worker.effort'),
  sameText('worker.image'),
  sameValue('worker.workspaceRef'),
  sameValue('worker.agentConfigRefs'),
  { rule: `${serviceAccount('self')} == ${serviceAccount('oldSelf')}`, message: 'worker.podOverrides.serviceAccountName is immutable' },
  sameText('initialBranch'),
  sameText('initialPrompt'),
  sameValue('volumeClaimTemplate'),
];

const time = () => kubernetesType('io.k8s.apimachinery.pkg.apis.meta.v1.Time');

const checks = z.object({
  state: z.enum(['Pending', 'Success', 'Failure']).describe('What the checks come to: Failure once one failed, Pending while one runs.'),
  completed: z.int32().min(0).describe('Checks that have ended.'),
  total: z.int32().min(1).describe('Checks there are.'),
}).meta({ title: 'SessionChecks' });

const pullRequest = z.object({
  url: z.string().describe('Where to read it.'),
  state: z.enum(['Draft', 'Open', 'Queued', 'Merged', 'Closed']).describe('Where it is; Queued means that it waits to be merged.'),
  checks: checks.optional().describe('Its checks. Left out: it has none.'),
}).meta({ title: 'SessionPullRequest' });

export const sessionStatus = z.object({
  observedGeneration: z.int().optional().describe('metadata.generation that the rest was worked out for.'),
  phase: z.string().optional().describe('Where the Session is: Pending, Ready, Suspended or Failed. Left out: nobody has looked at it yet.'),
  message: z.string().optional().describe('Details of the phase, meant for people.'),
  podName: z.string().optional().describe('The Pod of the agent.'),
  podUID: z.string().optional().describe('UID of that Pod.'),
  lastActivityTime: time().optional().describe('When something was last said or done.'),
  model: z.string().optional().describe('Model that the agent uses.'),
  branch: z.string().optional().describe('Git branch of the clone.'),
  pullRequest: pullRequest.optional().describe('Pull request of that branch. Left out: there is none.'),
  conditions: conditions.optional().describe('Conditions of the Session, one per type.'),
}).meta({ title: 'SessionStatus', description: 'What has become of the Session. Written by the operator, and by the program in the Pod.' });

export const sessionKind = {
  group: GROUP,
  kind: 'Session',
  plural: 'sessions',
  singular: 'session',
  shortNames: ['sess'],
  namespaced: true,
  description: `A coding agent that people talk to, in a Pod that stays. ${NOT_ACTED_ON}`,
  versions: [{
    ...HUB,
    schema: z.object({ spec: sessionSpec.meta({ rules: [...INTERACTIVE, ...FROZEN] }), status: sessionStatus.optional() }),
    printerColumns: [
      { name: 'Type', type: 'string', jsonPath: '.spec.worker.type', description: 'Agent that runs' },
      { name: 'Phase', type: 'string', jsonPath: '.status.phase', description: 'Where the Session is' },
      { name: 'Pod', type: 'string', jsonPath: '.status.podName', description: 'Pod of the agent' },
      { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    ],
  }],
} as const satisfies Kind;

export type SessionSpec = z.infer<typeof sessionSpec>;
export type SessionStatus = z.infer<typeof sessionStatus>;

/** A Session of the API. */
export interface Session {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
  spec: SessionSpec;
  status?: SessionStatus;
}
