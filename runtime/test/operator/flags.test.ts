import { describe, expect, test } from 'vitest';
import { parseFlags } from '../../src/operator/flags.ts';

test('nothing said is a single operator for all namespaces, with images of the latest version', () => {
  const image = (name: string) => ({ image: `ghcr.io/taskwright/${name}:latest` });
  expect(parseFlags([])).toEqual({
    metricsAddress: { port: 8080 },
    healthAddress: { port: 8081 },
    converts: true,
    certificate: 'made',
    leaderElect: false,
    slack: { deniesSharedChannels: false },
    verbosity: 0,
    images: {
      agents: { 'claude-code': image('claude-code'), codex: image('codex'), gemini: image('gemini'), opencode: image('opencode'), cursor: image('cursor') },
      agentTools: image('agent-tools'),
    },
  });
});

describe('a value', () => {
  test.each([
    { args: ['--leader-elect'], flags: { leaderElect: true } },
    { args: ['--leader-elect=true'], flags: { leaderElect: true } },
    { args: ['--leader-elect=false'], flags: { leaderElect: false } },
    { args: ['--metrics-bind-address=0'], flags: { metricsAddress: undefined } },
    { args: ['--metrics-bind-address', '127.0.0.1:9'], flags: { metricsAddress: { host: '127.0.0.1', port: 9 } } },
    { args: ['--health-probe-bind-address=[::1]:9'], flags: { healthAddress: { host: '::1', port: 9 } } },
    { args: ['--webhook-bind-address=:9443'], flags: { webhookAddress: { port: 9443 } } },
    { args: ['--webhook-certificate=given'], flags: { certificate: 'given' } },
    { args: ['--convert-versions=false', '--validating-webhook=hooks'], flags: { converts: false, validatingWebhook: 'hooks' } },
    { args: ['--webhook-server-address=:8082'], flags: { deliveries: { address: { port: 8082 }, files: { signing: {} }, allowsUnsigned: false } } },
    {
      args: ['--webhook-server-address=127.0.0.1:0', '--github-webhook-secret-file=/a', '--linear-webhook-secret-file=/b', '--generic-webhook-secret-file=/c', '--linear-api-key-file=/d', '--allow-unsigned-webhooks'],
      flags: { deliveries: { address: { host: '127.0.0.1', port: 0 }, files: { signing: { github: '/a', linear: '/b', generic: '/c' }, linearApiKey: '/d' }, allowsUnsigned: true } },
    },
    { args: ['--watch-namespaces=a, b,a,'], flags: { namespaces: ['a', 'b'] } },
    { args: ['--watch-namespaces='], flags: { namespaces: undefined } },
    { args: ['--deny-slack-connect-channels'], flags: { slack: { deniesSharedChannels: true } } },
    { args: ['--telemetry-report=false', '--telemetry-endpoint=none'], flags: { telemetry: undefined } },
    { args: ['--telemetry-report', '--telemetry-endpoint=https://p.example.com/'], flags: { telemetry: { endpoint: 'https://p.example.com', environment: 'production', version: 'latest' } } },
    {
      args: ['--telemetry-report', '--telemetry-endpoint=http://p:8000/in', '--telemetry-environment=staging', '--telemetry-key-file=/k', '--version=1.2.0'],
      flags: { telemetry: { endpoint: 'http://p:8000/in', environment: 'staging', keyFile: '/k', version: '1.2.0' } },
    },
    { args: ['--verbosity=2'], flags: { verbosity: 2 } },
    { args: ['--agent-network=any'], flags: { network: undefined } },
    { args: ['--agent-network=internet', '--agent-network-deny=203.0.113.0/24'], flags: { network: { reach: 'internet', allowCidrs: [], allowHosts: [], denyCidrs: ['203.0.113.0/24'] } } },
    { args: ['--agent-network=hosts', '--agent-network-allow=10.0.0.0/8, *.debian.org,fd00::/8'], flags: { network: { reach: 'hosts', allowCidrs: ['10.0.0.0/8', 'fd00::/8'], allowHosts: ['*.debian.org'], denyCidrs: [] } } },
  ])('is read from $args', ({ args, flags }) => {
    expect(parseFlags(args)).toMatchObject(flags);
  });

  test.each([
    { image: 'ghcr.io/acme/bot', used: 'ghcr.io/acme/bot:1.2.0' },
    { image: 'ghcr.io/acme/bot:7', used: 'ghcr.io/acme/bot:7' },
    { image: 'localhost:5000/bot', used: 'localhost:5000/bot:1.2.0' },
    { image: 'localhost:5000/bot:7', used: 'localhost:5000/bot:7' },
    { image: `bot@sha256:${'0'.repeat(64)}`, used: `bot@sha256:${'0'.repeat(64)}` },
  ])('$image is the image $used of version 1.2.0', ({ image, used }) => {
    const { agents } = parseFlags(['--version=1.2.0', `--claude-code-image=${image}`, '--claude-code-image-pull-policy=Always']).images;
    expect(agents['claude-code']).toEqual({ image: used, pullPolicy: 'Always' });
  });
});

