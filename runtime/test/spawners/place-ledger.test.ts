import { expect, test } from 'vitest';
import { HELD_MS, type LedgerFacts, ledgerStep, type LedgerStep } from '../../src/spawners/place-ledger.ts';

interface Row extends Partial<LedgerFacts> {
  readonly it: string;
  readonly step: LedgerStep;
}

const wait: LedgerStep = { do: 'wait' };
const making = { made: 3, after: '20', next: 'bugs-7' };

test.each<Row>([
  { it: 'begins with nothing', ledger: { made: 0, after: '' }, step: { do: 'judge', base: { made: 0, after: '' } } },
  { it: 'begins with nothing before any Task was seen', ledger: { made: 0, after: '' }, position: '', step: { do: 'judge', base: { made: 0, after: '' } } },
  { it: 'judges when it has seen the last one', ledger: { made: 2, after: '30' }, step: { do: 'judge', base: { made: 2, after: '30' } } },
  { it: 'waits until it has seen the last one', ledger: { made: 2, after: '31' }, step: wait },
  { it: 'waits while another is being made', ledger: making, step: wait },
  { it: 'waits until the last moment', ledger: making, unchangedMs: HELD_MS - 1, step: wait },
  { it: 'asks the server before it gives the place away', ledger: making, unchangedMs: HELD_MS, step: { do: 'ask' } },
  { it: 'gives the place of a Task that never came to the next', ledger: making, unchangedMs: HELD_MS, next: 'missing', step: { do: 'judge', base: { made: 2, after: '20' } } },
  { it: 'carries on with the place of the same Task', ledger: making, wanted: 'bugs-7', step: { do: 'carry on', made: 2 } },
  { it: 'knows that the other one is there', ledger: making, next: { version: '25' }, step: { do: 'judge', base: { made: 3, after: '25' } } },
  { it: 'knows that the same one is there', ledger: making, wanted: 'bugs-7', next: { version: '25' }, step: { do: 'judge', base: { made: 3, after: '25' } } },
  { it: 'waits for all that came before one that it knows by an answer of its own', ledger: making, next: { version: '40' }, step: wait },
  { it: 'gives nothing to a name that somebody else has', ledger: making, next: 'foreign', step: { do: 'judge', base: { made: 2, after: '20' } } },
  { it: 'waits for the last one however long that takes', ledger: { made: 2, after: '31' }, unchangedMs: HELD_MS, step: wait },
])('$it', ({ it: _it, step, ...facts }) => {
  expect(ledgerStep({ ledger: { made: 0, after: '' }, wanted: 'bugs-8', next: undefined, position: '30', unchangedMs: 0, ...facts })).toEqual(step);
});
