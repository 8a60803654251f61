import type { TaskSpawner } from '@taskwright/schema';
import type { SkippedEvent, SourceEvent } from '../../src/sources/source-event.ts';
import type { Decision } from '../../src/spawners/decision.ts';
import type { Spawning } from '../../src/spawners/spawning.ts';

/** What the real one promises, with a map for a cluster: a Task per name, whoever asks how often. */
export class PlayedSpawning implements Spawning {
  /** The id of the event that each was made of: what events carry would fill the memory. */
  readonly tasks = new Map<string, string>();
  readonly skipped: { readonly spawner: string; readonly event: SkippedEvent }[] = [];
  /** How often it was asked for a Task. */
  asked = 0;
  /** Awaited before a Task is made. */
  before: (spawner: TaskSpawner, event: SourceEvent, signal: AbortSignal) => Promise<void> = async () => {};

  async take(spawner: TaskSpawner, event: SourceEvent, signal: AbortSignal): Promise<Decision> {
    this.asked += 1;
    await this.before(spawner, event, signal);
    const task = `${spawner.metadata.name}-${event.nameSuffix}`;
    const key = `${spawner.metadata.namespace}/${task}`;
    const outcome = this.tasks.has(key) ? 'Known' : 'Fired';
    if (outcome === 'Fired') this.tasks.set(key, event.id);
    return { at: new Date(0), event: event.id, summary: event.summary, outcome, task };
  }

  async skip(spawner: TaskSpawner, event: SkippedEvent): Promise<void> {
    this.skipped.push({ spawner: spawner.metadata.name!, event });
  }
}