test('what context sources may reach is read from its flag', () => {
  const { contextTargets } = parseFlags(['--context-source-allow=10.20.0.0/16, teams.tools']);
  expect([contextTargets?.hasAddress('10.20.0.1', false), contextTargets?.hasHost('teams.tools'), contextTargets?.hasHost('tools')]).toEqual([true, true, false]);
});

test.each([
  { args: ['--leader-elect=yes'], error: '--leader-elect: got "yes"; allowed is one of true, false' },
  { args: ['--metrics-bind-address=8080'], error: '--metrics-bind-address: got "8080"; allowed is :8080, 127.0.0.1:8080, or 0 for nowhere' },
  { args: ['--metrics-bind-address=:65536'], error: '--metrics-bind-address: got ":65536"; allowed is :8080, 127.0.0.1:8080, or 0 for nowhere' },
  { args: ['--version='], error: '--version: got ""; allowed is the tag of an image, such as 1.2.0' },
  { args: ['--agent-network=none'], error: '--agent-network: got "none"; allowed is one of any, internet, hosts' },
  { args: ['--agent-network=internet', '--agent-network-allow=git.example.com'], error: '--agent-network-allow: got "git.example.com"; allowed is blocks of addresses, such as 10.20.0.0/16; names of hosts go with --agent-network=hosts' },
  { args: ['--agent-network=hosts', '--agent-network-allow=10.0.0.0/33'], error: '--agent-network-allow: got "10.0.0.0/33"; allowed is blocks of addresses, such as 10.20.0.0/16, and names of hosts, such as *.example.com' },
  { args: ['--agent-network=internet', '--agent-network-deny=10.0.0.1'], error: '--agent-network-deny: got "10.0.0.1"; allowed is blocks of addresses, such as 203.0.113.0/24' },
  { args: ['--context-source-allow=10.0.0.0/33'], error: '--context-source-allow: got "10.0.0.0/33"; allowed is a block of addresses, such as 10.20.0.0/16, or a name, such as teams.example.com or *.example.com' },
  ...[[], ['--telemetry-endpoint=p.example.com'], ['--telemetry-endpoint=https://me:secret@p.example.com'], ['--telemetry-endpoint=https://p.example.com?key=1']].map((endpoint) => ({
    args: ['--telemetry-report', ...endpoint],
    error: '--telemetry-endpoint: is missing or is no address for --telemetry-report; allowed is one such as https://posthog.example.com, without user, password, ? and #',
  })),
  { args: ['--telemetry-report', '--telemetry-endpoint=https://p', '--telemetry-environment=a b'], error: '--telemetry-environment: got "a b"; allowed is up to 63 letters, digits, dots, dashes and underscores' },
  { args: ['--verbosity=-1'], error: '--verbosity: got "-1"; allowed is a number from 0' },
  { args: ['--codex-image=a b'], error: '--codex-image: got "a b"; allowed is an image, such as ghcr.io/acme/agent or ghcr.io/acme/agent:1' },
  { args: ['--codex-image-pull-policy=Sometimes'], error: '--codex-image-pull-policy: got "Sometimes"; allowed is one of Always, IfNotPresent, Never' },
  { args: ['--nope'], error: "Unknown option '--nope'; there are --agent-network, --agent-network-allow, --agent-network-deny, --agent-tools-image, --agent-tools-image-pull-policy, --allow-unsigned-webhooks, --claude-code-image" },
])('refuses $args', ({ args, error }) => {
  expect(() => parseFlags(args)).toThrow(error);
});
