import { BlockList, isIPv6 } from 'node:net';
import type { AgentConfigSpec, TaskSpec, WorkspaceSpec } from '@taskwright/schema';
import { type NetworkPolicySpec, networkPolicyResource, type Service } from '@taskwright/schema/kubernetes';
import { describe, expect, test } from 'vitest';
import type { NetworkRules } from '../../../src/tasks/network/network-rules.ts';
import { policyWrite, type ServiceNamed } from '../../../src/tasks/network/policy-objects.ts';
import { destinationsOf } from '../../../src/tasks/network/reach.ts';
import { aTask, facts } from '../task-fixtures.ts';

interface Scene {
  readonly spec?: Partial<TaskSpec>;
  readonly workspace?: Partial<WorkspaceSpec>;
  readonly config?: AgentConfigSpec;
}

function reachOf({ spec, workspace, config }: Scene) {
  return destinationsOf(facts({
    task: aTask({ spec: { agentConfigRefs: config ? [{ name: 'tools' }] : [], ...spec } }),
    ...(workspace && { workspace: { metadata: { name: 'shop', namespace: 'dev' }, spec: { repo: 'https://git.example.com/a/b', ...workspace } } }),
    agentConfig: () => config && { metadata: { name: 'tools', namespace: 'dev' }, spec: config },
  }));
}

const names = (scene: Scene) => reachOf(scene).map(({ host, port, service }) => `${host}:${port}${service ? ` (${service.namespace}/${service.name})` : ''}`);
const model = ['api.anthropic.com:443', 'platform.claude.com:443'];

describe('a Task reaches', () => {
  test.each<{ it: string; scene: Scene; more: string[] }>([
    { it: 'its model and nothing else', scene: {}, more: [] },
    { it: 'the host of its repository, at the port of the URL', scene: { workspace: { repo: 'https://git.example.com:8443/a/b' } }, more: ['git.example.com:8443'] },
    { it: 'a host of SSH, and what it has behind HTTPS', scene: { workspace: { repo: 'git@git.example.com:a/b.git' } }, more: ['git.example.com:22', 'git.example.com:443'] },
    { it: 'all that github.com leads to', scene: { workspace: { repo: 'https://github.com/a/b' } }, more: ['*.githubusercontent.com:443', 'api.github.com:443', 'codeload.github.com:443', 'github.com:443', 'uploads.github.com:443'] },
    { it: 'its remotes', scene: { workspace: { remotes: [{ name: 'old', url: 'git://old.example.com/a/b' }] } }, more: ['git.example.com:443', 'old.example.com:9418'] },
    { it: 'a Service by its full name', scene: { workspace: { repo: 'http://gitea.forge.svc.cluster.local:3000/a/b' } }, more: ['gitea.forge.svc.cluster.local:3000 (forge/gitea)'] },
    { it: 'a Service of its own namespace by its name', scene: { config: { mcpServers: [{ name: 'docs', type: 'http', url: 'http://docs-mcp/mcp' }] } }, more: ['docs-mcp:80 (dev/docs-mcp)'] },
    { it: 'what its variables name', scene: { spec: { podOverrides: { env: [{ name: 'ANTHROPIC_BASE_URL', value: 'http://10.1.2.3:8000' }, { name: 'NOTE', value: 'https is fine' }] } } }, more: ['10.1.2.3:8000'] },
    { it: 'where its skills come from', scene: { config: { skills: [{ source: 'https://gitlab.com/acme/skills' }] } }, more: ['*.githubusercontent.com:443', 'api.github.com:443', 'codeload.github.com:443', 'github.com:443', 'gitlab.com:443', 'registry.npmjs.org:443', 'uploads.github.com:443'] },
    {
      it: 'no metadata service, whatever it names',
      scene: { spec: { podOverrides: { env: ['169.254.169.254', 'metadata.google.internal', '[fd00:ec2::254]', '168.63.129.16'].map((host) => ({ name: 'URL', value: `http://${host}/` })) } } },
      more: [],
    },
  ])('$it', ({ scene, more }) => {
    expect(names(scene)).toEqual([...model, ...more].sort());
  });
});

const internet: NetworkRules = { reach: 'internet', allowCidrs: [], allowHosts: [], denyCidrs: [] };
const gitea: Service = { metadata: { name: 'gitea', namespace: 'forge' }, spec: { selector: { app: 'gitea' }, ports: [{ port: 80, targetPort: 'http' }] } };
const inForge: Scene = { workspace: { repo: 'http://gitea.forge.svc/a/b' } };

function policyOf(scene: Scene, rules: NetworkRules, serviceNamed: ServiceNamed = () => undefined) {
  const write = policyWrite(aTask(), { destinations: reachOf(scene), rules, serviceNamed });
  if (write.verb !== 'create') return expect.fail('a policy is created');
  return { resource: write.resource, metadata: write.object.metadata, spec: (write.object as unknown as { spec: NetworkPolicySpec }).spec };
}

/** Whether a policy lets a Pod connect to an address that belongs to no Pod. */
function lets({ egress = [] }: NetworkPolicySpec, address: string, port: number): boolean {
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  const isIn = (cidr: string) => {
    const [net, bits] = cidr.split('/');
    if (isIPv6(net!) !== isIPv6(address)) return false;
    const block = new BlockList();
    block.addSubnet(net!, Number(bits), family);
    return block.check(address, family);
  };
  return egress.some(({ to = [], ports }) => (!ports || ports.some((candidate) => candidate.port === port)) && to.some(({ ipBlock }) => ipBlock && isIn(ipBlock.cidr) && !ipBlock.except?.some(isIn)));
}

