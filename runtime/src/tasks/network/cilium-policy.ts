import { isIP, isIPv6 } from 'node:net';
import { METADATA_CIDRS } from './network-rules.ts';
import type { PolicyFacts, ServiceNamed } from './policy-objects.ts';
import type { Destination } from './reach.ts';

const NAMESPACE = 'k8s:io.kubernetes.pod.namespace';

/**
 * The same list by name, for the network plugin that knows names: Cilium learns the addresses of a host from the answers of DNS that it passes on, so
 * DNS goes through it.
 */
export function ciliumPolicySpec(podLabels: Record<string, string>, { destinations, rules, serviceNamed }: PolicyFacts): object {
  const hosts = [
    ...destinations.filter(({ host, service }) => !service && !isIP(host)),
    ...rules.allowHosts.map((host) => ({ host, port: 443 })),
  ];
  return {
    endpointSelector: { matchLabels: podLabels },
    egressDeny: [{ toCIDR: METADATA_CIDRS }],
    // A rule that matches nobody: without one, everybody may come in.
    ingress: [{}],
    egress: [
      {
        toEndpoints: [{ matchLabels: { [NAMESPACE]: 'kube-system', 'k8s:k8s-app': 'kube-dns' } }],
        toPorts: [{ ports: [{ port: '53', protocol: 'ANY' }], rules: { dns: [{ matchPattern: '*' }] } }],
      },
      ...[...new Set(hosts.map(({ port }) => port))].sort((a, b) => a - b).map((port) => ({
        toFQDNs: [...new Set(hosts.filter((host) => host.port === port).map(({ host }) => host))].sort().map((host) => (host.includes('*') ? { matchPattern: host } : { matchName: host })),
        toPorts: [tcp(port)],
      })),
      ...destinations.flatMap((destination) => inCluster(destination, serviceNamed)),
      ...(rules.allowCidrs.length > 0 ? [{ toCIDR: [...rules.allowCidrs] }] : []),
    ],
  };
}

function inCluster({ host, port, service }: Destination, serviceNamed: ServiceNamed): object[] {
  if (isIP(host)) return [{ toCIDR: [`${host}/${isIPv6(host) ? 128 : 32}`], toPorts: [tcp(port)] }];
  if (!service) return [];
  const { selector, ports = [] } = serviceNamed(service)?.spec ?? {};
  const inNamespace = { [NAMESPACE]: service.namespace };
  if (!selector) return [{ toEndpoints: [{ matchLabels: inNamespace }] }];
  const target = ports.find((candidate) => candidate.port === port)?.targetPort ?? port;
  const labels = Object.fromEntries(Object.entries(selector).map(([label, value]) => [`k8s:${label}`, value]));
  return [{ toEndpoints: [{ matchLabels: { ...inNamespace, ...labels } }], toPorts: [tcp(target)] }];
}

function tcp(port: number | string): object {
  return { ports: [{ port: String(port), protocol: 'TCP' }] };
}
