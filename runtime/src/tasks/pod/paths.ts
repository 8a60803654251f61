/** Where things are in a Pod, and what they are called. Custom agent images rely on the ones that begin with /workspace and /kelos. */

export const AGENT_CONTAINER = 'kelos-agent';
export const PREPARE_CONTAINER = 'kelos-prepare';

/** The user and group that every image of ours runs as, so that both containers own what either wrote. */
export const AGENT_ID = 61100;

export const WORKSPACE_DIR = '/workspace';
export const REPOSITORY_DIR = '/workspace/repo';
export const GH_CONFIG_DIR = '/workspace/.gh-config';
export const PLUGIN_DIR = '/kelos/plugin';
export const PLUGIN_SOURCE_DIR = '/kelos-plugin-src';
export const TOKEN_DIR = '/kelos/github-token';
export const TOKEN_FILE = `${TOKEN_DIR}/GITHUB_TOKEN`;
export const SSH_DIR = '/kelos/git-ssh';
export const CLONE_CACHE_VOLUME = 'kelos-clone-cache';
export const CLONE_CACHE_DIR = '/kelos/clone-cache';
export const INPUTS_DIR = '/kelos/inputs';
export const OUTPUT_SCHEMA_DIR = '/kelos/output-schema';
export const OUTPUT_SCHEMA_FILE = `${OUTPUT_SCHEMA_DIR}/schema.json`;
export const OUTPUT_DIR = '/kelos/outputs';
export const OUTPUT_FILE = `${OUTPUT_DIR}/outputs.json`;
export const RESULT_FILE = '/dev/termination-log';
