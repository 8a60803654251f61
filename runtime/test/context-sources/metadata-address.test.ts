import { expect, test } from 'vitest';
import { isMetadataAddress } from '../../src/context-sources/metadata-address.ts';

test.each([
  '169.254.0.0', '169.254.169.254', '169.254.170.2', '169.254.255.255', '168.63.129.16', '100.100.100.200', '192.0.0.192', 'fe80::1', 'febf::1', 'fe80::1%eth0', 'FD00:EC2::254', 'fd00:0ec2:0::0254', 'fd20:ce::254',
  '::ffff:169.254.169.254', '::ffff:a9fe:a9fe', '0:0:0:0:0:ffff:a9fe:a9fe', '::169.254.169.254', '::ffff:0:a9fe:a9fe', '64:ff9b::169.254.169.254', '64:ff9b::a9fe:1', '64:ff9b:1::a9fe:a9fe',
  '64:ff9b:1:2:3:4:a9fe:a9fe', '2002:a9fe:a9fe::1', '::ffff:168.63.129.16',
])('%s is where clouds keep credentials', (address) => expect(isMetadataAddress(address)).toBe(true));

test.each([
  '169.253.255.255', '169.255.0.0', '10.0.0.1', '192.168.1.1', '172.16.0.1', '127.0.0.1', '100.64.0.1', '8.8.8.8', '::1', '::', 'fd00::1', 'fd00:ec2::255', 'fec0::1', '2606:4700::1111', '::ffff:10.0.0.1',
  '64:ff9b::8.8.8.8', '64:ff9b:1::8.8.8.8', '2002:a00:1::1', '2001:db8::a9fe:a9fe', 'jira.acme.test', '',
])('%s is not', (address) => expect(isMetadataAddress(address)).toBe(false));
