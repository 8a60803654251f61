import type { Gate } from '../gate.ts';
import { cleanText } from '../outcome/clean-text.ts';
import { spawnerOf } from '../slot.ts';

/**
 * Holds the Tasks of TaskSpawners that could start now, while somebody has paused all spawning. Those behind them wait for a slot as before, and are not told. A Task that a person
 * made goes on.
 */
export const pauseGate: Gate = ({ task, pausedBecause }) => {
  if (pausedBecause === undefined || !spawnerOf(task)) return undefined;
  return { hold: 'SpawningPaused', message: `Waiting for spawning to go on, which is paused: ${cleanText(pausedBecause) || 'no reason was given'}` };
};
