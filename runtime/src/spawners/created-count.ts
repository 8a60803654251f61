import { SPAWNED_ANNOTATIONS, type Task, type TaskSpawner } from '@taskwright/schema';

/**
 * How many Tasks a spawner has made, over restarts, and however many of them are gone.
 *
 * The status says how many there were when it was written, and each Task how many there were with it. So a crash between the creation of a Task and the status loses none. What is seen
 * from then on is counted as it comes, since two replicas may give two Tasks the same number.
 *
 * **Guarantee** Never less than before, and never less than the Tasks that exist.
 */
export class CreatedCount {
  #total: number;
  #seen = new Set<string>();

  constructor(spawner: TaskSpawner, tasks: readonly Task[]) {
    const noted = spawner.status?.totalTasksCreated ?? 0;
    const beyond = tasks.map(ordinalOf).filter((ordinal) => ordinal > noted);
    this.#total = Math.max(noted + beyond.length, tasks.length, ...beyond);
    for (const { metadata } of tasks) this.#seen.add(metadata.uid!);
  }

  /** Counts what has come since it was last asked, of all Tasks of the spawner that there are. */
  with(tasks: readonly Task[]): number {
    const now = new Set(tasks.map(({ metadata }) => metadata.uid!));
    for (const uid of now) if (!this.#seen.has(uid)) this.#total += 1;
    this.#seen = now;
    return this.#total;
  }
}

function ordinalOf({ metadata: { annotations } }: Task): number {
  const ordinal = annotations?.[SPAWNED_ANNOTATIONS.ordinal] ?? '';
  return /^\d{1,9}$/.test(ordinal) ? Number(ordinal) : 0;
}
