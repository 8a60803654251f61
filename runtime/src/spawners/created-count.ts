import { SPAWNED_ANNOTATIONS, type Task, type TaskSpawner } from '@taskwright/schema';

/**
 * How many Tasks a spawner has made, over restarts, and however many of them are gone.
 *
 * The status says how many there were when it was written, and each Task how many there were with it. So a crash between the creation of a Task and the status loses none. What is seen
 * from then on is counted as it comes, since two replicas may give two Tasks the same number.
 *
 * **Guarantee** Never less than before, and never less than the Tasks that exist; and what a Task costs does not grow with their number.
 */
export class CreatedCount {
  total: number;
  readonly #seen: Set<string>;

  /** `tasks` are all that there are. */
  constructor(spawner: TaskSpawner, tasks: readonly Task[]) {
    const noted = spawner.status?.totalTasksCreated ?? 0;
    const beyond = tasks.map(ordinalOf).filter((ordinal) => ordinal > noted);
    this.total = Math.max(noted + beyond.length, tasks.length, ...beyond);
    this.#seen = new Set(tasks.map(({ metadata }) => metadata.uid!));
  }

  saw({ metadata: { uid } }: Task): void {
    if (this.#seen.has(uid!)) return;
    this.#seen.add(uid!);
    this.total += 1;
  }

  /** It is gone for good: no other has its uid. */
  lost({ metadata: { uid } }: Task): void {
    this.#seen.delete(uid!);
  }
}

function ordinalOf({ metadata: { annotations } }: Task): number {
  const ordinal = annotations?.[SPAWNED_ANNOTATIONS.ordinal] ?? '';
  return /^\d{1,9}$/.test(ordinal) ? Number(ordinal) : 0;
}
