import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crds, type Task, taskResource } from '@taskwright/schema';
import { jobResource } from '@taskwright/schema/kubernetes';
import { expect, test } from 'vitest';
import { localImages, startEngine } from '../../src/embedded/index.ts';
import { type KubeObject, type KubeRequest, sleep, systemClock, type Transport } from '../../src/kube/index.ts';
import { startOperator } from '../../src/operator/index.ts';

/** A process that is killed: nothing it asks reaches the server any more, and nothing it was told. */
function mortal(transport: Transport): Transport & { kill(): void } {
  const killed = new AbortController();
  const asAlive = <T>(ask: (request: KubeRequest) => Promise<T>) => async ({ signal, ...request }: KubeRequest) => {
    killed.signal.throwIfAborted();
    return ask({ ...request, signal: signal ? AbortSignal.any([signal, killed.signal]) : killed.signal });
  };
  return {
    request: asAlive((request) => transport.request(request)),
    stream: asAlive((request) => transport.stream(request)),
    close: async () => {},
    kill: () => killed.abort(new Error('the process was killed')),
  };
}

const images = { agents: { 'claude-code': { image: 'example.com/agent' } }, agentTools: { image: 'example.com/tools' } };
const crdResource = { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition', plural: 'customresourcedefinitions', namespaced: false };

test('an operator that is killed again and again while a real process works changes nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'taskwright-crashes-'));
  const witness = join(folder, 'runs');
  const agent = join(folder, 'agent.sh');
  writeFileSync(agent, `#!/bin/sh\necho run >> ${witness}\nsleep 1\necho "answer: 42" > "$TASKWRIGHT_RESULT_FILE"\n`, { mode: 0o755 });
  const engine = await startEngine({
    dataDir: folder,
    images: localImages({ 'example.com/agent': { files: { '/kelos_entrypoint.sh': agent } } }),
    isolation: 'path-mapping',
  });
  try {
    for (const crd of crds() as KubeObject[]) await engine.client.create(crdResource, crd);
    await engine.client.create(taskResource, { metadata: { namespace: 'default', name: 'ask' }, spec: { prompt: 'what is it?', worker: { type: 'claude-code', credentials: { type: 'none' } } } } as KubeObject);
    const task = () => engine.client.get<Task>(taskResource, { namespace: 'default', name: 'ask' });
    const jobs = new Set<string>();
    let lives = 0;
    for (let status = (await task()).status; status?.phase !== 'Succeeded' && status?.phase !== 'Failed'; status = (await task()).status) {
      const transport = mortal(engine.api.transport);
      const operator = startOperator({ transport, images });
      operator.ready.catch(() => {});
      // Longer each time, so that every moment of a life is the last one once and the Task ends nevertheless.
      await sleep(systemClock, 5 + 10 * lives++);
      transport.kill();
      await operator.stop();
      for (const { metadata } of (await engine.client.list(jobResource)).items) jobs.add(metadata.uid!);
    }

    const { status } = await task();
    expect({ phase: status?.phase, results: status?.results, jobs: jobs.size }).toEqual({ phase: 'Succeeded', results: { answer: '42' }, jobs: 1 });
    expect(readFileSync(witness, 'utf8')).toBe('run\n');
    expect(lives).toBeGreaterThan(3);
  } finally {
    await engine.stop();
  }
});
