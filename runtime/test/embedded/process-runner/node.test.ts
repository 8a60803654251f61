import { expect, test } from 'vitest';
import { nodeNameOf } from '../../../src/embedded/process-runner/node.ts';

test.each([
  ['vm', 'vm'],
  ['Ada.local', 'ada.local'],
  ["Ada's MacBook.local", 'ada-s-macbook.local'],
  ['build_host', 'build-host'],
  ['-a-.-b-', 'a.b'],
  ['机', 'localhost'],
  ['', 'localhost'],
  ['x'.repeat(80), 'x'.repeat(63)],
])('a machine called %s is node %s', (hostname, name) => expect(nodeNameOf(hostname)).toBe(name));
