import { describe } from 'vitest';
import { ApiServer } from '../../src/embedded/api-server.ts';
import { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import { KubeClient } from '../../src/kube/client.ts';
import type { Connect } from '../contract/connection.ts';
import { contracts } from '../contract/contracts.ts';

/** A server of its own for every test, on a clock that stands still. */
const connect: Connect = async () => {
  const clock = new VirtualClock();
  // The smallest window: what is forgotten soon is tested soon.
  const server = new ApiServer({ clock, watchWindow: 200 });
  const client = new KubeClient(server.transport, { userAgent: 'contract/1.0', clock });
  let count = 0;
  return {
    transport: server.transport,
    client,
    advance: async (ms) => { await clock.advance(ms); },
    namespace: async () => {
      const name = `contract-${++count}`;
      await client.create({ group: '', version: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false }, { metadata: { name } });
      return name;
    },
  };
};

for (const [name, contract] of Object.entries(contracts)) describe(name, () => contract(connect));
