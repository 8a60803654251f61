import { isIP, isIPv6 } from 'node:net';
import type { NetworkPolicyEgressRule, NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec } from '@taskwright/schema/kubernetes';
import type { PolicyFacts, ServiceNamed } from './policy-objects.ts';
import type { Destination } from './reach.ts';

/** Not the internet: private networks, the machine itself, links (where clouds keep their metadata service), and what is kept for other ends (RFC 6890). */
const NOT_PUBLIC_IPV4 = [
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24', '192.168.0.0/16', '198.18.0.0/15',
  '168.63.129.16/32', // of Azure: a public address that leads to the host of a virtual machine
  '224.0.0.0/4', '240.0.0.0/4',
];
/** The same in IPv6, and the private IPv4 networks as NAT64 spells them (RFC 6052). Mapped ones (::ffff:0:0/96) travel as IPv4, and an API server refuses them here. */
const NOT_PUBLIC_IPV6 = [
  '::/128', '::1/128', 'fc00::/7', 'fe80::/10', 'ff00::/8', '2002::/16',
  '64:ff9b::/104', '64:ff9b::a00:0/104', '64:ff9b::6440:0/106', '64:ff9b::7f00:0/104', '64:ff9b::a9fe:0/112', '64:ff9b::ac10:0/108', '64:ff9b::c0a8:0/112',
];

/** Where the DNS of a cluster runs, and where the cache of a node listens. */
const DNS_NAMESPACES = ['kube-system', 'openshift-dns'];
const NODE_LOCAL_DNS = '169.254.20.10/32';
/** As Pods of the DNS have it: 5353 on OpenShift. */
const DNS_PORTS = [53, 5353];

/** Nobody may come in. Out leads to DNS, to what is public, to the Services that the Task names, and to what the install allows. */
export function networkPolicySpec(podLabels: Record<string, string>, { destinations, rules, serviceNamed }: PolicyFacts): NetworkPolicySpec {
  const denied = (family: 4 | 6) => rules.denyCidrs.filter((cidr) => isIPv6(cidr.split('/')[0]!) === (family === 6));
  return {
    podSelector: { matchLabels: podLabels },
    policyTypes: ['Ingress', 'Egress'],
    ingress: [],
    egress: [
      {
        to: [...DNS_NAMESPACES.map(inNamespace), { ipBlock: { cidr: NODE_LOCAL_DNS } }],
        ports: DNS_PORTS.flatMap((port) => ['UDP', 'TCP'].map((protocol) => ({ protocol, port }) as NetworkPolicyPort)),
      },
      {
        to: [
          { ipBlock: { cidr: '0.0.0.0/0', except: [...NOT_PUBLIC_IPV4, ...denied(4)] } },
          { ipBlock: { cidr: '::/0', except: [...NOT_PUBLIC_IPV6, ...denied(6)] } },
        ],
      },
      ...(rules.allowCidrs.length > 0 ? [{ to: rules.allowCidrs.map((cidr) => ({ ipBlock: { cidr } })) }] : []),
      ...destinations.flatMap((destination) => inCluster(destination, serviceNamed)),
    ],
  };
}

/** The Pods of a Service, at the port that it leads to: a policy sees a connection when the Service has been left behind. */
function inCluster({ host, port, service }: Destination, serviceNamed: ServiceNamed): NetworkPolicyEgressRule[] {
  if (isIP(host)) return [{ to: [{ ipBlock: { cidr: `${host}/${isIPv6(host) ? 128 : 32}` } }], ports: [{ protocol: 'TCP', port }] }];
  if (!service) return [];
  const { selector, ports = [] } = serviceNamed(service)?.spec ?? {};
  // One that is not there yet, or may not be read, is anywhere in its namespace.
  if (!selector) return [{ to: [inNamespace(service.namespace)] }];
  const target = ports.find((candidate) => candidate.port === port);
  return [{
    to: [{ ...inNamespace(service.namespace), podSelector: { matchLabels: selector } }],
    ports: [{ protocol: 'TCP', port: target?.targetPort ?? port }],
  }];
}

function inNamespace(name: string): NetworkPolicyPeer {
  return { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } };
}
