/** What names in a Pod of an agent belong to the operator. Users who take one break the Task before it starts. */

/** Prefix of the operator's own containers and volumes. */
const PREFIX = 'kelos-';

/** Init containers, as the first operator of these kinds calls them: refused by the CRD as well. */
const INIT_CONTAINERS = ['git-clone', 'remote-setup', 'branch-setup', 'workspace-files', 'plugin-setup', 'skills-install'];

/** Volumes of the operator that a user may mount: the clone, the plugins, the token of the repository's host. */
export const MOUNTABLE_VOLUMES: readonly string[] = ['workspace', 'kelos-plugin', 'kelos-github-token'];

/** Variables that are dropped wherever a user sets them. `KELOS_AGENT_TYPE` is always set already. */
const ENV = ['KELOS_SETUP_COMMAND', 'KELOS_SESSION_SETUP_ONLY', 'KELOS_AGENT_TYPE', 'TASKWRIGHT_RESULT_FILE', 'TASKWRIGHT_PROMPT_FILE'];

/** The plugin that packages of skills are installed as. */
export const SKILLS_PLUGIN = 'skills-sh';

export function isReservedVolume(name: string): boolean {
  return name === 'workspace' || name.startsWith(PREFIX);
}

export function isReservedContainer(name: string): boolean {
  return name.startsWith(PREFIX) || INIT_CONTAINERS.includes(name);
}

export function isReservedEnv(name: string): boolean {
  return ENV.includes(name);
}
