import { isIP, isIPv6 } from 'node:net';
import { parseArgs } from 'node:util';
import { AGENT_TYPES } from '@taskwright/schema';
import { AllowedTargets } from '../context-sources/allowed-targets.ts';
import type { NetworkRules } from '../tasks/network/network-rules.ts';
import type { SlackFlags } from '../slack/slack-settings.ts';
import type { AgentImage, Images } from '../tasks/pod/image.ts';
import type { DeliverySettings } from '../webhooks/take-deliveries.ts';

/** What the command line of the operator says. Names and defaults are those of the reference where it has them. */
export interface Flags {
  readonly metricsAddress?: Address;
  readonly healthAddress?: Address;
  /** Where the API server asks about objects and their versions. Left out: it does not. */
  readonly webhookAddress?: Address;
  /** Whether it asks for other versions. */
  readonly converts: boolean;
  /** The ValidatingWebhookConfiguration by which it asks about objects. Left out: it does not. */
  readonly validatingWebhook?: string;
  /** Whether the certificate for these questions is made here, or given by somebody else. */
  readonly certificate: 'made' | 'given';
  /** Where deliveries of GitHub, Linear and others are taken. Left out: they are not. */
  readonly deliveries?: DeliverySettings;
  readonly leaderElect: boolean;
  readonly namespaces?: readonly string[];
  readonly kubeconfig?: string;
  readonly verbosity: number;
  readonly images: Images;
  /** What context sources may fetch beside the internet. Left out: nothing. */
  readonly contextTargets?: AllowedTargets;
  readonly slack: SlackFlags;
  /** Left out: agents get no network policy. */
  readonly network?: NetworkRules;
  /** Send a report of the installation, and end. Left out: controllers run. */
  readonly telemetry?: TelemetryFlags;
}

export interface TelemetryFlags {
  /** Where to, without a slash at its end. There is no default: a report goes to nobody but who is named. */
  readonly endpoint: string;
  readonly environment: string;
  /** The file with the key of the project there. Left out: none is sent. */
  readonly keyFile?: string;
  /** What is reported as the version of the operator. */
  readonly version: string;
}

export interface Address {
  /** Left out: every address of the machine. */
  readonly host?: string;
  readonly port: number;
}

const REGISTRY = 'ghcr.io/taskwright';
const IMAGES = [...AGENT_TYPES, 'agent-tools'] as const;
const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'] as const;

const DEFAULTS: Readonly<Record<string, string>> = {
  'metrics-bind-address': ':8080',
  'health-probe-bind-address': ':8081',
  'webhook-bind-address': '0',
  'convert-versions': 'true',
  'validating-webhook': '',
  'webhook-certificate': 'made',
  'webhook-server-address': '0',
  'github-webhook-secret-file': '',
  'linear-webhook-secret-file': '',
  'generic-webhook-secret-file': '',
  'linear-api-key-file': '',
  'allow-unsigned-webhooks': 'false',
  'leader-elect': 'false',
  'watch-namespaces': '',
  kubeconfig: '',
  verbosity: '0',
  'deny-slack-connect-channels': 'false',
  version: 'latest',
  'agent-network': 'any',
  'agent-network-allow': '',
  'agent-network-deny': '',
  'context-source-allow': '',
  'telemetry-report': 'false',
  'telemetry-endpoint': '',
  'telemetry-environment': 'production',
  'telemetry-key-file': '',
  ...Object.fromEntries(IMAGES.flatMap((name) => [[`${name}-image`, `${REGISTRY}/${name}`], [`${name}-image-pull-policy`, '']])),
};

