import fc from 'fast-check';

/**
 * Model tests and fuzzing take the same way in every run, so that a change is judged by what it changes. To look for what
 * that way does not pass, take another: `TASKWRIGHT_SEED=random npm test -- runtime`, or the number of a seed.
 */
const asked = process.env['TASKWRIGHT_SEED'];

if (asked !== 'random') fc.configureGlobal({ seed: Number(asked ?? 20_261_121) });
