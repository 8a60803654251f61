import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { sleep, systemClock } from '@taskwright/runtime/kube';
import { imageFlags } from '../image-flags.ts';
import { type Program, startNode, startProgram } from '../program.ts';
import type { BenchServer } from '../server.ts';

/** An operator as a process: ours or the one in Go, with the same flags. */
export interface OperatorProcess {
  readonly program: Program;
  /** From the start of the process until its readiness probe succeeded. */
  readonly readyAfterMs: number;
  /** Requests it got an answer to so far, by method. */
  requests(): Promise<Readonly<Record<string, number>>>;
}

/** Starts one on the server, and resolves when it is ready. */
export type OperatorSide = (server: BenchServer, options: { namespace: string; leaderElect?: boolean }) => Promise<OperatorProcess>;

const READY_WITHIN_MS = 60_000;

/** The compiled operator with the flags of its image, which is what runs in a cluster; without one its sources, which start later and take more memory. `nodeFlags` are to profile it. */
export function ourOperator(nodeFlags: readonly string[]): OperatorSide {
  const [compiled, source] = ['lib/operator/main.js', 'src/operator/main.ts'].map((path) => new URL(`../../runtime/${path}`, import.meta.url).pathname) as [string, string];
  const isCompiled = existsSync(compiled);
  if (!isCompiled) process.stderr.write('our operator runs from its sources: `npx projen compile` and again for start-up and memory as in an image\n');
  const flagsOfNode = [...imageFlags(), ...nodeFlags];
  return (server, options) => started((args) => (isCompiled ? startProgram(process.execPath, [...flagsOfNode, compiled, ...args]) : startNode(source, args, flagsOfNode)), server, options);
}

export function goOperator(binary: string): OperatorSide {
  // The embedded server speaks JSON alone; a real one is spoken to in protobuf, as Go programs do.
  return (server, options) => started((flags) => startProgram(binary, [...flags, ...(server.isEmbedded ? ['--content-type=application/json'] : [])]), server, options);
}

async function started(start: (flags: string[]) => Program, { kubeconfig }: BenchServer, { namespace, leaderElect = false }: { namespace: string; leaderElect?: boolean }): Promise<OperatorProcess> {
  const [metrics, probes] = [await freePort(), await freePort()];
  const startedAt = performance.now();
  const program = start([
    `--kubeconfig=${kubeconfig}`,
    `--metrics-bind-address=127.0.0.1:${metrics}`,
    `--health-probe-bind-address=127.0.0.1:${probes}`,
    `--leader-elect=${leaderElect}`,
    `--watch-namespaces=${namespace}`,
  ]);
  while (!(await isReady(probes))) {
    if (performance.now() - startedAt > READY_WITHIN_MS) throw new Error(`operator ${program.pid}: not ready after ${READY_WITHIN_MS} ms`);
    await sleep(systemClock, 5);
  }
  return { program, readyAfterMs: performance.now() - startedAt, requests: () => requestsOf(metrics) };
}

async function isReady(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/readyz`)).ok;
  } catch {
    return false; // Nobody listens yet.
  }
}

async function requestsOf(port: number): Promise<Record<string, number>> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const counts: Record<string, number> = {};
  for (const [, labels, count] of text.matchAll(/^rest_client_requests_total\{(.*)\} (\S+)$/gm)) {
    const method = /method="(\w+)"/.exec(labels!)?.[1] ?? '';
    counts[method] = (counts[method] ?? 0) + Number(count);
  }
  return counts;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
