import { sleep, systemClock } from '../../src/kube/clock.ts';
import type { Connection } from './connection.ts';

/** Of 20 ms each on a real server: garbage collection learns of a new kind every 30 s, and the machine may be busy. */
const MAX_ASKS = 4_000;

/** Waits for what the server does by itself a little later; `false` when it never did. */
export async function until({ advance }: Pick<Connection, 'advance'>, ask: () => Promise<boolean>): Promise<boolean> {
  for (let asks = 0; asks < MAX_ASKS; asks++) {
    if (await ask()) return true;
    await (advance?.(10) ?? sleep(systemClock, 20));
  }
  return false;
}