/** Reads the command line. Throws RangeError for a value that cannot be, and TypeError for a flag there is not, with what is allowed. */
export function parseFlags(args: readonly string[]): Flags {
  const values = { ...DEFAULTS, ...given(args) };
  const text = (flag: string) => values[flag]!;
  const version = tag(text('version'));
  const image = (name: string): AgentImage => {
    const policy = oneOf(`${name}-image-pull-policy`, text(`${name}-image-pull-policy`), PULL_POLICIES);
    return { image: withTag(`${name}-image`, text(`${name}-image`), version), ...(policy ? { pullPolicy: policy } : {}) };
  };
  const namespaces = list(text('watch-namespaces'));
  return {
    metricsAddress: address('metrics-bind-address', text('metrics-bind-address')),
    healthAddress: address('health-probe-bind-address', text('health-probe-bind-address')),
    webhookAddress: address('webhook-bind-address', text('webhook-bind-address')),
    converts: oneOf('convert-versions', text('convert-versions'), ['true', 'false']) === 'true',
    validatingWebhook: text('validating-webhook') || undefined,
    certificate: oneOf('webhook-certificate', text('webhook-certificate'), ['made', 'given']) ?? 'made',
    deliveries: deliveriesOf(text),
    leaderElect: oneOf('leader-elect', text('leader-elect'), ['true', 'false']) === 'true',
    namespaces: namespaces.length > 0 ? namespaces : undefined,
    kubeconfig: text('kubeconfig') || undefined,
    verbosity: count('verbosity', text('verbosity')),
    images: { agents: Object.fromEntries(AGENT_TYPES.map((type) => [type, image(type)])), agentTools: image('agent-tools') },
    contextTargets: contextTargets(list(text('context-source-allow'))),
    slack: { deniesSharedChannels: oneOf('deny-slack-connect-channels', text('deny-slack-connect-channels'), ['true', 'false']) === 'true' },
    network: networkOf(text),
    telemetry: telemetryOf(text, version),
  };
}

function telemetryOf(text: (flag: string) => string, version: string): TelemetryFlags | undefined {
  if (oneOf('telemetry-report', text('telemetry-report'), ['true', 'false']) !== 'true') return undefined;
  const [endpoint, environment, keyFile] = [text('telemetry-endpoint'), text('telemetry-environment'), text('telemetry-key-file')];
  const url = /^https?:/.test(endpoint) ? URL.parse(endpoint) : null;
  // What a refused address has in it may be a password.
  if (!url || url.username || url.password || url.search || url.hash) throw new RangeError('--telemetry-endpoint: is missing or is no address for --telemetry-report; allowed is one such as https://posthog.example.com, without user, password, ? and #');
  if (!/^[\w.-]{1,63}$/.test(environment)) throw refusal('telemetry-environment', environment, 'up to 63 letters, digits, dots, dashes and underscores');
  return { endpoint: endpoint.replace(/\/+$/, ''), environment, ...(keyFile === '' ? {} : { keyFile }), version };
}

function deliveriesOf(text: (flag: string) => string): DeliverySettings | undefined {
  const at = address('webhook-server-address', text('webhook-server-address'));
  const signing = Object.fromEntries((['github', 'linear', 'generic'] as const).flatMap((source) => (text(`${source}-webhook-secret-file`) === '' ? [] : [[source, text(`${source}-webhook-secret-file`)]])));
  const linearApiKey = text('linear-api-key-file');
  const allowsUnsigned = oneOf('allow-unsigned-webhooks', text('allow-unsigned-webhooks'), ['true', 'false']) === 'true';
  return at && { address: at, files: { signing, ...(linearApiKey === '' ? {} : { linearApiKey }) }, allowsUnsigned };
}

