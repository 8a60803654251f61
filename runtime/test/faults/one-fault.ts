import { seededRandom } from '../../src/kube/random.ts';
import { type FaultKind, Faults, type MomentFault, ofMoments, type Place } from './faults.ts';

/** One fault at one place of one life. */
export interface Point {
  readonly shape: string;
  readonly fault: FaultKind;
  readonly place: Exclude<Place, 'lease' | 'process'>;
  /** Which one of these places, from 1. */
  readonly at: number;
}

/** Lets one fault happen, at one place, and nothing else. */
export class OneFault extends Faults {
  readonly #point: Point;
  #isNow = false;

  constructor(point: Point) {
    // What goes with the fault: how late, which answer. Other places, other details.
    super(seededRandom(point.at), [point.fault, ...(point.fault === 'expired event' ? ['old list' as const] : [])]);
    this.#point = point;
  }

  get hasHappened(): boolean {
    return this.points.has(this.#point.fault);
  }

  override meanwhile(): MomentFault | undefined {
    const fault = ofMoments.find((kind) => kind === this.#point.fault);
    if (!fault || !this.#isNow || this.hasHappened) return undefined;
    this.count(fault);
    return fault;
  }

  protected override draw<Kind extends FaultKind>(place: Place, kinds: readonly Kind[]): Kind | undefined {
    this.places[place] += 1;
    const { fault, at } = this.#point;
    this.#isNow = place === this.#point.place && this.places[place] === at;
    const kind = this.#isNow && this.isOn ? kinds.find((candidate) => candidate === fault) : undefined;
    if (kind) this.count(kind);
    return kind;
  }
}
