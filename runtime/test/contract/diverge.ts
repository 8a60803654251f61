import { beforeEach } from 'vitest';

/**
 * Names the tests that this server does not pass, each with the reason. One that passes fails the run, so the list only shrinks.
 *
 * The real API server needs none: what it does is what the contract says.
 */
export function diverge(reasons: Readonly<Record<string, string>>): void {
  beforeEach(({ task }) => {
    if (Object.hasOwn(reasons, task.name)) Object.assign(task, { fails: true });
  });
}