describe('the policy of a Task', () => {
  test('is of its Pods, belongs to it, and lets nobody in', () => {
    const { resource, metadata, spec } = policyOf({}, internet);
    expect(resource).toBe(networkPolicyResource);
    expect(metadata).toMatchObject({ name: 'fix-network', namespace: 'dev', ownerReferences: [{ kind: 'Task', name: 'fix', controller: true }] });
    expect(spec).toMatchObject({ podSelector: { matchLabels: { 'kelos.dev/task': 'fix' } }, policyTypes: ['Ingress', 'Egress'], ingress: [] });
  });

  test.each(['140.82.121.4', '8.8.8.8', '2606:50c0:8000::154', '64:ff9b::8c52:7904'])('leads to %s', (address) => {
    expect(lets(policyOf({}, internet).spec, address, 443)).toBe(true);
  });

  test.each([
    '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1', '100.100.100.200', '127.0.0.1', '169.254.169.254', '169.254.170.23', '168.63.129.16', '192.0.0.192', '0.0.0.0',
    '::1', 'fd00:ec2::254', 'fe80::1', 'ff02::1', '64:ff9b::a00:1', '64:ff9b::a9fe:a9fe', '64:ff9b::c0a8:101',
  ])('does not lead to %s', (address) => {
    expect(lets(policyOf({}, internet).spec, address, 443)).toBe(false);
  });

  test('leads to what the install allows, and not to what it denies', () => {
    const { spec } = policyOf({}, { ...internet, allowCidrs: ['10.20.0.0/16'], denyCidrs: ['203.0.113.0/24', '2001:db8::/32'] });
    expect(['10.20.1.1', '10.21.1.1', '203.0.113.9', '2001:db8::1'].map((address) => lets(spec, address, 22))).toEqual([true, false, false, false]);
  });

  test('leads to an address that the Task names, at its port', () => {
    const { spec } = policyOf({ workspace: { repo: 'https://10.1.2.3:8443/a/b' } }, internet);
    expect([lets(spec, '10.1.2.3', 8443), lets(spec, '10.1.2.3', 443), lets(spec, '10.1.2.4', 8443)]).toEqual([true, false, false]);
  });

  const forge = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'forge' } } };

  test('leads to the Pods of a Service, at the port where they listen', () => {
    const { spec } = policyOf(inForge, internet, ({ namespace, name }) => (namespace === 'forge' && name === 'gitea' ? gitea : undefined));
    expect(spec.egress!.at(-1)).toEqual({ to: [{ ...forge, podSelector: { matchLabels: { app: 'gitea' } } }], ports: [{ protocol: 'TCP', port: 'http' }] });
  });

  test('leads into the namespace of a Service that cannot be read', () => {
    expect(policyOf(inForge, internet).spec.egress!.at(-1)).toEqual({ to: [forge] });
  });

  test('names hosts where the network plugin knows names', () => {
    const rules: NetworkRules = { reach: 'hosts', allowCidrs: ['10.20.0.0/16'], allowHosts: ['registry.npmjs.org', '*.debian.org'], denyCidrs: [] };
    const { resource, spec } = policyOf({ workspace: { repo: 'git@git.example.com:a/b', remotes: [{ name: 'forge', url: 'http://gitea.forge.svc/a/b' }] } }, rules, () => gitea);
    expect(resource).toMatchObject({ group: 'cilium.io', kind: 'CiliumNetworkPolicy' });
    expect(spec).toEqual({
      endpointSelector: { matchLabels: { 'kelos.dev/task': 'fix' } },
      egressDeny: [{ toCIDR: ['169.254.169.254/32', '169.254.170.0/24', '168.63.129.16/32', '100.100.100.200/32', '192.0.0.192/32', 'fd00:ec2::/64', 'fd20:ce::254/128'] }],
      ingress: [{}],
      egress: [
        {
          toEndpoints: [{ matchLabels: { 'k8s:io.kubernetes.pod.namespace': 'kube-system', 'k8s:k8s-app': 'kube-dns' } }],
          toPorts: [{ ports: [{ port: '53', protocol: 'ANY' }], rules: { dns: [{ matchPattern: '*' }] } }],
        },
        { toFQDNs: [{ matchName: 'git.example.com' }], toPorts: [{ ports: [{ port: '22', protocol: 'TCP' }] }] },
        {
          toFQDNs: [{ matchPattern: '*.debian.org' }, { matchName: 'api.anthropic.com' }, { matchName: 'git.example.com' }, { matchName: 'platform.claude.com' }, { matchName: 'registry.npmjs.org' }],
          toPorts: [{ ports: [{ port: '443', protocol: 'TCP' }] }],
        },
        { toEndpoints: [{ matchLabels: { 'k8s:io.kubernetes.pod.namespace': 'forge', 'k8s:app': 'gitea' } }], toPorts: [{ ports: [{ port: 'http', protocol: 'TCP' }] }] },
        { toCIDR: ['10.20.0.0/16'] },
      ],
    });
  });
});
