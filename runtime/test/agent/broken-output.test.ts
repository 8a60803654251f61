import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AgentOutcome } from '../../src/agent/adapter.ts';
import { readAgentOutput } from '../../src/agent/agent-output.ts';
import { adapterFor, agentTypes } from '../../src/agent/agent-registry.ts';
import { LONGEST_LINE_BYTES } from '../../src/agent/line-splitter.ts';
import { anInput } from './agent-fixture.ts';
import { temporaryDirectory } from './git-fixture.ts';
import { aPod, running } from './pod-fixture.ts';

/** What a run that succeeded printed; of Cursor, what its maker documents. */
const wholeRun = (type: string) => readFileSync(new URL(`recorded/${type}/${type === 'cursor' ? 'documented' : 'completed'}.jsonl`, import.meta.url));
/** Where no file of a session is. */
const env = { HOME: '/nowhere', KELOS_MODEL: 'script/some-model' };

/** What a run comes to whose standard output is these bytes. */
async function outcomeOf(type: string, chunks: Iterable<Buffer>): Promise<AgentOutcome> {
  const reader = await (await adapterFor(type)).reader(anInput({ env }));
  const nothing = () => {};
  await readAgentOutput(
    { stdout: Readable.from(chunks, { objectMode: false }), stderr: Readable.from([]) },
    { reader, redact: (text) => text, stdout: new PassThrough().resume(), stderr: new PassThrough().resume(), eventsFile: join(temporaryDirectory(), 'events'), onOutput: nothing, onTooMuch: nothing, onHopeless: nothing },
  );
  return await reader.outcome();
}

const linesOf = (run: Buffer) => run.toString('latin1').split('\n').filter(Boolean).map((line) => Buffer.from(line, 'latin1'));
const joined = (lines: readonly Buffer[]) => Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]));
const isCount = (text: string | undefined) => text === undefined || /^\d+$/.test(text);

describe.each(agentTypes())('%s', (type) => {
  test('between, inside and around its events anything may stand, and the outcome is the same', async () => {
    const run = wholeRun(type);
    const expected = await outcomeOf(type, [run]);
    expect(expected.ended && expected.failure === undefined).toBe(true);
    const noise = [Buffer.from([0xff, 0xfe, 0x00, 0xc3]), Buffer.from('{"type":'), Buffer.from('}'), Buffer.from('[]'), Buffer.from('null'), Buffer.from('{"type":{"type":"result"}}'), Buffer.from('npm warn')];
    expect(await outcomeOf(type, [joined(linesOf(run).flatMap((line, index) => [noise[index % noise.length]!, line]))])).toEqual(expected);
    expect(await outcomeOf(type, [...run].map((byte) => Buffer.from([byte])))).toEqual(expected);
  });

  test('a line of any length is survived', async () => {
    const run = wholeRun(type);
    const piece = Buffer.from('{"type":"'.padEnd(1 << 20, 'x'));
    const long = Array.from({ length: LONGEST_LINE_BYTES / piece.length + 1 }, () => piece);
    expect(await outcomeOf(type, [...long, Buffer.from('\n'), run])).toEqual(await outcomeOf(type, [run]));
  });

  test('output that is cut off never counts as more than it says', async () => {
    const run = wholeRun(type);
    const lines = linesOf(run);
    const whole = await outcomeOf(type, [run]);
    for (let kept = 0; kept < lines.length; kept++) {
      const outcome = await outcomeOf(type, [joined(lines.slice(0, kept)), lines[kept]!.subarray(0, -2)]);
      if (kept === lines.length - 1) expect(outcome.ended).toBe(false);
      expect(Number(outcome.outputTokens ?? 0)).toBeLessThanOrEqual(Number(whole.outputTokens));
    }
  });

  test('output that is damaged in any way ends in an outcome', async () => {
    const run = wholeRun(type);
    const damage = fc.record({ at: fc.nat(run.length - 1), gone: fc.nat(200), put: fc.uint8Array({ maxLength: 20 }) });
    await fc.assert(fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 8 }), async (damages) => {
      const damaged = damages.reduce((bytes, { at, gone, put }) => Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + gone)]), run);
      const { ended, inputTokens, outputTokens, costUsd } = await outcomeOf(type, [damaged]);
      expect([typeof ended, isCount(inputTokens), isCount(outputTokens), costUsd === undefined || Number(costUsd) >= 0]).toEqual(['boolean', true, true, true]);
    }), { numRuns: 60 });
  });

  test.each([
    { how: 'exits well without a result', script: 'echo thinking', exitCode: 1, error: 'the agent ended without a result: thinking' },
    { how: 'is killed', script: 'exit 137', exitCode: 137, error: `${type} exited with code 137` },
    { how: 'is killed by a signal', script: 'kill -9 $$', exitCode: 137, error: `${type} was killed (SIGKILL), most likely for want of memory` },
  ])('a program that $how fails, and says so', async ({ script, exitCode, error }) => {
    const { file } = await (await adapterFor(type)).command(anInput({ env }));
    expect(await running(aPod({ [file]: `cat > /dev/null; ${script}` }, { KELOS_AGENT_TYPE: type }))).toMatchObject({ exitCode, error });
  });
});
