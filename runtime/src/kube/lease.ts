import { ApiError, isAlreadyExists, isConflict, isNotFound } from './api-error.ts';
import type { KubeClient } from './client.ts';
import { type Clock, sleep, systemClock, type Timer } from './clock.ts';
import type { KubeObject, Resource } from './object.ts';
import { type Random, systemRandom } from './random.ts';
import { toMicroTime } from './time.ts';

export const LEASES: Resource = { group: 'coordination.k8s.io', version: 'v1', kind: 'Lease', plural: 'leases', namespaced: true };

export interface Lease extends KubeObject {
  spec?: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
  };
}

export interface LeaderElectorOptions {
  readonly namespace: string;
  readonly name: string;
  /** Who we are; no two processes may share it. */
  readonly identity: string;
  /** How long others leave a silent leader alone, in milliseconds. Default: 15 s. */
  readonly leaseMs?: number;
  /** How long a leader may fail to renew before it stops, in milliseconds. Default: 10 s. */
  readonly renewDeadlineMs?: number;
  /** Between two attempts, in milliseconds. Default: 2 s. */
  readonly retryMs?: number;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Hears of attempts that failed; the elector goes on. */
  readonly onError?: (error: unknown) => void;
}

/**
 * Elects one leader among processes that share nothing but a Lease.
 *
 * **Guarantee** {@link isLeading} is true in at most one process at a time, and turns false `renewDeadlineMs` after the last renewal was
 * *sent*, with no timer that a blocked event loop could delay. Who asks it before each write ({@link fence}) writes nothing as a former
 * leader.
 *
 * **Assumes** The elapsed time of all processes runs at about the same speed: within `leaseMs` they drift apart by less than
 * `leaseMs - renewDeadlineMs`. Wall clocks may differ by any amount: the holder's are never read. The client is not fenced.
 *
 * **Errors** {@link acquire} rejects with the signal's reason only. `RangeError` for durations that could give two leaders.
 */
export class LeaderElector {
  readonly #client: KubeClient;
  readonly #options: Required<LeaderElectorOptions>;
  readonly #clock: Clock;
  #role: Role = { is: 'follower', seenAt: 0 };

  constructor(client: KubeClient, options: LeaderElectorOptions) {
    this.#client = client;
    this.#options = { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000, clock: systemClock, random: systemRandom, onError: () => {}, ...options };
    this.#clock = this.#options.clock;
    const { leaseMs, renewDeadlineMs, retryMs } = this.#options;
    if (!(leaseMs > renewDeadlineMs && renewDeadlineMs > retryMs * RETRY_JITTER)) {
      throw new RangeError(`lease: ${leaseMs} ms, renew deadline ${renewDeadlineMs} ms, retry ${retryMs} ms; each must be well above the next`);
    }
  }

  get isLeading(): boolean {
    return this.#role.is === 'leader' && this.#clock.elapsed() - this.#role.renewedAt < this.#options.renewDeadlineMs;
  }

