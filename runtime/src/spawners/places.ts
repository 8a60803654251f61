import { type Task, taskResource, type TaskSpawner } from '@taskwright/schema';
import { ApiError, isAlreadyExists, isConflict, isNotFound } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import { type Clock, sleep, type Timer } from '../kube/clock.ts';
import type { Informer } from '../kube/informer.ts';
import { keyOf } from '../kube/object.ts';
import { within } from '../kube/within.ts';
import { belongs } from './belonging.ts';
import { EMPTY, isLedger, type Ledger, type LedgerFacts, ledgerStep, SENT_WITHIN_MS, settled } from './place-ledger.ts';
import { type Kept, SpawnerConfigMap } from './spawner-config-map.ts';

export interface PlacesOptions {
  /** Of a process that need not lead. */
  readonly client: Pick<KubeClient, 'get' | 'create' | 'patchMerge'>;
  readonly tasks: Pick<Informer<Task>, 'get' | 'resourceVersion'>;
  readonly clock: Clock;
}

/** Leave to decide about one Task. */
export interface Place {
  /** Tasks of the spawner that have a place, as far as replicas told each other. */
  readonly made: number;
  /** Takes the place, then makes the Task; `lost` when another replica was first, and it has to be decided anew. Rejects with what `create` rejects with. */
  make(create: (signal: AbortSignal) => Promise<Task>): Promise<Task | 'lost'>;
}

interface Known {
  readonly ledger: Ledger;
  /** The ConfigMap that has it; left out: there is none yet. */
  readonly written?: Kept;
  /** When it was first seen so, in milliseconds of the clock's `elapsed`. */
  readonly since: number;
}

/** Between two looks at what another replica is doing, in milliseconds. */
const LOOK_MS = 25;
/** Who waits longer than this for others comes again, in milliseconds. */
const PATIENCE_MS = 5_000;
/** After the last Task of a burst it is written down that it is there, in milliseconds. */
const CONFIRM_MS = 1_000;
/** Ledgers that are remembered, to write without reading first. */
const MOST_REMEMBERED = 256;

/**
 * Lets replicas that are told at a time make Tasks of a limited TaskSpawner one after the other.
 *
 * **Guarantee** Who decides has seen every Task that any replica made before; of those that decide at a time, one makes its Task, and the others decide anew. Whatever dies, no place is lost
 * for good: see {@link ledgerStep}.
 *
 * **Assumes** The caller does one thing at a time for a spawner, and every replica goes by this.
 *
 * **Errors** When another replica takes too long, and those of the API server: nothing was decided, and the event has to come again.
 */
export class Places {
  readonly #options: PlacesOptions;
  readonly #configMap: SpawnerConfigMap;
  /** By uid of the spawner, the one that was used longest ago first. */
  readonly #known = new Map<string, Known>();
  readonly #confirmations = new Map<string, { readonly timer: Timer; readonly confirm: () => Promise<void> }>();

  constructor(options: PlacesOptions) {
    this.#options = options;
    this.#configMap = new SpawnerConfigMap(options.client, 'places');
  }

