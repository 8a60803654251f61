import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { App, Chart } from 'cdk8s';
import { Crds, type CrdsProps, Taskwright, type TaskwrightProps } from 'cdk8s-taskwright';
import type { TestProject } from 'vitest/node';
import { sleep, systemClock } from '../../src/kube/clock.ts';

declare module 'vitest' {
  interface ProvidedContext {
    node: NodeUnderTest;
  }
}

/** The node under test. */
export interface NodeUnderTest {
  readonly kubeconfig?: string;
  /** A program and its first arguments. */
  readonly kubectl: readonly [string, ...string[]];
  /** Where its Pods reach this machine. */
  readonly host?: string;
  /** The types of the agents it has images of, but for the stand-in of Cursor. */
  readonly agents: readonly string[];
}

const run = promisify(execFile);

/** The Deployment, its ServiceAccount and its Lease. */
export const OPERATOR = { namespace: 'taskwright-system', name: 'taskwright-operator' };
/** Where the Tasks of the tests are: as strict as a namespace can be. */
export const NAMESPACE = 'agents';
const ASK_EVERY_MS = 100;
/** Of what takes seconds on an idle machine: only a hang takes as long. */
export const LIMIT_MS = 180_000;

/** Installs the operator as users install it, once for all tests of the node. Vitest calls this before the first of them, and what it returns after the last. */
export async function setup(vitest: Pick<TestProject, 'getProvidedContext'>): Promise<() => Promise<void>> {
  const { node } = vitest.getProvidedContext();
  const kubectl = kubectlOf(node);
  await install(node);
  await kubectl(['create', 'namespace', NAMESPACE]);
  await kubectl(['label', 'namespace', NAMESPACE, 'pod-security.kubernetes.io/enforce=restricted']);
  return async () => {
    // One after the other: without an operator nobody takes the finalizers off the Tasks.
    for (const namespace of [NAMESPACE, OPERATOR.namespace]) await kubectl(['delete', 'namespace', namespace, `--timeout=${LIMIT_MS}ms`]);
  };
}

/** Applies the kinds, then the rest, and returns when the operators are ready; also over an earlier install. */
export async function install(node: NodeUnderTest, { kinds, operator }: { kinds?: CrdsProps; operator?: TaskwrightProps } = {}): Promise<void> {
  const kubectl = kubectlOf(node);
  const folder = mkdtempSync(join(dirname(node.kubeconfig!), 'install-'));
  const app = new App({ outdir: folder });
  new Crds(app, 'crds', kinds);
  new Taskwright(new Chart(app, 'taskwright'), 'install', { version: 'test', ...operator });
  app.synth();
  const apply = (file: string) => kubectl(['apply', '--server-side', '-f', join(folder, file)]);
  await apply('crds.k8s.yaml');
  const refusal = await until(() => kubectl(['wait', '--for=condition=Established', 'crd', '--all']).then(() => '', (error: Error) => error.message), (answer) => answer === '');
  if (refusal) throw new Error(`the kinds are not served after ${LIMIT_MS / 1000} s: ${refusal}`);
  await apply('taskwright.k8s.yaml');
  await kubectl(['-n', OPERATOR.namespace, 'rollout', 'status', `--timeout=${LIMIT_MS}ms`, `deployment/${OPERATOR.name}`]);
}

/** Runs kubectl on the node and returns what it prints. */
export function kubectlOf({ kubeconfig, kubectl: [program, ...first], host }: NodeUnderTest): (args: readonly string[], input?: string) => Promise<string> {
  if (!kubeconfig || !host) throw new Error('TASKWRIGHT_TEST_KUBECONFIG and TASKWRIGHT_NODE_HOST are not set; run npm run test:node, which starts a node');
  return async (args, input = '') => {
    const child = run(program, [...first, '--kubeconfig', kubeconfig, '--cache-dir', join(dirname(kubeconfig), 'kubectl'), ...args], { maxBuffer: 2 ** 26 });
    child.child.stdin!.end(input);
    return (await child).stdout;
  };
}

/** Asks until the answer passes or the time is over; the last answer either way. */
export async function until<T>(ask: () => Promise<T>, test: (answer: T) => boolean): Promise<T> {
  const end = systemClock.elapsed() + LIMIT_MS;
  for (;;) {
    const answer = await ask();
    if (test(answer) || systemClock.elapsed() > end) return answer;
    await sleep(systemClock, ASK_EVERY_MS);
  }
}
