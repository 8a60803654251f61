import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import type { LogOptions } from '../pod-logs.ts';
import { type ContainerLog, segmentPath, segmentsIn } from './container-log.ts';

const BLOCK_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/** Time, stream and tag of an entry together. */
const LONGEST_PREFIX = 64;

/** A gap has no time of its own: it is shown whatever `sinceTime` says. */
const GAP_TIME = '9999-12-31T23:59:59.000000000Z';

/**
 * Reads the log of one run of a container, a block at a time. `writer` is given while the container runs, to follow it.
 *
 * Where segments were dropped a line says so, since a log with a silent hole in it is a lie.
 */
export async function* readLog(directory: string, writer: ContainerLog | undefined, options: LogOptions, signal: AbortSignal): AsyncGenerator<Buffer> {
  const { sinceTime, limitBytes = Infinity, timestamps = false } = options;
  const sinceMs = sinceTime === undefined ? -Infinity : Date.parse(sinceTime);
  let leftBytes = limitBytes;
  let startsLine = true;

  for await (const entries of entriesOf(directory, writer, options, signal)) {
    const text: string[] = [];
    for (const entry of entries) {
      if (Date.parse(entry.time) < sinceMs) continue;
      if (timestamps && startsLine && entry.time !== GAP_TIME) text.push(entry.time, ' ');
      text.push(entry.text);
      if (entry.endsLine) text.push('\n');
      startsLine = entry.endsLine;
    }
    const bytes = Buffer.from(text.join(''), 'latin1');
    if (bytes.length > 0) yield bytes.length <= leftBytes ? bytes : bytes.subarray(0, leftBytes);
    leftBytes -= bytes.length;
    if (leftBytes <= 0) return;
  }
}

interface LogEntry {
  readonly time: string;
  /** One character per byte. */
  readonly text: string;
  readonly endsLine: boolean;
}

/** The segment that is being written stays open: what is in it can be read to the end though the Pod is deleted meanwhile. */
async function* entriesOf(directory: string, writer: ContainerLog | undefined, options: LogOptions, signal: AbortSignal): AsyncGenerator<LogEntry[]> {
  const { follow = false, tailLines } = options;
  let { segment, offset } = (tailLines === undefined ? undefined : startOfTail(directory, tailLines)) ?? { segment: 0, offset: 0 };
  let file: number | undefined;
  try {
    while (!signal.aborted) {
      const ended = writer?.ended ?? true;
      if (file === undefined) {
        const found = segmentsIn(directory).find((number) => number >= segment) ?? segment;
        if (found > segment) {
          yield [gap(directory, found - segment)];
          offset = 0;
        }
        segment = found;
        file = openIfThere(segmentPath(directory, segment));
      }
      for (let block; file !== undefined && !signal.aborted && (block = readBlock(file, offset)); offset += block.bytes) yield block.entries;
      // Nothing was awaited since the end of the segment was read: what came later is in a later one.
      if (segmentsIn(directory).some((number) => number > segment)) {
        if (file !== undefined) closeSync(file);
        file = undefined;
        segment++;
        offset = 0;
      } else if (follow && !ended) {
        await writer!.changed(signal);
      } else {
        return;
      }
    }
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** The whole lines from `offset` on, as many as a block holds. */
function readBlock(file: number, offset: number): { entries: LogEntry[]; bytes: number } | undefined {
  const buffer = Buffer.allocUnsafe(BLOCK_BYTES);
  const length = readSync(file, buffer, 0, BLOCK_BYTES, offset);
  const end = buffer.subarray(0, length).lastIndexOf('\n');
  if (end < 0) return undefined;
  return { entries: buffer.toString('latin1', 0, end).split('\n').map(parseEntry), bytes: end + 1 };
}

function parseEntry(line: string): LogEntry {
  const afterTime = line.indexOf(' ');
  const afterStream = line.indexOf(' ', afterTime + 1);
  return { time: line.slice(0, afterTime), endsLine: line[afterStream + 1] === 'F', text: line.slice(afterStream + 3) };
}

/** Where the last `count` lines begin; `undefined`: there are not more. A segment at a time is in memory. */
function startOfTail(directory: string, count: number): { segment: number; offset: number } | undefined {
  let seen = 0;
  for (const segment of segmentsIn(directory).reverse()) {
    const content = contentOf(segmentPath(directory, segment));
    for (let end = content.length - 1; end >= 0; ) {
      const begin = end === 0 ? 0 : content.lastIndexOf(NEWLINE, end - 1) + 1;
      if (parseEntry(content.toString('latin1', begin, Math.min(end, begin + LONGEST_PREFIX))).endsLine && ++seen > count) return { segment, offset: end + 1 };
      end = begin - 1;
    }
  }
  return undefined;
}

function contentOf(path: string): Buffer {
  try {
    const content = readFileSync(path);
    return content.subarray(0, content.lastIndexOf(NEWLINE) + 1);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0); // dropped a moment ago
    throw error;
  }
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined; // dropped a moment ago
    throw error;
  }
}

/** Segments are as long as the first one, give or take a line. */
function gap(directory: string, segments: number): LogEntry {
  const file = openIfThere(segmentPath(directory, 0));
  const bytes = file === undefined ? 0 : fstatSync(file).size * segments;
  if (file !== undefined) closeSync(file);
  const mebibytes = Math.max(Math.round(bytes / 2 ** 20), 1);
  return { time: GAP_TIME, text: `[about ${mebibytes} MiB of this log were dropped here; its beginning and its end are kept]`, endsLine: true };
}
