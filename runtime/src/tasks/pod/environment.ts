import { CREDENTIAL_KEYS } from '@taskwright/schema';
import type { EnvVar } from '@taskwright/schema/kubernetes';
import { KNOWN_HOSTS, SSH_KEY, USERNAME } from '../../workspaces/git-access.ts';
import { isEnterprise, parseRepository } from '../../workspaces/repository.ts';
import { limitVariables } from '../enforced-limit.ts';
import { childNameOf } from '../names.ts';
import type { Worker } from '../worker.ts';
import { checkVariableSize } from './inputs.ts';
import { literal } from './literal.ts';
import { CLONE_CACHE_DIR, GH_CONFIG_DIR, OUTPUT_FILE, OUTPUT_SCHEMA_FILE, PLUGIN_DIR, RESULT_FILE, SSH_DIR, TOKEN_FILE } from './paths.ts';
import { hasPlugins, type PodRequest } from './pod-request.ts';

/** The key of the Secret `<task>-mcp`, and the variable it becomes. */
export const MCP_SERVERS = 'KELOS_MCP_SERVERS';

/** `podOverrides.env` may not set these, whether the Pod has them or not. */
const ALWAYS_RESERVED = ['KELOS_SETUP_COMMAND', 'KELOS_SESSION_SETUP_ONLY', 'TASKWRIGHT_OUTPUT_FILE', 'TASKWRIGHT_OUTPUT_SCHEMA_FILE'];

/** The environment of the agent container, in the order that custom images and tests of the reference know. */
export function agentEnvironment(request: PodRequest): EnvVar[] {
  const { task, worker, workspace, config, inputs, outputs } = request;
  const { ref, setupCommand = [] } = workspace?.spec ?? {};
  const own = [
    ...text('KELOS_MODEL', worker.model),
    ...text('KELOS_EFFORT', worker.effort),
    ...text('KELOS_BRANCH', task.spec.branch),
    ...text('KELOS_AGENT_TYPE', worker.type),
    ...text('KELOS_TASKSPAWNER', task.metadata.labels?.['kelos.dev/taskspawner']),
    ...credential(worker),
    ...gitHubHost(request),
    ...text('KELOS_BASE_BRANCH', ref),
    ...text('KELOS_UPSTREAM_REPO', upstreamRepository(request)),
    ...gitHubToken(request),
    ...(request.token ? [{ name: 'GH_CONFIG_DIR', value: GH_CONFIG_DIR }, tokenFile] : []),
    ...sshCommand(request),
    ...text('KELOS_SETUP_COMMAND', setupCommand.length > 0 ? JSON.stringify(setupCommand) : undefined),
    ...text('KELOS_AGENTS_MD', checkVariableSize('agentsMD', config.agentsMD)),
    ...text('KELOS_PLUGIN_DIR', hasPlugins(request) ? PLUGIN_DIR : undefined),
    ...(request.hasMcpServers ? [fromSecret(MCP_SERVERS, childNameOf(task, 'mcp'), MCP_SERVERS)] : []),
    { name: 'TASKWRIGHT_RESULT_FILE', value: RESULT_FILE },
    ...text('TASKWRIGHT_PROMPT_FILE', inputs.prompt.file),
    ...limitVariables(request.limit),
    ...text('TASKWRIGHT_SECRET_VARIABLES', secretVariables(worker).join(',')),
    ...text('TASKWRIGHT_SECRET_PATHS', secretPaths(request).join(':')),
    ...text('TASKWRIGHT_OUTPUT_FILE', outputs && OUTPUT_FILE),
    ...text('TASKWRIGHT_OUTPUT_SCHEMA_FILE', outputs && OUTPUT_SCHEMA_FILE),
  ];
  return withUserVariables(own, worker.podOverrides.env ?? []);
}

