import { z } from 'zod';
import { type Kind, resourceOf } from '../kind.ts';
import { kubernetesType } from '../kubernetes/kubernetes-type.ts';
import type { ObjectMeta } from '../kubernetes/meta-v1.ts';
import { agentMemory } from './agent-memory.ts';
import { GROUP, VERSION } from './group.ts';
import { telemetry, workloadFields } from './workload.ts';
import { workloadStatusFields } from './workload-status.ts';

const agentNetwork = z.object({
  expose: z.boolean().default(true).describe('Whether others can reach the agent: false leaves it without a Service, endpoint and route. Left out: they can.'),
  access: z.array(z.string()).optional().describe('Names of the Agents of the same namespace that it may hand work to. Left out: none.'),
}).meta({ title: 'AgentNetwork' });

const autonomy = z.object({
  goal: z.string().optional().describe('What the agent works at on its own, over and over; a blank one counts as none. Left out: it only answers requests.'),
  intervalSeconds: z.int32().min(0).max(3600).default(0).describe('Seconds between two rounds. Left out: none.'),
  maxIterRuntimeSeconds: z.int32().min(0).max(86_400).default(60).describe('Seconds a round may take; 0 sets no limit. Left out: 60.'),
}).meta({ title: 'AgentAutonomy' });

const taskLimits = z.object({
  maxIterations: z.int32().min(0).max(1000).default(10).describe('Rounds of the reasoning loop that a task may take; 0 sets no limit. Left out: 10.'),
  maxRuntimeSeconds: z.int32().min(0).max(86_400).default(300).describe('Seconds a task may take; 0 sets no limit. Left out: 300.'),
  maxToolCalls: z.int32().min(0).max(10_000).default(50).describe('Calls of tools that a task may make; 0 sets no limit. Left out: 50.'),
}).meta({ title: 'AgentTaskLimits' });

const agentSettings = z.object({
  description: z.string().optional().describe('What the agent is for, shown to people on its card and to the agents that hand work to it. Left out: they see its name.'),
  instructions: z.string().optional().describe('System instructions, read anew for each request. Left out: those of the runtime.'),
  systemPrompt: z.string().optional().describe('System prompt that stays in the history of a session. Left out: there is none besides the instructions.'),
  reasoningLoopMaxSteps: z.int32().min(1).max(20).default(5).describe('Calls of the model that one request may take. Left out: 5.'),
  toolCallMode: z.enum(['auto', 'native', 'string']).default('auto').describe(
    'How the model calls tools: native through its API, string in its text, auto by what the model can do. Left out: auto.',
  ),
  memory: agentMemory.optional().describe('Where sessions are kept, and how much of them a request recalls. Left out: as the runtime does it by itself.'),
  telemetry: telemetry.optional().describe('Where traces, metrics and logs go. Left out: where the operator is set up to send them.'),
  autonomous: autonomy.optional().describe('Work the agent does without being asked. Left out: none.'),
  taskConfig: taskLimits.optional().describe('Limits of a task that runs in the background. Left out: those of the runtime.'),
}).meta({ title: 'AgentSettings' });

const harnessWorkspace = z.object({
  repoURL: z.string().optional().describe('URL of the repository that is cloned into the Pod. Left out: none is.'),
  branch: z.string().default('main').describe('Branch that is checked out. Left out: main.'),
  credentialsSecretRef: kubernetesType('io.k8s.api.core.v1.LocalObjectReference').optional().describe('Secret with the credential for git. Left out: the repository is cloned anonymously.'),
}).meta({ title: 'AgentHarnessWorkspace' });

const harness = z.object({
  runtime: z.string().optional().describe('Name of a harness that the operator is set up with, or custom for the image of container. Left out: the runtime of service agents.'),
  workspace: harnessWorkspace.optional().describe('A repository to work in. Left out: there is none.'),
}).meta({ title: 'AgentHarness' });

export const agentSpec = z.object({
  modelAPI: z.string().describe('Name of the ModelAPI of the same namespace through which the agent reaches its model.'),
  model: z.string().describe('The model, one that the ModelAPI offers.'),
  mcpServers: z.array(z.string()).optional().describe('Names of the MCPServers of the same namespace whose tools the agent has. Left out: it has none.'),
  agentNetwork: agentNetwork.optional().describe('Whom the agent can reach, and who can reach it. Left out: it is exposed and reaches no other agent.'),
  config: agentSettings.optional().describe('How the agent behaves. Left out: as the runtime has it by default.'),
  waitForDependencies: z.boolean().default(true).describe('Whether the agent starts only when its ModelAPI, MCPServers and peers are ready. Left out: it waits for them.'),
  ...workloadFields('agent'),
  harness: harness.optional().describe('Runs a coding agent behind the same interface. Left out: the runtime of service agents.'),
}).meta({ title: 'AgentSpec', description: 'A model, its tools and its peers.' });

export const agentStatus = z.object({
  phase: z.enum(['Pending', 'Ready', 'Failed', 'Waiting']).optional().describe('Where the agent is: Waiting for what it depends on, Pending, Ready or Failed. Left out: nobody has looked at it yet.'),
  linkedResources: z.record(z.string(), z.string()).optional().describe('What it depends on: names by modelapi and memorystore.'),
  ...workloadStatusFields,
}).meta({ title: 'AgentStatus', description: 'What has become of the agent. Written by the operator.' });

export const agentKind = {
  group: GROUP,
  kind: 'Agent',
  plural: 'agents',
  singular: 'agent',
  shortNames: ['agent', 'agents'],
  namespaced: true,
  description: 'A service agent: a Deployment that answers requests with a model, calls tools, and hands work to other agents.',
  versions: [{
    ...VERSION,
    schema: z.object({ spec: agentSpec, status: agentStatus.optional() }),
    printerColumns: [
      { name: 'ModelAPI', type: 'string', jsonPath: '.spec.modelAPI' },
      { name: 'Model', type: 'string', jsonPath: '.spec.model' },
      { name: 'Ready', type: 'boolean', jsonPath: '.status.ready' },
      { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
    ],
  }],
} as const satisfies Kind;

export const agentResource = resourceOf(agentKind);

export type AgentSpec = z.infer<typeof agentSpec>;
export type AgentStatus = z.infer<typeof agentStatus>;

/** An Agent of the API. */
export interface Agent {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
  spec: AgentSpec;
  status?: AgentStatus;
}
