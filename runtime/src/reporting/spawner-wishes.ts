import { REPORTING_ANNOTATIONS, type TaskSpawner } from '@taskwright/schema';
import { z } from 'zod';
import type { SpawnerWishes } from './report-plan.ts';

const label = z.string().min(1).max(50);
const labels = z.strictObject({ running: label.optional(), succeeded: label.optional(), failed: label.optional() });

/** What a TaskSpawner asks for in its annotations; nothing once it is gone, and nothing of what cannot be read. */
export function wishesOf(spawner: TaskSpawner | undefined): { readonly wishes: SpawnerWishes; readonly problem?: string } {
  const { [REPORTING_ANNOTATIONS.reactions]: reactions, [REPORTING_ANNOTATIONS.labels]: text } = spawner?.metadata.annotations ?? {};
  const wishes = { reactions: reactions === 'true' };
  if (text === undefined) return { wishes };
  const parsed = labels.safeParse(jsonOf(text));
  if (parsed.success) return { wishes: { ...wishes, labels: parsed.data } };
  return { wishes, problem: `annotation ${REPORTING_ANNOTATIONS.labels} of TaskSpawner "${spawner!.metadata.name!}" cannot be read; it has to be such as {"running":"agent/running","succeeded":"agent/done","failed":"agent/failed"}` };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
