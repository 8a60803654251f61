import type { IsolationKind } from '../../../src/embedded/process-runner/isolation.ts';
import { Laptop, NAMESPACE, statusOf } from './laptop.ts';

/** An engine with a Pod that notes each of its starts. Says when the Pod runs, and waits to be killed. */
const [dataDir, stateFile, isolation] = process.argv.slice(2) as [string, string, IsolationKind];

const laptop = await Laptop.start({ dataDir, stateFile, isolation });
await laptop.pod('runner', 'echo started >> /work/starts; echo up; while :; do sleep 0.05; done', {
  volumes: [{ name: 'work', emptyDir: {} }],
}, { volumeMounts: [{ name: 'work', mountPath: '/work' }] });
await laptop.until('runner', (pod) => statusOf(pod)?.state.running !== undefined);
for await (const line of laptop.engine.client.logs({ namespace: NAMESPACE, name: 'runner', follow: true })) process.stdout.write(line);
