import type { Random } from '../../src/kube/random.ts';

/**
 * The fault model: what may happen between an operator and its API server, in the order of the path of a request.
 *
 * Injected, because a cluster does these things and the operator has to end up where it would have without them:
 *
 * | fault | what a cluster does |
 * |---|---|
 * | death before, death after | the node, the OOM killer, a rollout: at any write, status, event and finalizer included |
 * | restart | a rolling update, in good order |
 * | stop | a starved or suspended process: longer than its lease, while another replica takes over |
 * | wrong clock | NTP: the wall clock of the process jumps by minutes, forwards and back; its monotonic clock does not |
 * | lost request, lost answer | a connection that breaks before the server saw the write, or after it did it |
 * | silent request | no answer at all until the transport gives up, though the write was done |
 * | slow request, slow answer | writes that arrive, and answers that come back, in another order than they were sent |
 * | refused, refused long | 429 and 503 with Retry-After: the server did nothing |
 * | unavailable, timeout | 503 without Retry-After, 504, 502 and 500: it may have done it or not |
 * | storm | most requests of everybody are refused for a while |
 * | frozen | a watch whose API server lags: everything comes, and late; caches of two resources then contradict each other |
 * | half-open | a watch whose other side is gone without a word |
 * | cut | a watch that ends in the middle of a line |
 * | garbage | a line that is no JSON, or JSON that is no event |
 * | expired event, expired answer | 410 on a running watch, after what happened in between was left out; and as the answer to a new one |
 * | expired page | 410 in the middle of a list that is read by pages |
 * | old list | the list after that is as old as a server may serve: as of the place that was asked from, not as of now |
 * | no watch-list | a server that cannot stream a list (422): lists by pages, then a watch |
 * | made again | a user deletes the Task and creates it under the same name, while the operator waits for the answer to a write |
 * | made again unseen | the same while no operator lives |
 * | parts made again | the Secrets, Workspaces and AgentConfigs of the Task are deleted and created under the same names |
 *
 * Between an operator and a service that it asks, and is told by, beside those of the same names that fit there:
 *
 * | fault | what a service does |
 * |---|---|
 * | refused, secondary limit | 429 with Retry-After; 403 with and without one: it did nothing |
 * | cut answer | it did it, and the connection broke in the middle of the answer |
 * | outage | everybody's requests fail for a while |
 * | sent twice | a delivery that comes to two replicas at a time, or twice to one |
 *
 * Not injected, because Kubernetes rules it out or nobody could survive it: a watch that leaves an event out and goes on, a list that is older
 * than asked for, a write that is answered with success and was not done, a monotonic clock that goes back; a change of something outside that is carried out long after
 * whoever asked for it gave up, since no service takes a condition with it.
 */
