import { rmSync } from 'node:fs';
import { localImages, startEngine } from '@taskwright/runtime/embedded';
import { HttpTransport, type KubeClient, type KubeObject, type Resource } from '@taskwright/runtime/kube';
import { startOperator } from '@taskwright/runtime/operator';
import { crds, type Task, taskResource } from '@taskwright/schema';
import { figure, median } from './figure.ts';
import { temporaryFolder } from './temporary-folder.ts';

/**
 * How fast the operator carries Tasks from their creation to `Succeeded` on the embedded engine when the agent takes no time:
 * in process, as `taskwright dev` does, and over HTTP, as in a cluster.
 */
const TASKS = 500;
const ROUNDS = 5;

const images = { agents: { 'claude-code': { image: 'instant' } }, agentTools: { image: 'instant' } };
const crdResource: Resource = { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition', plural: 'customresourcedefinitions', namespaced: false };

async function tasksPerSecond(overHttp: boolean): Promise<number> {
  const dataDir = temporaryFolder('tasks');
  const engine = await startEngine({ dataDir, images: localImages({ instant: { run: () => ({ terminationMessage: 'commit: 0000000' }) } }) });
  const face = await engine.api.listen();
  const transport = overHttp ? new HttpTransport({ server: face.url, ca: face.ca, token: async () => face.token, namespace: 'default' }) : engine.api.transport;
  const operator = startOperator({ transport, images });
  try {
    for (const crd of crds() as KubeObject[]) await engine.client.create(crdResource, crd);
    await operator.ready;
    const succeeded = allSucceeded(engine.client, TASKS);
    const start = performance.now();
    await Promise.all(Array.from({ length: TASKS }, (_, index) => engine.client.create(taskResource, aTask(`task-${index}`))));
    await succeeded;
    return TASKS / ((performance.now() - start) / 1_000);
  } finally {
    await operator.stop();
    await face.close();
    if (overHttp) await transport.close();
    await engine.stop();
    rmSync(dataDir, { recursive: true });
  }
}

function aTask(name: string): KubeObject {
  return { metadata: { name, namespace: 'default' }, spec: { prompt: 'nothing', worker: { type: 'claude-code', credentials: { type: 'none' } } } } as KubeObject;
}

async function allSucceeded(client: KubeClient, count: number): Promise<void> {
  const done = new Set<string>();
  const stop = new AbortController();
  for await (const { type, object } of client.watch<Task>(taskResource, { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' }, stop.signal)) {
    if (type !== 'MODIFIED' || object.status?.phase !== 'Succeeded') continue;
    done.add(object.metadata.name!);
    if (done.size === count) return stop.abort();
  }
}

const inProcess: number[] = [];
const overHttp: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  inProcess.push(await tasksPerSecond(false));
  overHttp.push(await tasksPerSecond(true));
}
figure('tasks', `${TASKS} Tasks with an instant agent, create to Succeeded`, median(inProcess), 'Tasks/s');
figure('tasks', 'the same, with the operator behind HTTP', median(overHttp), 'Tasks/s');
figure('tasks', 'in process over HTTP', median(inProcess) / median(overHttp), 'ratio');
