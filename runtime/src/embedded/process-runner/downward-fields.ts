import type { Container, Pod } from '../pod.ts';

/** The value of a `fieldRef`, or `undefined` for a path that Pods do not offer. */
export function downwardField({ metadata, spec }: Pod, fieldPath: string, { nodeName, ip }: NodeFacts): string | undefined {
  const entry = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(fieldPath);
  if (entry) return metadata[entry[1] as 'labels' | 'annotations']?.[entry[2]!] ?? '';
  switch (fieldPath) {
    case 'metadata.name':
      return metadata.name;
    case 'metadata.namespace':
      return metadata.namespace;
    case 'metadata.uid':
      return metadata.uid;
    case 'metadata.labels':
      return lines(metadata.labels);
    case 'metadata.annotations':
      return lines(metadata.annotations);
    case 'spec.nodeName':
      return spec.nodeName ?? nodeName;
    case 'spec.serviceAccountName':
      return spec.serviceAccountName ?? 'default';
    case 'status.hostIP':
    case 'status.hostIPs':
    case 'status.podIP':
    case 'status.podIPs':
      return ip;
    default:
      return undefined;
  }
}

export interface NodeFacts {
  readonly nodeName: string;
  readonly ip: string;
}

/** The value of a `resourceFieldRef` in whole units (bytes, cores), rounded up; 0 without a limit. */
export function resourceField({ resources = {} }: Container, resource: string, divisor = '1'): string | undefined {
  const found = /^(limits|requests)\.(.+)$/.exec(resource);
  if (!found) return undefined;
  const amount = resources[found[1] as 'limits' | 'requests']?.[found[2]!] ?? 0;
  const unit = quantity(divisor === '0' ? '1' : divisor);
  return String(Math.ceil(quantity(String(amount)) / unit));
}

const SUFFIXES: Readonly<Record<string, number>> = {
  '': 1, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60,
};

function quantity(text: string): number {
  const [, digits = '0', suffix = ''] = /^([0-9.]+(?:[eE][+-]?[0-9]+)?)([a-zA-Z]*)$/.exec(text) ?? [];
  return Number(digits) * (SUFFIXES[suffix] ?? 1);
}

function lines(entries: Readonly<Record<string, string>> = {}): string {
  return Object.entries(entries)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n');
}
