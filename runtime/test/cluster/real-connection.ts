import { inject } from 'vitest';
import { CONVERSION_PATH, startWebhookServer } from '../../src/api-webhooks/webhook-server.ts';
import { KubeClient } from '../../src/kube/client.ts';
import { systemClock } from '../../src/kube/clock.ts';
import { HttpTransport } from '../../src/kube/http-transport.ts';
import { readKubeconfig } from '../../src/kube/kubeconfig.ts';
import type { Resource } from '../../src/kube/object.ts';
import { selfSignedCertificate } from '../../src/kube/self-signed-certificate.ts';
import { type Connection, namespaces } from '../contract/connection.ts';
import { convertCrate } from '../contract/conversion.contract.ts';
import { until } from '../contract/until.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The file that names the cluster under test. */
    kubeconfig: string;
  }
}

const serviceAccounts: Resource = { group: '', version: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts', namespaced: true };

export interface RealConnection extends Connection {
  /** Deletes the namespaces that were handed out, and closes the connection. */
  close(): Promise<void>;
}

/** The cluster that the tests were given, as its administrator. */
export async function connectToCluster(): Promise<RealConnection> {
  const transport = new HttpTransport(await readKubeconfig([inject('kubeconfig')], undefined, systemClock));
  const client = new KubeClient(transport, { userAgent: 'contract/1.0' });
  const identity = selfSignedCertificate('contract', ['127.0.0.1']);
  const webhook = await startWebhookServer({ port: 0, host: '127.0.0.1', identity, convert: convertCrate, faultsOf: () => [] });
  const handedOut: string[] = [];
  return {
    transport,
    client,
    webhook: { url: `https://127.0.0.1:${webhook.port}${CONVERSION_PATH}`, caBundle: Buffer.from(identity.cert).toString('base64') },
    namespace: async () => {
      const { metadata } = await client.create(namespaces, { metadata: { generateName: 'contract-' } });
      const name = metadata.name!;
      handedOut.push(name);
      // Until then a Pod in it is refused.
      const hasAccount = () => client.get(serviceAccounts, { namespace: name, name: 'default' }).then(() => true, () => false);
      if (!await until({}, hasAccount)) throw new Error(`namespace ${name} has no ServiceAccount "default": do the cluster's controllers run?`);
      return name;
    },
    close: async () => {
      await Promise.all(handedOut.map((name) => client.delete(namespaces, { name }).catch(() => undefined)));
      await webhook.close();
      await transport.close();
    },
  };
}
