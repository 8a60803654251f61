import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { canonical } from './public-address.ts';

/**
 * Whether a machine finds the metadata of its cloud at an address, and with it the machine's credentials: all of link-local, and where clouds put it besides. However it
 * is written: with a zone, and as the IPv6 address that carries one of IPv4.
 */
export function isMetadataAddress(address: string): boolean {
  const plain = address.split('%')[0]!;
  if (isIPv4(plain)) return METADATA.check(plain, 'ipv4');
  if (!isIPv6(plain)) return false;
  const short = canonical(plain);
  if (METADATA.check(short, 'ipv6')) return true;
  const carried = CARRIES_IPV4.exec(short)?.slice(1).filter((group) => group !== undefined);
  return carried !== undefined && METADATA.check(canonical(`::ffff:${carried.join(':')}`), 'ipv6'); // a block of IPv4 holds its mapped form, too
}

/** Mapped, translated and compatible; NAT64, where a network has its own prefix as well (RFC 6052, RFC 8215); 6to4. */
const CARRIES_IPV4 = /^(?:::(?:ffff:(?:0:)?)?|64:ff9b::|64:ff9b:1:.*:)([0-9a-f]{1,4}):([0-9a-f]{1,4})$|^2002:([0-9a-f]{1,4}):([0-9a-f]{1,4}):/;

const METADATA = new BlockList();
METADATA.addSubnet('169.254.0.0', 16, 'ipv4');
METADATA.addSubnet('fe80::', 10, 'ipv6');
METADATA.addAddress('fd00:ec2::254', 'ipv6'); // of AWS, where there is only IPv6
METADATA.addAddress('fd20:ce::254', 'ipv6'); // of Google, likewise
METADATA.addAddress('168.63.129.16', 'ipv4'); // what Azure serves its machines from
METADATA.addAddress('100.100.100.200', 'ipv4'); // of Alibaba
METADATA.addAddress('192.0.0.192', 'ipv4'); // of Oracle, beside that of link-local
