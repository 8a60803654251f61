import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MarkerScanner } from '../../../src/tasks/outcome/marker-scanner.ts';

const START = '---KELOS_OUTPUTS_START---';
const END = '---KELOS_OUTPUTS_END---';

function scan(text: string, cuts: readonly number[] = []) {
  const bytes = Buffer.from(text);
  const scanner = new MarkerScanner();
  let from = 0;
  for (const cut of [...cuts].map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b)) {
    scanner.write(bytes.subarray(from, cut));
    from = cut;
  }
  scanner.write(bytes.subarray(from));
  return scanner.end();
}

test.each([
  { it: 'the lines between the markers', log: `x\n${START}\nbranch: b\n\n  commit: c  \n${END}\ny\n`, lines: ['branch: b', 'commit: c'] },
  { it: 'the last pair', log: `${START}\na: 1\n${END}\n${START}\nb: 2\n${END}\n`, lines: ['b: 2'] },
  { it: 'a pair with noise after it', log: `${START}\na: 1\n${END}${'\nnoise'.repeat(1000)}`, lines: ['a: 1'] },
  { it: 'what follows the last start', log: `${START}\na: 1\n${START}\nb: 2\n${END}`, lines: ['b: 2'] },
  { it: 'a pair before a start that has no end', log: `${START}\na: 1\n${END}\n${START}\nb: 2\n`, lines: ['a: 1'] },
  { it: 'nothing without an end', log: `${START}\na: 1\n`, lines: undefined },
  { it: 'nothing without a start', log: `a: 1\n${END}\n`, lines: undefined },
  { it: 'nothing when they are the wrong way round', log: `${END}\na: 1\n${START}\n`, lines: undefined },
  { it: 'nothing when nothing is between', log: `${START}\n  \n${END}\n`, lines: undefined },
  { it: 'letters of any length', log: `${START}\nname: Zoë 🎉\n${END}`, lines: ['name: Zoë 🎉'] },
])('finds $it, however the log is cut', ({ log, lines }) => {
  fc.assert(
    fc.property(fc.array(fc.nat()), (cuts) => {
      expect(scan(log, cuts)).toEqual(lines);
    }),
    { numRuns: 50 },
  );
});

test('100 MB on one line cost no memory, and hide nothing', () => {
  const scanner = new MarkerScanner();
  const noise = Buffer.alloc(1024 * 1024, 'x');
  scanner.write(Buffer.from(`${START}\n`));
  for (let megabyte = 0; megabyte < 100; megabyte += 1) scanner.write(noise);
  scanner.write(Buffer.from(`\n${START}\nbranch: b\n${END}\n`));
  expect(scanner.end()).toEqual(['branch: b']);
});
