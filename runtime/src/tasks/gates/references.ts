import type { Gate } from '../gate.ts';
import { workerOf } from '../worker.ts';

/** Holds a Task until the Workspace it names exists and names a repository. The server also stores one without a spec. */
export const workspaceGate: Gate = ({ task, workspace }) => {
  const { workspaceName } = workerOf(task);
  if (workspaceName === undefined || workspace?.spec?.repo) return undefined;
  return workspace
    ? { hold: 'WorkspaceIncomplete', message: `Waiting for Workspace "${workspaceName}" to get a spec.repo` }
    : { hold: 'WorkspaceMissing', message: `Waiting for Workspace "${workspaceName}" to be created` };
};

/** Holds a Task until every AgentConfig it names exists with a spec, which may be empty. */
export const agentConfigGate: Gate = ({ task, agentConfig }) => {
  for (const { name } of workerOf(task).agentConfigRefs) {
    const config = agentConfig(name);
    if (!config) return { hold: 'AgentConfigMissing', message: `Waiting for AgentConfig "${name}" to be created` };
    if (!config.spec) return { hold: 'AgentConfigIncomplete', message: `Waiting for AgentConfig "${name}" to get a spec` };
  }
  return undefined;
};