/** The environment of the container that prepares the workspace. */
export function prepareEnvironment(request: PodRequest): EnvVar[] {
  const { task, workspace, skills, inputs, token, usernameSecretName, cloneCache } = request;
  const { preparation } = inputs;
  return [
    'json' in preparation
      ? { name: 'TASKWRIGHT_WORKSPACE', value: literal(preparation.json) }
      : { name: 'TASKWRIGHT_WORKSPACE_FILE', value: preparation.file },
    ...gitHubHost(request),
    ...gitHubToken(request),
    ...(token ? [tokenFile] : []),
    ...(token && usernameSecretName ? [fromSecret('TASKWRIGHT_GIT_USERNAME', usernameSecretName, USERNAME)] : []),
    ...sshCommand(request),
    ...text('TASKWRIGHT_CLONE_CACHE_DIR', cloneCache && CLONE_CACHE_DIR),
    ...text('KELOS_BRANCH', workspace && task.spec.branch),
    ...skills.env,
  ];
}

const tokenFile: EnvVar = { name: 'KELOS_GITHUB_TOKEN_FILE', value: TOKEN_FILE };

/** The name of the variable, and of the Secret's key, that the Task's credential is in; nothing for credentials of type `none`. */
export function credentialVariableOf({ type, credentials }: Pick<Worker, 'type' | 'credentials'>): string | undefined {
  return credentials.type === 'none' ? undefined : (CREDENTIAL_KEYS[type] ?? CREDENTIAL_KEYS['claude-code'])[credentials.type];
}

function credential(worker: Worker): EnvVar[] {
  const name = credentialVariableOf(worker);
  const secret = worker.credentials.secretRef?.name;
  return name && secret ? [fromSecret(name, secret, name)] : [];
}

function gitHubHost({ repository }: PodRequest): EnvVar[] {
  return isEnterprise(repository) ? text('GH_HOST', repository!.host) : [];
}

/** A password is of some other host: `gh` would take the variable for a token of github.com. */
function gitHubToken({ repository, token }: PodRequest): EnvVar[] {
  if (token?.key !== 'GITHUB_TOKEN') return [];
  const cliVariable = isEnterprise(repository) ? 'GH_ENTERPRISE_TOKEN' : 'GH_TOKEN';
  return ['GITHUB_TOKEN', cliVariable].map((name) => fromSecret(name, token.secretName, token.key));
}

/** No question is asked, and no host is believed that the Secret does not name. */
function sshCommand({ sshSecretName }: PodRequest): EnvVar[] {
  if (!sshSecretName) return [];
  const options = ['BatchMode=yes', 'IdentitiesOnly=yes', 'StrictHostKeyChecking=yes', `UserKnownHostsFile=${SSH_DIR}/${KNOWN_HOSTS}`];
  return [{ name: 'GIT_SSH_COMMAND', value: `ssh -i ${SSH_DIR}/${SSH_KEY} ${options.map((option) => `-o ${option}`).join(' ')}` }];
}

function upstreamRepository({ task, workspace }: PodRequest): string | undefined {
  if (!workspace) return undefined;
  if (task.spec.upstreamRepo) return task.spec.upstreamRepo;
  const remote = workspace.spec?.remotes?.find(({ name }) => name === 'upstream');
  const upstream = remote && parseRepository(remote.url);
  return upstream && `${upstream.owner}/${upstream.name}`;
}

/** What only their author knows to be secrets: the agent program keeps them out of the log, as those that are named like one. */
function secretVariables({ podOverrides: { env = [] } }: Worker): string[] {
  return env.filter(({ valueFrom }) => valueFrom?.secretKeyRef).map(({ name }) => name);
}

function secretPaths({ sshSecretName, worker: { podOverrides } }: PodRequest): string[] {
  const secrets = new Set((podOverrides.volumes ?? []).filter(({ secret, projected }) => secret ?? projected?.sources?.some((source) => source.secret)).map(({ name }) => name));
  const mounted = (podOverrides.volumeMounts ?? []).filter(({ name }) => secrets.has(name)).map(({ mountPath }) => mountPath);
  return [...(sshSecretName ? [`${SSH_DIR}/${SSH_KEY}`] : []), ...mounted];
}

function withUserVariables(own: EnvVar[], wanted: readonly EnvVar[]): EnvVar[] {
  const reserved = new Set([...own.map(({ name }) => name), ...ALWAYS_RESERVED]);
  return [...own, ...wanted.filter(({ name }) => !reserved.has(name))];
}

function text(name: string, value: string | undefined): EnvVar[] {
  return value ? [{ name, value: literal(value) }] : [];
}

function fromSecret(variable: string, name: string, key: string): EnvVar {
  return { name: variable, valueFrom: { secretKeyRef: { name, key } } };
}