  /** Calls `decide` with leave to make the Task of this name, again whenever it answers `lost`. */
  async inTurn<T>(spawner: TaskSpawner, task: string, signal: AbortSignal, decide: (place: Place) => Promise<T | 'lost'>): Promise<T> {
    const { clock } = this.#options;
    const until = clock.elapsed() + PATIENCE_MS;
    for (let known = this.#known.get(spawner.metadata.uid!) ?? (await this.#read(spawner, signal)); ; known = await this.#read(spawner, signal)) {
      const facts = this.#factsOf(spawner, task, known);
      let step = ledgerStep(facts);
      if (step.do === 'ask') step = ledgerStep({ ...facts, next: await this.#asked(spawner, known.ledger.next!, signal) });
      if (step.do === 'judge' || step.do === 'carry on') {
        const base = step.do === 'judge' ? step.base : undefined;
        const decided = await decide({ made: step.do === 'judge' ? step.base.made : step.made, make: (create) => this.#make(spawner, task, known, base, signal, create) });
        if (decided !== 'lost') return decided;
      }
      if (clock.elapsed() >= until) throw new Error(`TaskSpawner ${keyOf(spawner)}: ${waitsFor(known.ledger)}`);
      if (step.do === 'wait') await sleep(clock, LOOK_MS, signal);
    }
  }

  /** Writes down at once what would be written soon. For the end. */
  async flush(): Promise<void> {
    const left = [...this.#confirmations.values()];
    for (const { timer } of left) timer.cancel();
    await Promise.all(left.map(({ confirm }) => confirm()));
  }

  #factsOf(spawner: TaskSpawner, wanted: string, { ledger, since }: Known): LedgerFacts {
    const { tasks, clock } = this.#options;
    const found = ledger.next === undefined ? undefined : tasks.get(keyOf({ metadata: { namespace: spawner.metadata.namespace, name: ledger.next } }));
    return { ledger, wanted, next: found && standingOf(found, spawner), position: tasks.resourceVersion, unchangedMs: clock.elapsed() - since };
  }

  async #asked(spawner: TaskSpawner, name: string, signal: AbortSignal): Promise<LedgerFacts['next']> {
    try {
      return standingOf(await this.#options.client.get<Task>(taskResource, { namespace: spawner.metadata.namespace!, name }, { signal }), spawner);
    } catch (error) {
      if (isNotFound(error)) return 'missing';
      throw error;
    }
  }

  async #make(spawner: TaskSpawner, task: string, before: Known, base: Ledger | undefined, signal: AbortSignal, create: (signal: AbortSignal) => Promise<Task>): Promise<Task | 'lost'> {
    const tooLate = () => new Error(`Task "${task}" could not be made in ${SENT_WITHIN_MS / 1_000} s`);
    return within({ clock: this.#options.clock, ms: SENT_WITHIN_MS, tooLate, signal }, async (bounded) => {
      // Who carries on writes as well: whoever took the place then knows that it is not alone.
      const given = await this.#write(spawner, before, base ? { ...base, next: task } : before.ledger, bounded);
      if (given === 'lost') return 'lost';
      try {
        const made = await create(bounded);
        this.#confirmSoon(spawner, this.#keep(spawner, { ...given, ledger: settled(given.ledger, { version: made.metadata.resourceVersion! }) }));
        return made;
      } catch (error) {
        // What the server refused is not there, unless somebody else makes it; of all other errors nobody knows.
        if (base && error instanceof ApiError && error.code < 500 && !isAlreadyExists(error)) await this.#write(spawner, given, settled(given.ledger, undefined)).catch(() => {});
        throw error;
      }
    });
  }

  /** As long as this is not written, others have to find the Task themselves: one that is deleted soon they would wait for. */
  #confirmSoon(spawner: TaskSpawner, known: Known): void {
    const uid = spawner.metadata.uid!;
    const confirm = async () => {
      this.#confirmations.delete(uid);
      if (this.#known.get(uid) === known) await this.#write(spawner, known, known.ledger).catch(() => {});
    };
    this.#confirmations.get(uid)?.timer.cancel();
    this.#confirmations.set(uid, { timer: this.#options.clock.after(CONFIRM_MS, () => void confirm()), confirm });
  }

  /** Writes the next ledger if nobody has written since. */
  async #write(spawner: TaskSpawner, { written }: Known, { made, ...rest }: Ledger, signal?: AbortSignal): Promise<Known | 'lost'> {
    const ledger = { made, ...rest };
    this.#known.delete(spawner.metadata.uid!);
    try {
      return this.#keep(spawner, { ledger, written: await this.#configMap.write(spawner, written, JSON.stringify(ledger), signal), since: this.#options.clock.elapsed() });
    } catch (error) {
      if (isConflict(error) || isAlreadyExists(error) || isNotFound(error)) return 'lost';
      throw error;
    }
  }

  async #read(spawner: TaskSpawner, signal: AbortSignal): Promise<Known> {
    const before = this.#known.get(spawner.metadata.uid!);
    const found = await this.#configMap.read(spawner, signal);
    if (found === 'foreign') throw new Error(`ConfigMap "${this.#configMap.nameOf(spawner)}" is somebody else's, so the limits of TaskSpawner ${keyOf(spawner)} cannot be kept; rename it or the TaskSpawner`);
    // As it was: since when counts from the first look.
    if (found && before?.written?.version === found.version) return this.#keep(spawner, before);
    const since = this.#options.clock.elapsed();
    return this.#keep(spawner, found ? { ledger: ledgerIn(found.text), written: found, since } : { ledger: EMPTY, since });
  }

  #keep({ metadata: { uid } }: TaskSpawner, known: Known): Known {
    this.#known.delete(uid!);
    this.#known.set(uid!, known);
    if (this.#known.size > MOST_REMEMBERED) this.#known.delete(this.#known.keys().next().value!);
    return known;
  }
}

function standingOf(task: Task, spawner: TaskSpawner): LedgerFacts['next'] {
  return belongs(task, spawner) ? { version: task.metadata.resourceVersion! } : 'foreign';
}

function waitsFor({ next, after }: Ledger): string {
  if (next !== undefined) return `another replica makes Task "${next}", and has not said how that went`;
  return `its Tasks have not been heard of up to version ${after}; where the server was restored from a backup, delete the ConfigMap of its places`;
}

/** What somebody else wrote is nothing. */
function ledgerIn(text: string): Ledger {
  try {
    const ledger: unknown = JSON.parse(text);
    return isLedger(ledger) ? ledger : EMPTY;
  } catch {
    return EMPTY;
  }
}
