import type { KubeClient, KubeObject } from '@taskwright/runtime/kube';
import { taskResource } from '@taskwright/schema';

const CREATORS = 32;

/** A Task as people write them: 0.7 kB of prompt, and nothing it could wait for. */
export function aTask(namespace: string, name: string): KubeObject {
  const prompt = `Fix what ${name} says.\n\n${'Reproduce it with a test first, then fix it, then run the whole suite. '.repeat(9)}`;
  return { metadata: { name, namespace }, spec: { prompt, worker: { type: 'claude-code', credentials: { type: 'none' } } } } as KubeObject;
}

/** Creates `<prefix>-0` and so on. */
export async function createTasks(client: KubeClient, namespace: string, prefix: string, count: number, atATime = CREATORS): Promise<void> {
  await inParallel(count, (index) => client.create(taskResource, aTask(namespace, `${prefix}-${index}`)), atATime);
}

export async function inParallel(count: number, create: (index: number) => Promise<unknown>, atATime = CREATORS): Promise<void> {
  await Promise.all(Array.from({ length: Math.min(atATime, count) }, async (_, creator) => {
    for (let index = creator; index < count; index += atATime) await create(index);
  }));
}
