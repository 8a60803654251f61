import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEngine, type Engine, type EngineOptions } from '../../../src/embedded/engine.ts';
import { localImages, type ImageSource } from '../../../src/embedded/images.ts';
import { type Container, type ContainerStatus, type Pod, podResource, type PodSpec } from '../../../src/embedded/pod.ts';
import type { KubeObject, Resource } from '../../../src/kube/object.ts';

/** Below the time after which a test counts as hung, so that it says what it waits for. */
const PATIENCE_MS = 120_000;

export const NAMESPACE = 'default';

/** An engine with a shell as its only image, and the few things a test asks of it. */
export class Laptop {
  readonly engine: Engine;
  readonly dataDir: string;

  private constructor(engine: Engine, dataDir: string) {
    this.engine = engine;
    this.dataDir = dataDir;
  }

  static async start({ images = {}, dataDir = mkdtempSync(join(tmpdir(), 'laptop-')), ...options }: Omit<Partial<EngineOptions>, 'images'> & { images?: Record<string, ImageSource> } = {}): Promise<Laptop> {
    const engine = await startEngine({ ...options, dataDir, images: localImages({ shell: { command: ['/bin/sh', '-c'] }, ...images }) });
    return new Laptop(engine, dataDir);
  }

  async stop(): Promise<void> {
    await this.engine.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  create(resource: Resource, object: KubeObject & Record<string, unknown>): Promise<KubeObject> {
    return this.engine.client.create(resource, { ...object, metadata: { namespace: NAMESPACE, ...object.metadata } });
  }

  /** Creates a Pod with one container `main` that runs `script`, unless `spec` says more. */
  async pod(name: string, script: string, spec: Partial<PodSpec> = {}, container: Partial<Container> = {}): Promise<void> {
    const containers: Container[] = [{ name: 'main', image: 'shell', args: [script], ...container }];
    await this.engine.client.create(podResource, { metadata: { name, namespace: NAMESPACE }, spec: { restartPolicy: 'Never', containers, ...spec } } as Pod);
  }

  delete(name: string, gracePeriodSeconds?: number): Promise<unknown> {
    return this.engine.client.delete(podResource, { namespace: NAMESPACE, name }, { ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }) });
  }

  /** The Pod as soon as `condition` holds; `undefined` once it is gone. */
  async until<T extends KubeObject = Pod>(name: string, condition: (object: T | undefined) => boolean, resource: Resource = podResource): Promise<T | undefined> {
    const patience = new AbortController();
    const timer = AbortSignal.timeout(PATIENCE_MS);
    const signal = AbortSignal.any([timer, patience.signal]);
    const watch = this.engine.client.watch<T>(resource, { namespace: NAMESPACE, fieldSelector: `metadata.name=${name}`, sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' }, signal);
    let last: T | undefined;
    try {
      for await (const { type, object } of watch) {
        if (type === 'BOOKMARK' ? last !== undefined : false) continue;
        last = type === 'DELETED' || type === 'BOOKMARK' ? undefined : object;
        if (condition(last)) return last;
      }
    } catch (error) {
      if (!timer.aborted) throw error;
    } finally {
      patience.abort();
    }
    throw new Error(`${resource.kind} "${name}" is not as expected after ${PATIENCE_MS} ms: ${JSON.stringify(last && (last as { status?: unknown }).status)}`);
  }

  async finished(name: string): Promise<Pod> {
    return (await this.until(name, (pod) => pod?.status?.phase === 'Succeeded' || pod?.status?.phase === 'Failed'))!;
  }

  async log(name: string, options: { container?: string; tailLines?: number; previous?: boolean } = {}): Promise<string> {
    const blocks: Buffer[] = [];
    for await (const block of this.engine.client.logs({ namespace: NAMESPACE, name, ...options })) blocks.push(block);
    return Buffer.concat(blocks).toString();
  }
}

export function statusOf(pod: Pod | undefined, container = 'main'): ContainerStatus | undefined {
  return [...(pod?.status?.containerStatuses ?? []), ...(pod?.status?.initContainerStatuses ?? [])].find(({ name }) => name === container);
}
