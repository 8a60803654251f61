import { rmSync } from 'node:fs';
import { type Engine, localImages, startEngine } from '@taskwright/runtime/embedded';
import type { KubeObject, Resource } from '@taskwright/runtime/kube';
import { figure, median } from './figure.ts';
import { temporaryFolder } from './temporary-folder.ts';

/**
 * How fast the embedded engine carries Jobs from their creation to `Complete` when the agent takes no time, and what is left of
 * that when each container is a real process.
 */
const JOBS = 500;
const PROCESSES = 50;
const ROUNDS = 5;

const jobs: Resource = { group: 'batch', version: 'v1', kind: 'Job', plural: 'jobs', namespaced: true };
const images = localImages({ instant: { run: () => ({ terminationMessage: 'commit: 0000000' }) }, process: { command: ['/bin/true'] } });

interface Job extends KubeObject {
  status?: { conditions?: { type: string; status: string }[] };
}

async function jobsPerSecond(image: string, count: number): Promise<number> {
  const dataDir = temporaryFolder('engine');
  const engine = await startEngine({ dataDir, images });
  try {
    const complete = allComplete(engine, count);
    const start = performance.now();
    await Promise.all(Array.from({ length: count }, (_, index) => engine.client.create(jobs, aJob(`job-${index}`, image))));
    await complete;
    return count / ((performance.now() - start) / 1_000);
  } finally {
    await engine.stop();
    rmSync(dataDir, { recursive: true });
  }
}

function aJob(name: string, image: string): KubeObject {
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'agent', image }] } };
  return { metadata: { name, namespace: 'default' }, spec: { backoffLimit: 0, template } } as KubeObject;
}

async function allComplete({ client }: Engine, count: number): Promise<void> {
  const done = new Set<string>();
  const stop = new AbortController();
  for await (const { type, object } of client.watch<Job>(jobs, { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' }, stop.signal)) {
    if (type !== 'MODIFIED' || !object.status?.conditions?.some((condition) => condition.type === 'Complete' && condition.status === 'True')) continue;
    done.add(object.metadata.name!);
    if (done.size === count) return stop.abort();
  }
}

const instant: number[] = [];
const processes: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  instant.push(await jobsPerSecond('instant', JOBS));
  processes.push(await jobsPerSecond('process', PROCESSES));
}
figure('engine', `${JOBS} Jobs with an instant agent, create to Complete`, median(instant), 'Jobs/s');
figure('engine', `${PROCESSES} Jobs with a process each, create to Complete`, median(processes), 'Jobs/s');
figure('engine', 'instant agent against a process', median(instant) / median(processes), 'ratio');
