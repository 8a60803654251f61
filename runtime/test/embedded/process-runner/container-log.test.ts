import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import type { LogOptions } from '../../../src/embedded/pod-logs.ts';
import { ContainerLog, type LogBounds } from '../../../src/embedded/process-runner/container-log.ts';
import { readLog } from '../../../src/embedded/process-runner/log-reader.ts';
import { VirtualClock } from '../../../src/embedded/virtual-clock.ts';

const root = mkdtempSync(join(tmpdir(), 'container-log-'));
afterAll(() => rmSync(root, { recursive: true }));
let runs = 0;

function aLog(bounds?: LogBounds) {
  const directory = join(root, String(runs++));
  const clock = new VirtualClock({ start: '2026-01-01T00:00:00Z' });
  return { directory, clock, log: new ContainerLog(directory, clock, bounds) };
}

async function read(directory: string, options: LogOptions = {}, writer?: ContainerLog): Promise<string> {
  const blocks: Buffer[] = [];
  for await (const block of readLog(directory, writer, options, AbortSignal.timeout(120_000))) blocks.push(block);
  return Buffer.concat(blocks).toString();
}

test('a log is on disk as container runtimes write it', () => {
  const { directory, log } = aLog();
  log.write('stdout', Buffer.from('one\ntw'));
  log.write('stderr', Buffer.from('oops\n'));
  log.write('stdout', Buffer.from('o\nthree'));
  log.end();
  const time = '2026-01-01T00:00:00.000000000Z';
  expect(readFileSync(join(directory, '0.log'), 'utf8')).toBe(`${time} stdout F one\n${time} stderr F oops\n${time} stdout F two\n${time} stdout F three\n`);
});

test('what is read is what was printed, however it was cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '\n', '🦊', ' '), maxLength: 40 })), fc.nat(7), async (pieces, cut) => {
      const { directory, log } = aLog();
      const bytes = Buffer.from(pieces.join(''));
      for (let start = 0; start < bytes.length; start += cut + 1) log.write('stdout', bytes.subarray(start, start + cut + 1));
      log.end();
      const text = bytes.toString();
      expect(await read(directory)).toBe(text === '' || text.endsWith('\n') ? text : `${text}\n`);
    }),
    { numRuns: 50 },
  );
});

test('a line without an end fills neither memory nor a block', async () => {
  const { directory, log } = aLog();
  const long = 'x'.repeat(100_000);
  log.write('stdout', Buffer.from(long.slice(0, 50_000)));
  log.write('stdout', Buffer.from(`${long.slice(50_000)}\nshort\n`));
  log.end();
  expect(await read(directory)).toBe(`${long}\nshort\n`);
  expect(await read(directory, { tailLines: 1 })).toBe('short\n');
  expect(await read(directory, { tailLines: 2 })).toBe(`${long}\nshort\n`);
});

test('the beginning and the end of a huge log are kept, and the hole is said', async () => {
  const { directory, log } = aLog({ segmentBytes: 64 * 1024, segments: 4 });
  for (let line = 0; line < 20_000; line++) log.write('stdout', Buffer.from(`line ${line} ${'.'.repeat(50)}\n`));
  log.end();
  const bytes = readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
  expect(bytes).toBeLessThanOrEqual(4 * 64 * 1024);
  const text = await read(directory);
  expect(text).toMatch(/^line 0 /);
  expect(text).toMatch(/line 19999 \.+\n$/);
  expect(text.match(/\[about 2 MiB of this log were dropped here; its beginning and its end are kept\]\n/g)).toHaveLength(1);
});

test.each([
  { it: 'the last lines', options: { tailLines: 2 }, expected: 'b\nc\n' },
  { it: 'no lines', options: { tailLines: 0 }, expected: '' },
  { it: 'more lines than there are', options: { tailLines: 9 }, expected: 'a\nb\nc\n' },
  { it: 'what came since a moment', options: { sinceTime: '2026-01-01T00:00:01Z' }, expected: 'b\nc\n' },
  { it: 'so many bytes', options: { limitBytes: 3 }, expected: 'a\nb' },
  { it: 'times', options: { timestamps: true, tailLines: 1 }, expected: '2026-01-01T00:00:02.000000000Z c\n' },
])('a reader can ask for $it', async ({ options, expected }) => {
  const { directory, clock, log } = aLog();
  for (const line of ['a\n', 'b\n', 'c\n']) {
    log.write('stdout', Buffer.from(line));
    await clock.advance(1_000);
  }
  log.end();
  expect(await read(directory, options)).toBe(expected);
});

test('the tail of a log reaches over its segments', async () => {
  const { directory, log } = aLog({ segmentBytes: 200, segments: 10 });
  for (let line = 0; line < 20; line++) log.write('stdout', Buffer.from(`${line}\n`));
  log.end();
  expect(readdirSync(directory).length).toBeGreaterThan(3);
  expect(await read(directory, { tailLines: 12 })).toBe(Array.from({ length: 12 }, (_, index) => `${index + 8}\n`).join(''));
});

test('a follower gets everything until the container ends', async () => {
  const { directory, clock, log } = aLog({ segmentBytes: 300, segments: 10 });
  log.write('stdout', Buffer.from('before\n'));
  const followed = read(directory, { follow: true }, log);
  for (let line = 0; line < 20; line++) {
    log.write('stdout', Buffer.from(`${line}\n`));
    if (line % 3 === 0) await clock.settle();
  }
  log.end();
  expect(await followed).toBe(`before\n${Array.from({ length: 20 }, (_, line) => `${line}\n`).join('')}`);
});

test('a follower leaves when it is told to', async () => {
  const { directory, clock, log } = aLog();
  const abort = new AbortController();
  const blocks: string[] = [];
  const reading = (async () => {
    for await (const block of readLog(directory, log, { follow: true }, abort.signal)) blocks.push(block.toString());
  })();
  log.write('stdout', Buffer.from('one\n'));
  await clock.settle();
  abort.abort();
  await reading;
  expect(blocks.join('')).toBe('one\n');
  log.end();
});
