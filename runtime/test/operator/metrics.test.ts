import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { KubeMetrics } from '../../src/kube/metrics.ts';
import { startOperator } from '../../src/operator/operator.ts';
import { images } from '../tasks/task-fixtures.ts';
import { startCluster } from '../tasks/test-cluster.ts';

/** As a row of the table: what a label is about is told in words below it. */
interface Row { readonly name: string; readonly type: string; readonly labels: readonly string[] }
const byName = (a: Row, b: Row) => a.name.localeCompare(b.name);

function documented(): Row[] {
  const text = readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8');
  return [...text.matchAll(/^\| `(\w+)` \| (\w+) \| ([^|]*) \|/gm)].map(([, name, type, labels]) => ({ name: name!, type: type!, labels: [...labels!.matchAll(/`(\w+)`/g)].map(([, label]) => label!) })).sort(byName);
}

test('docs/metrics.md lists every metric of an operator with all its parts, with its labels, and no other', async () => {
  const cluster = await startCluster({ message: '' });
  onTestFinished(() => cluster.stop());
  const metrics = new KubeMetrics();
  const operator = startOperator({
    transport: cluster.api.transport, clock: cluster.clock, images, metrics, leaderElection: { namespace: 'dev' },
    deliveries: { address: { host: '127.0.0.1', port: 0 }, files: { signing: {} }, allowsUnsigned: false },
    slack: { botToken: 'xoxb-test', signingSecret: 'of-slack', deniesSharedChannels: false },
    fetch: () => Promise.reject(new Error('nothing is reached here')),
  });
  onTestFinished(() => operator.stop());
  const registered = metrics.registry.getMetricsAsArray().map((metric) => {
    const { name, type, labelNames } = metric as unknown as Row & { readonly labelNames: readonly string[] };
    return { name, type, labels: [...labelNames] };
  });
  expect(documented()).toEqual(registered.sort(byName));
});
