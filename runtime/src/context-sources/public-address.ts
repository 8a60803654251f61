import { BlockList, isIPv4, isIPv6 } from 'node:net';

/**
 * Whether an address is one of the internet's, and nobody's own: not of this machine, a cluster, a cloud's metadata or a block that is set aside
 * (IANA's registries of special addresses). An address that carries one of IPv4 is as public as that one.
 */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !SPECIAL_IPV4.check(address, 'ipv4');
  if (!isIPv6(address) || address.includes('%')) return false;
  const plain = canonical(address);
  const [, high, low] = EMBEDDED_IPV4.exec(plain) ?? [];
  if (high !== undefined) return isPublicAddress(dotted(high, low!));
  return GLOBAL_IPV6.check(plain, 'ipv6') && !SPECIAL_IPV6.check(plain, 'ipv6');
}

/** IPv4-mapped, and NAT64, through which networks without IPv4 reach it (RFC 6052). */
const EMBEDDED_IPV4 = /^(?:::ffff:|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

const SPECIAL_IPV4 = blocks('ipv4', [
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24',
  '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4',
  '168.63.129.16/32', // what Azure serves its machines from; it looks like any other
]);

const GLOBAL_IPV6 = blocks('ipv6', ['2000::/3']);
const SPECIAL_IPV6 = blocks('ipv6', ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']);

function blocks(family: 'ipv4' | 'ipv6', cidrs: readonly string[]): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [network, bits] = cidr.split('/') as [string, string];
    list.addSubnet(network, Number(bits), family);
  }
  return list;
}

/** The shortest way to write it, which is the one that URLs have. */
export function canonical(ipv6: string): string {
  return new URL(`http://[${ipv6}]`).hostname.slice(1, -1);
}

function dotted(high: string, low: string): string {
  const number = Number.parseInt(high, 16) * 65_536 + Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
}
