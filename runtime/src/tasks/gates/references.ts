import type { Gate } from '../gate.ts';
import { workerOf } from '../worker.ts';

/** Holds a Task until the Workspace it names exists. */
export const workspaceGate: Gate = ({ task, workspace }) => {
  const { workspaceName } = workerOf(task);
  if (workspaceName === undefined || workspace) return undefined;
  return { hold: 'WorkspaceMissing', message: `Waiting for Workspace "${workspaceName}" to be created` };
};

/** Holds a Task until every AgentConfig it names exists. */
export const agentConfigGate: Gate = ({ task, agentConfig }) => {
  const missing = workerOf(task).agentConfigRefs.find(({ name }) => !agentConfig(name));
  return missing && { hold: 'AgentConfigMissing', message: `Waiting for AgentConfig "${missing.name}" to be created` };
};