  /** Resolves when we lead. A lease that is given back or runs out is taken at once, and is asked for every few seconds besides. */
  async acquire(signal: AbortSignal): Promise<void> {
    const { retryMs, random, onError } = this.#options;
    const leads = new AbortController();
    let isWatched = false;
    let nap: AbortController;
    try {
      for (;;) {
        signal.throwIfAborted();
        nap = new AbortController();
        try {
          if (await this.#tryToTake(signal)) return;
        } catch (error) {
          signal.throwIfAborted();
          onError(error);
        }
        if (!isWatched) void this.#watch(() => nap.abort(), AbortSignal.any([signal, leads.signal]));
        isWatched = true;
        // Who is woken, by the lease or by the end of it all, looks again.
        const retryAfterMs = retryMs * (1 + random() * RETRY_JITTER);
        const runsOutAfterMs = this.#runsOutAfterMs();
        // One that ran out and could not be taken waits like any other.
        const napMs = runsOutAfterMs > 0 ? Math.min(retryAfterMs, runsOutAfterMs) : retryAfterMs;
        await sleep(this.#clock, napMs, AbortSignal.any([signal, nap.signal])).catch(() => {});
      }
    } finally {
      leads.abort();
    }
  }

  /** Renews until we no longer lead, and resolves then; rejects with the signal's reason when it aborts. */
  async hold(signal: AbortSignal): Promise<void> {
    while (this.#role.is === 'leader') {
      const { renewedAt } = this.#role;
      const deadline = new AbortController();
      const timer: Timer = this.#clock.after(renewedAt + this.#options.renewDeadlineMs - this.#clock.elapsed(), () => deadline.abort(DEADLINE));
      const either = AbortSignal.any([signal, deadline.signal]);
      try {
        await sleep(this.#clock, this.#options.retryMs, either);
        await this.#renew(this.#role, either);
      } catch (error) {
        signal.throwIfAborted();
        this.#options.onError(error);
        if (deadline.signal.aborted) this.#role = { is: 'follower', seenAt: this.#clock.elapsed() };
      } finally {
        timer.cancel();
      }
    }
  }

  /** Gives the lease back, so that the next leader need not wait; when that fails, it waits. Only after everything that writes has stopped. */
  async release(signal?: AbortSignal): Promise<void> {
    if (this.#role.is !== 'leader') return;
    const { lease } = this.#role;
    this.#role = { is: 'follower', seenAt: this.#clock.elapsed() };
    const spec = { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: toMicroTime(this.#clock.now()) };
    await this.#client.replace<Lease>(LEASES, { ...lease, spec } as Lease, { signal });
  }

  /**
   * Calls back when nobody holds the lease, and notices renewals, until the signal aborts. It only saves time: where leases may not be watched,
   * the next attempt finds what it missed, and counts the silence of the holder from then.
   */
  async #watch(onFree: () => void, signal: AbortSignal): Promise<void> {
    const { namespace, name } = this.#options;
    while (!signal.aborted) {
      try {
        for await (const { type, object } of this.#client.watch<Lease>(LEASES, { namespace, fieldSelector: `metadata.name=${name}` }, signal)) {
          if (type === 'ADDED' || type === 'MODIFIED') this.#notice(object);
          if (type === 'DELETED' || ((type === 'ADDED' || type === 'MODIFIED') && !object.spec?.holderIdentity)) onFree();
        }
      } catch (error) {
        if (error instanceof ApiError && !signal.aborted) this.#options.onError(error);
      }
      await sleep(this.#clock, WATCH_RETRY_MS, signal).catch(() => {});
    }
  }

  async #tryToTake(signal: AbortSignal): Promise<boolean> {
    const { namespace, name } = this.#options;
    const sentAt = this.#clock.elapsed();
    const lease = await orUndefined(isNotFound, this.#client.get<Lease>(LEASES, { namespace, name }, { signal }));
    if (lease === undefined) {
      const made = this.#claimed({ metadata: { namespace, name } });
      return this.#lead(await orUndefined(isAlreadyExists, this.#client.create<Lease>(LEASES, made, { signal })), sentAt);
    }
    if (this.#isHeldByOther(lease)) return false;
    return this.#lead(await orUndefined(isConflict, this.#client.replace<Lease>(LEASES, this.#claimed(lease), { signal })), sentAt);
  }

  /** Only our own clock counts: a lease is free when we saw it unchanged for as long as its holder asked for. */
  #isHeldByOther(lease: Lease): boolean {
    const { holderIdentity = '' } = lease.spec ?? {};
    if (holderIdentity === '' || holderIdentity === this.#options.identity) return false;
    if (this.#role.is === 'leader') this.#role = { is: 'follower', seenAt: this.#clock.elapsed() };
    this.#notice(lease);
    return this.#runsOutAfterMs() > 0;
  }

  /** A version that is news, even one that comes late, makes us wait longer and never shorter. */
  #notice({ metadata: { resourceVersion }, spec }: Lease): void {
    if (this.#role.is !== 'follower' || this.#role.seenVersion === resourceVersion) return;
    const { leaseDurationSeconds = this.#options.leaseMs / 1_000 } = spec ?? {};
    this.#role = { is: 'follower', seenVersion: resourceVersion, seenAt: this.#clock.elapsed(), heldForMs: leaseDurationSeconds * 1_000 };
  }

  #runsOutAfterMs(): number {
    if (this.#role.is !== 'follower' || this.#role.heldForMs === undefined) return Infinity;
    return this.#role.seenAt + this.#role.heldForMs - this.#clock.elapsed();
  }

  /** One request. Only a conflict costs a second one, to see whether somebody else took the lease or merely touched it. */
  async #renew({ lease }: Leader, signal: AbortSignal): Promise<void> {
    const sentAt = this.#clock.elapsed();
    const renewed = await orUndefined(isConflict, this.#client.replace<Lease>(LEASES, this.#claimed(lease), { signal }));
    if (this.#lead(renewed, sentAt)) return;
    const { namespace, name, identity } = this.#options;
    const current = await this.#client.get<Lease>(LEASES, { namespace, name }, { signal });
    if (current.spec?.holderIdentity !== identity) this.#role = { is: 'follower', seenAt: this.#clock.elapsed() };
    else if (this.#role.is === 'leader') this.#role = { ...this.#role, lease: current };
  }

  /** We lead from the moment we asked, not from the answer: so we stop before anyone who saw the write may start. */
  #lead(lease: Lease | undefined, renewedAt: number): boolean {
    if (lease !== undefined) this.#role = { is: 'leader', lease, renewedAt };
    return lease !== undefined;
  }

  #claimed(lease: Lease): Lease {
    const { identity, leaseMs } = this.#options;
    const now = toMicroTime(this.#clock.now());
    const { holderIdentity, acquireTime = now, leaseTransitions = 0 } = lease.spec ?? {};
    const isOurs = holderIdentity === identity;
    return {
      ...lease,
      spec: {
        ...lease.spec,
        holderIdentity: identity,
        leaseDurationSeconds: Math.ceil(leaseMs / 1_000),
        renewTime: now,
        acquireTime: isOurs ? acquireTime : now,
        leaseTransitions: isOurs || holderIdentity === undefined ? leaseTransitions : leaseTransitions + 1,
      },
    };
  }
}

type Role = Follower | Leader;

interface Follower {
  readonly is: 'follower';
  /** The lease as we last saw it change, and when, on our clock. */
  readonly seenVersion?: string;
  readonly seenAt: number;
  /** How long its holder asked for. */
  readonly heldForMs?: number;
}

interface Leader {
  readonly is: 'leader';
  readonly lease: Lease;
  /** When the last renewal that worked was sent, on our clock. */
  readonly renewedAt: number;
}

const RETRY_JITTER = 1.2;
/** Between two watches of the lease, in milliseconds. Attempts go on meanwhile. */
const WATCH_RETRY_MS = 30_000;
const DEADLINE = new Error('lease: not renewed within its deadline; we stop leading');

async function orUndefined<T>(expected: (error: unknown) => boolean, call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (expected(error)) return undefined;
    throw error;
  }
}
