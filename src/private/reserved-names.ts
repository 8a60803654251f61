import { BUILT_IN_INIT_CONTAINERS, RESERVED_PREFIX, WORKSPACE_VOLUME } from './fixed-names';

/** What names in a Pod of an agent belong to the operator. Users who take one break the Task before it starts. */

/** Volumes of the operator that a user may mount: the clone, the plugins, the token of the repository's host. */
export const MOUNTABLE_VOLUMES: readonly string[] = [WORKSPACE_VOLUME, 'kelos-plugin', 'kelos-github-token'];

/** Variables that are dropped wherever a user sets them. `KELOS_AGENT_TYPE` is always set already. */
const ENV = ['KELOS_SETUP_COMMAND', 'KELOS_SESSION_SETUP_ONLY', 'KELOS_AGENT_TYPE', 'TASKWRIGHT_RESULT_FILE', 'TASKWRIGHT_PROMPT_FILE', 'TASKWRIGHT_OUTPUT_FILE', 'TASKWRIGHT_OUTPUT_SCHEMA_FILE'];

/** The plugin that packages of skills are installed as. */
export const SKILLS_PLUGIN = 'skills-sh';

export function isReservedVolume(name: string): boolean {
  return name === WORKSPACE_VOLUME || name.startsWith(RESERVED_PREFIX);
}

export function isReservedContainer(name: string): boolean {
  return name.startsWith(RESERVED_PREFIX) || BUILT_IN_INIT_CONTAINERS.some((builtIn) => builtIn === name);
}

export function isReservedEnv(name: string): boolean {
  return ENV.includes(name);
}
