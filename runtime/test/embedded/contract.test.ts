import { describe } from 'vitest';
import { ApiServer } from '../../src/embedded/api-server.ts';
import { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import { KubeClient } from '../../src/kube/client.ts';
import type { Connect } from '../contract/connection.ts';
import { clusterContracts, contracts } from '../contract/contracts.ts';
import { convertCrate } from '../contract/conversion.contract.ts';
import { diverge } from '../contract/diverge.ts';

/** A server of its own for every test, on a clock that stands still. */
async function connectTo({ controllers }: { controllers: boolean }) {
  const clock = new VirtualClock();
  // The smallest window: what is forgotten soon is tested soon.
  const server = new ApiServer({ clock, watchWindow: 200, convert: convertCrate });
  if (controllers) server.startControllers();
  const client = new KubeClient(server.transport, { userAgent: 'contract/1.0', clock });
  let count = 0;
  return {
    transport: server.transport,
    client,
    webhook: { url: 'https://nobody.asks/convert' },
    advance: (ms: number) => clock.advance(ms),
    namespace: async () => {
      const name = `contract-${++count}`;
      await client.create({ group: '', version: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false }, { metadata: { name } });
      return name;
    },
  };
}

const apiServer: Connect = () => connectTo({ controllers: false });
const cluster: Connect = () => connectTo({ controllers: true });

diverge({
  'a key that stands twice is a strict decoding error': 'JSON.parse keeps the last of them and does not tell',
  'a Pod is bound by its subresource, once': 'the engine places Pods by itself, and nobody else does',
});

for (const [name, contract] of Object.entries(contracts)) describe(name, () => contract(apiServer));
for (const [name, contract] of Object.entries(clusterContracts)) describe(name, () => contract(cluster));
