import { type AgentConfig, agentConfigKind, type Task, taskKind, type Workspace, workspaceKind } from '@taskwright/schema';
import { checkTemplate, type Shape, TEXT } from 'cdk8s-taskwright/template';
import { mergeAgentConfigs } from '../agent-configs/merge.ts';
import { mcpServersJson } from '../agent-configs/mcp-servers.ts';
import { pluginFiles } from '../agent-configs/plugins.ts';
import { skillsPlan } from '../agent-configs/skills.ts';
import type { KubeObject } from '../kube/object.ts';
import { declarationProblem } from '../tasks/declared-outputs.ts';
import { JobBuildError } from '../tasks/job-build-error.ts';
import { checkFailurePolicy } from '../tasks/pod/job.ts';
import { checkPodOverrides } from '../tasks/pod/pod-overrides.ts';
import { workerOf } from '../tasks/worker.ts';
import { preparationOf } from '../workspaces/preparation.ts';

/**
 * Why nothing could ever be run with an object, whatever else is in the cluster: asked of the code that would run it, so that the two cannot disagree. What only
 * other objects tell (a Secret's keys, a circle, a Workspace that is not there) is no fault: they may come later.
 */
export function objectFaults(object: KubeObject): string[] {
  return (object as { spec?: unknown }).spec === undefined ? [] : (FAULTS[object.kind ?? '']?.(object) ?? []);
}

const FAULTS: Readonly<Record<string, (object: KubeObject) => string[]>> = {
  [taskKind.kind]: (object) => taskFaults(object as Task),
  [agentConfigKind.kind]: (object) => {
    const config = mergeAgentConfigs([object as AgentConfig]);
    return [() => pluginFiles(config), () => skillsPlan(config.skills), () => mcpServersJson(config.mcpServers, () => undefined)].flatMap((build) => faultOf('spec', build));
  },
  [workspaceKind.kind]: (object) => faultOf('spec.files', () => preparationOf({ workspace: object as Workspace, skills: [] })),
};

function taskFaults(task: Task): string[] {
  const outputs = declarationProblem(task);
  return [
    ...promptFaults(task),
    ...(outputs === undefined ? [] : [`metadata.annotations: taskwright.dev/output-schema: ${outputs}`]),
    ...faultOf('spec', () => checkPodOverrides(workerOf(task).podOverrides)),
    ...faultOf('spec', () => checkFailurePolicy(task)),
  ];
}

/** What each dependency leaves; its results have names that only its agent knows. */
const LEFT: Shape = { kind: 'record', fields: new Map<string, Shape>([['Name', TEXT], ['Outputs', { kind: 'list', of: TEXT }], ['Results', { kind: 'dictionary', of: TEXT }]]) };

function promptFaults({ spec: { prompt, dependsOn = [] } }: Task): string[] {
  if (dependsOn.length === 0 || !prompt.includes('{{')) return [];
  const deps: Shape = { kind: 'record', fields: new Map(dependsOn.map((name) => [name, LEFT])), fix: 'add that Task to dependsOn' };
  const { findings } = checkTemplate(prompt, 'prompt', { kind: 'record', fields: new Map([['Deps', deps]]) });
  return findings.map(({ code, line, column, got, allowed, fix }) => {
    const wrong = code === 'unknown-variable' ? 'reads a variable that is not there' : 'is not a template that can be rendered';
    return `spec.prompt, line ${line}, column ${column}: ${[got === undefined ? wrong : `${wrong}, got ${got}`, allowed, fix].filter(Boolean).join('; ')}`;
  });
}

function faultOf(where: string, build: () => unknown): string[] {
  try {
    build();
    return [];
  } catch (error) {
    if (error instanceof JobBuildError) return [`${where}: ${error.message}`];
    throw error;
  }
}