function networkOf(text: (flag: string) => string): NetworkRules | undefined {
  const reach = oneOf('agent-network', text('agent-network'), ['any', 'internet', 'hosts']);
  if (reach === undefined || reach === 'any') return undefined;
  const allow = list(text('agent-network-allow'));
  const cidrs = allow.filter(isCidr);
  const hosts = allow.filter((entry) => !isCidr(entry));
  const denyCidrs = list(text('agent-network-deny'));
  for (const host of hosts) {
    if (reach !== 'hosts') throw refusal('agent-network-allow', host, 'blocks of addresses, such as 10.20.0.0/16; names of hosts go with --agent-network=hosts');
    if (!/^[a-z0-9*][a-z0-9.*-]*$/.test(host)) throw refusal('agent-network-allow', host, 'blocks of addresses, such as 10.20.0.0/16, and names of hosts, such as *.example.com');
  }
  for (const cidr of denyCidrs) if (!isCidr(cidr)) throw refusal('agent-network-deny', cidr, 'blocks of addresses, such as 203.0.113.0/24');
  return { reach, allowCidrs: cidrs, allowHosts: hosts, denyCidrs };
}

function contextTargets(entries: readonly string[]): AllowedTargets | undefined {
  if (entries.length === 0) return undefined;
  try {
    return new AllowedTargets(entries);
  } catch (cause) {
    throw new RangeError(`--context-source-allow: ${(cause as Error).message}`, { cause });
  }
}

function isCidr(text: string): boolean {
  const [address = '', bits = ''] = text.split('/');
  return isIP(address) > 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (isIPv6(address) ? 128 : 32);
}

function list(text: string): string[] {
  return [...new Set(text.split(',').map((entry) => entry.trim()).filter((entry) => entry !== ''))];
}

const SWITCHES = ['--leader-elect', '--allow-unsigned-webhooks', '--deny-slack-connect-channels', '--telemetry-report'];

function given(args: readonly string[]): Record<string, string> {
  // As in the reference a switch may stand alone, and have a value: --leader-elect, --leader-elect=true.
  const spelled = args.map((argument) => (SWITCHES.includes(argument) ? `${argument}=true` : argument));
  const options = Object.fromEntries(Object.keys(DEFAULTS).map((flag) => [flag, { type: 'string' as const }]));
  try {
    return parseArgs({ args: spelled, options, strict: true }).values as Record<string, string>;
  } catch (cause) {
    const known = Object.keys(DEFAULTS).map((flag) => `--${flag}`).sort().join(', ');
    throw new TypeError(`${(cause as Error).message.split('. ')[0]}; there are ${known}`, { cause });
  }
}

/** `host:port`, or `:port`; `0` is nowhere, as in the reference. */
function address(flag: string, text: string): Address | undefined {
  if (text === '0' || text === '') return undefined;
  const [, bracketed, plain, portText] = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(portText);
  if (portText === undefined || port > 65_535) throw refusal(flag, text, ':8080, 127.0.0.1:8080, or 0 for nowhere');
  const host = bracketed ?? plain;
  return host ? { host, port } : { port };
}

function oneOf<T extends string>(flag: string, text: string, allowed: readonly T[]): T | undefined {
  if (text === '') return undefined;
  if (!(allowed as readonly string[]).includes(text)) throw refusal(flag, text, `one of ${allowed.join(', ')}`);
  return text as T;
}

function count(flag: string, text: string): number {
  if (!/^\d{1,3}$/.test(text)) throw refusal(flag, text, 'a number from 0');
  return Number(text);
}

function tag(text: string): string {
  if (!/^\w[\w.-]{0,127}$/.test(text)) throw refusal('version', text, 'the tag of an image, such as 1.2.0');
  return text;
}

/** A name with neither tag nor digest gets the version. */
function withTag(flag: string, text: string, version: string): string {
  const [, name, tagged] = /^([a-z0-9][\w./:-]*?\w)(:\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/.exec(text) ?? [];
  if (name === undefined) throw refusal(flag, text, 'an image, such as ghcr.io/acme/agent or ghcr.io/acme/agent:1');
  const isPort = tagged?.includes('/') ?? false;
  return text.includes('@') || (tagged && !isPort) ? text : `${text}:${version}`;
}

function refusal(flag: string, got: string, allowed: string): RangeError {
  return new RangeError(`--${flag}: got "${got}"; allowed is ${allowed}`);
}
