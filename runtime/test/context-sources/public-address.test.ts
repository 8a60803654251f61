import { describe, expect, test } from 'vitest';
import { AllowedTargets } from '../../src/context-sources/allowed-targets.ts';
import { isPublicAddress } from '../../src/context-sources/public-address.ts';

describe('isPublicAddress()', () => {
  test.each([
    '1.1.1.1', '8.8.8.8', '140.82.121.5', '100.63.255.255', '100.128.0.1', '172.15.0.1', '172.32.0.1', '223.255.255.254', '2606:4700::1111', '2a00:1450:4001::1',
    '::ffff:8.8.8.8', '::ffff:808:808', '64:ff9b::8.8.8.8',
  ])('%s is of the internet', (address) => expect(isPublicAddress(address)).toBe(true));

  test.each([
    '0.0.0.0', '10.0.0.1', '100.64.0.1', '100.100.100.200', '127.0.0.1', '127.255.255.254', '169.254.169.254', '168.63.129.16', '172.16.0.1', '172.31.255.255', '192.0.0.192',
    '192.0.2.1', '192.88.99.1', '192.168.1.1', '198.18.0.1', '198.51.100.1', '203.0.113.1', '224.0.0.1', '239.255.255.250', '240.0.0.1', '255.255.255.255',
    '::', '::1', '::ffff:127.0.0.1', '::ffff:a9fe:a9fe', '0:0:0:0:0:ffff:10.0.0.1', '::127.0.0.1', '64:ff9b::10.0.0.1', '64:ff9b::a9fe:a9fe', '64:ff9b::', '64:ff9b:1::8.8.8.8', 'fe80::1', 'fe80::1%eth0',
    'fc00::1', 'fd00:ec2::254', 'ff02::1', 'fec0::1', '100::1', '2001::1', '2001:db8::1', '2002:7f00:1::', '3fff::1', '5f00::1', '', 'example.com', '127.1', '0x7f000001',
  ])('%s is not', (address) => expect(isPublicAddress(address)).toBe(false));
});

describe('AllowedTargets', () => {
  const allowed = new AllowedTargets(['10.20.0.0/16', '192.168.7.7', 'fd12::/64', 'Teams.tools', '*.corp.example']);

  test.each(['10.20.255.1', '192.168.7.7', 'fd12::9'])('%s is in a block', (address) => expect(allowed.hasAddress(address, false)).toBe(true));
  test.each(['10.21.0.1', '192.168.7.8', 'fd12:0:0:1::9', '127.0.0.1'])('%s is in none', (address) => expect(allowed.hasAddress(address, false)).toBe(false));
  test.each(['teams.tools', 'a.corp.example', 'a.b.corp.example'])('%s is a name', (host) => expect(allowed.hasHost(host)).toBe(true));
  test.each(['teams.tools.evil.example', 'corp.example', 'acorp.example', 'xteams.tools'])('%s is none', (host) => expect(allowed.hasHost(host)).toBe(false));

  test('a name is trusted with its addresses, but not with the metadata of a cloud', () => {
    expect(['10.0.0.1', '127.0.0.1', 'fd00::1'].map((address) => allowed.hasAddress(address, true))).toEqual([true, true, true]);
    expect(['169.254.169.254', 'fe80::1', 'fd00:ec2::254'].map((address) => allowed.hasAddress(address, true))).toEqual([false, false, false]);
    expect(new AllowedTargets(['169.254.169.254/32']).hasAddress('169.254.169.254', true)).toBe(true);
  });

  test.each(['10.20.0.0/33', '10.0.0.0/8/8', 'http://teams.tools', 'teams.tools:8080', '', 'a b', '*', '*.'])('"%s" is neither', (entry) => {
    expect(() => new AllowedTargets([entry])).toThrow(RangeError);
  });
});
