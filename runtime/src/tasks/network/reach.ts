import { BlockList, isIP, isIPv6 } from 'node:net';
import type { AgentType } from '@taskwright/schema';
import { mergedConfigOf } from '../gates/referenced-data.ts';
import type { TaskFacts } from '../task-facts.ts';
import { workerOf } from '../worker.ts';
import { METADATA_CIDRS } from './network-rules.ts';

/** One host that a Task talks to, and what is known about where it is. */
export interface Destination {
  readonly host: string;
  readonly port: number;
  /** A Service of the cluster. */
  readonly service?: ServiceName;
}

export interface ServiceName {
  readonly namespace: string;
  readonly name: string;
}

/** Where each agent finds its model, and what signs it in, when nobody says otherwise. */
const MODEL_HOSTS: Readonly<Record<AgentType, readonly string[]>> = {
  'claude-code': ['api.anthropic.com', 'platform.claude.com'],
  codex: ['api.openai.com', 'chatgpt.com', 'auth.openai.com'],
  gemini: ['generativelanguage.googleapis.com', 'cloudcode-pa.googleapis.com', 'oauth2.googleapis.com'],
  opencode: ['opencode.ai', 'models.dev'],
  cursor: ['api2.cursor.sh', '*.cursor.sh'],
};

/** What github.com leads to: its API, archives, and files of LFS and releases. */
const GITHUB_HOSTS = ['github.com', 'api.github.com', 'uploads.github.com', 'codeload.github.com', '*.githubusercontent.com'];
/** Where skills come from: the installer, and packages named `owner/repo`. */
const SKILL_HOSTS = ['registry.npmjs.org', ...GITHUB_HOSTS];

const PORTS: Readonly<Record<string, number>> = { 'https:': 443, 'http:': 80, 'git:': 9418, 'ssh:': 22 };

/**
 * Every host that the Task names: its repository and remotes, the endpoint of its model, its MCP servers, where its skills come from, and the
 * URLs in its variables. Each once, in the order of their names.
 */
export function destinationsOf(facts: Pick<TaskFacts, 'task' | 'workspace' | 'agentConfig'>): Destination[] {
  const { task, workspace } = facts;
  const { type, podOverrides } = workerOf(task);
  const config = mergedConfigOf(facts);
  const repositories = [workspace?.spec?.repo, ...(workspace?.spec?.remotes ?? []).map(({ url }) => url)];
  const named = [
    ...repositories.flatMap((url) => endpointsIn(url ?? '', { isRepository: true })),
    ...config.mcpServers.flatMap(({ url }) => endpointsIn(url ?? '')),
    ...(podOverrides.env ?? []).flatMap(({ value }) => endpointsIn(value ?? '')),
    ...config.skills.flatMap(({ source }) => endpointsIn(source, { isRepository: true })),
    ...[...(MODEL_HOSTS[type] ?? []), ...(config.skills.length > 0 ? SKILL_HOSTS : [])].map((host) => ({ host, port: 443 })),
  ];
  const all = named.flatMap((endpoint) => (endpoint.host === 'github.com' ? [endpoint, ...GITHUB_HOSTS.map((host) => ({ host, port: 443 }))] : [endpoint]));
  const byName = new Map(all.filter(({ host }) => !isMetadata(host)).map((endpoint) => [`${endpoint.host}:${endpoint.port}`, endpoint]));
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, endpoint]) => {
    const service = serviceIn(endpoint.host, task.metadata.namespace!);
    return { ...endpoint, ...(service && { service }) };
  });
}

const metadata = new BlockList();
for (const [address, bits] of METADATA_CIDRS.map((cidr) => cidr.split('/'))) metadata.addSubnet(address!, Number(bits), isIPv6(address!) ? 'ipv6' : 'ipv4');

function isMetadata(host: string): boolean {
  if (isIP(host)) return metadata.check(host, isIPv6(host) ? 'ipv6' : 'ipv4');
  return /^metadata(?:\.google\.internal)?$/.test(host);
}

/** Nothing for what is no URL. A repository that is reached by SSH has an API, and files of LFS, behind HTTPS. */
function endpointsIn(text: string, { isRepository = false } = {}): { host: string; port: number }[] {
  const scp = isRepository ? /^[^@/\s]+@([^:/\s]+):/.exec(text) : null;
  if (scp) return [22, 443].map((port) => ({ host: scp[1]!.toLowerCase(), port }));
  if (!/^[a-z]+:\/\//.test(text)) return [];
  const url = URL.parse(text);
  const port = Number(url?.port) || PORTS[url?.protocol ?? ''];
  if (!url?.hostname || port === undefined) return [];
  return [{ host: url.hostname.replace(/^\[|\]$/g, ''), port }];
}

/** `name`, `name.namespace.svc` and `name.namespace.svc.cluster.local` are Services. `name.namespace` could be anybody's, and is taken for a public name. */
function serviceIn(host: string, ownNamespace: string): ServiceName | undefined {
  if (isIP(host) || host === 'localhost') return undefined;
  if (!host.includes('.')) return { namespace: ownNamespace, name: host };
  const [, name, namespace] = /(?:^|\.)([^.]+)\.([^.]+)\.svc(?:\.|$)/.exec(host) ?? [];
  return name && namespace ? { namespace, name } : undefined;
}