export const faultKinds = [
  'death before', 'death after', 'restart', 'stop', 'wrong clock',
  'lost request', 'lost answer', 'silent request', 'slow request', 'slow answer',
  'refused', 'unavailable', 'timeout', 'storm',
  'frozen', 'half-open', 'cut', 'garbage', 'expired event', 'expired answer', 'expired page', 'old list', 'no watch-list',
  'made again', 'made again unseen', 'parts made again',
  'secondary limit', 'cut answer', 'outage', 'sent twice',
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** What happens between an operator and services alone. */
const OF_SERVICES: ReadonlySet<FaultKind> = new Set(['secondary limit', 'cut answer', 'outage', 'sent twice']);

/** Faults of a single request that is no stream. */
export const ofWrites = ['death before', 'death after', 'lost request', 'lost answer', 'silent request', 'slow request', 'slow answer', 'refused', 'unavailable', 'timeout'] as const;
export const ofReads = ['lost request', 'lost answer', 'silent request', 'slow request', 'slow answer', 'refused', 'unavailable', 'timeout'] as const;
export const ofStreams = ['frozen', 'half-open', 'cut', 'garbage', 'expired event'] as const;
export const ofOpening = ['lost request', 'slow answer', 'refused', 'unavailable', 'expired answer'] as const;
/** Faults of a request to a service that changes nothing there, and of one that does. */
export const ofAsking = ['lost request', 'lost answer', 'silent request', 'slow answer', 'refused', 'secondary limit', 'unavailable', 'cut answer', 'outage'] as const;
export const ofTelling = ['death before', 'death after', ...ofAsking] as const;
/** Faults of a delivery, as its sender meets them. */
export const ofDeliveries = ['lost request', 'lost answer', 'sent twice'] as const;
/** What happens to a process by itself. */
const ofProcesses = ['restart', 'stop', 'wrong clock', 'storm'] as const;
/** What happens beside a request, while it is under way. */
export const ofMoments = [...ofProcesses, 'made again', 'made again unseen', 'parts made again'] as const;

export type RequestFault = (typeof ofWrites)[number];
export type StreamFault = (typeof ofStreams)[number];
type ServiceFault = (typeof ofTelling)[number];
type DeliveryFault = (typeof ofDeliveries)[number];
export type OpeningFault = (typeof ofOpening)[number];
export type ProcessFault = (typeof ofProcesses)[number];
export type MomentFault = (typeof ofMoments)[number];

/** Where on the way a fault may happen. The lease is renewed for as long as a process lives, so its writes are no place that could be counted. */
export type Place = 'write' | 'lease' | 'read' | 'opening' | 'chunk' | 'ask' | 'tell' | 'delivery' | 'process';

/**
 * Decides, from one seed, which fault happens where. Some kinds are switched off in each run: an even mix hides what one kind alone would
 * show. Counts what it injected, and the places that there were.
 */
export class Faults {
  readonly random: Random;
  readonly points = new Map<FaultKind, number>();
  readonly places: Record<Place, number> = { write: 0, lease: 0, read: 0, opening: 0, chunk: 0, ask: 0, tell: 0, delivery: 0, process: 0 };
  readonly enabled: ReadonlySet<FaultKind>;
  readonly #shares: Readonly<Record<Place, number>>;
  #isOn = true;

  constructor(random: Random, enabled?: readonly FaultKind[]) {
    this.random = random;
    const share = 0.2 + 0.7 * random();
    this.enabled = new Set(enabled ?? faultKinds.filter((kind) => OF_SERVICES.has(kind) || random() < share));
    const perRequest = this.#oneOf([0.03, 0.1, 0.3]);
    const perChunk = this.#oneOf([0.01, 0.05, 0.2]);
    this.#shares = { write: perRequest, lease: perRequest, read: perRequest, opening: perRequest, chunk: perChunk, ask: perRequest, tell: perRequest, delivery: perRequest, process: 0.6 };
  }

  /** From now on nothing new goes wrong. What is under way (a silent connection) takes its course. */
  end(): void {
    this.#isOn = false;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  get total(): number {
    return [...this.points.values()].reduce((sum, count) => sum + count, 0);
  }

  ofRequest(place: 'write' | 'lease' | 'read'): RequestFault | undefined {
    return this.draw(place, place === 'read' ? ofReads : ofWrites);
  }

  ofOpening(): OpeningFault | undefined {
    return this.draw('opening', ofOpening);
  }

  ofChunk(): StreamFault | undefined {
    return this.draw('chunk', ofStreams);
  }

  /** Of a request to a service that only reads there (`ask`), or changes something (`tell`). */
  ofService(place: 'ask' | 'tell'): ServiceFault | undefined {
    return this.draw(place, place === 'ask' ? ofAsking : ofTelling);
  }

  ofDelivery(): DeliveryFault | undefined {
    return this.draw('delivery', ofDeliveries);
  }

  ofProcess(): ProcessFault | undefined {
    return this.draw('process', ofProcesses);
  }

  /** What happens while the write is under way that was asked about last. By chance nothing does: {@link ofProcess} has a time of its own. */
  meanwhile(): MomentFault | undefined {
    return undefined;
  }

  happens(kind: FaultKind, share: number): boolean {
    if (!this.#isOn || !this.enabled.has(kind) || this.random() >= share) return false;
    this.count(kind);
    return true;
  }

  count(kind: FaultKind): void {
    this.points.set(kind, (this.points.get(kind) ?? 0) + 1);
  }

  between(least: number, most: number): number {
    return least + Math.floor(this.random() * (most - least));
  }

  protected draw<Kind extends FaultKind>(place: Place, kinds: readonly Kind[]): Kind | undefined {
    this.places[place] += 1;
    if (!this.#isOn || this.random() >= this.#shares[place]) return undefined;
    const possible = kinds.filter((kind) => this.enabled.has(kind));
    if (possible.length === 0) return undefined;
    const kind = this.#oneOf(possible);
    this.count(kind);
    return kind;
  }

  #oneOf<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.random() * choices.length)]!;
  }
}
