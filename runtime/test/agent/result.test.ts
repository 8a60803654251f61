import fc from 'fast-check';
import { expect, test } from 'vitest';
import { markedResult, terminationResult, withoutMarkers } from '../../src/agent/result.ts';

interface Message { taskwright: number; outputs: string[]; error?: string; truncated?: boolean }
const parse = (message: string) => JSON.parse(message) as Message;
const responseLine = (text: string) => `response: ${Buffer.from(text).toString('base64')}`;
const responseIn = ({ outputs }: Message) => Buffer.from(outputs.find((line) => line.startsWith('response: '))?.slice(10) ?? '', 'base64').toString();

test('a short result is complete', () => {
  const outputs = ['branch: main', 'commit: abc', responseLine('done')];
  expect(parse(terminationResult({ outputs }))).toEqual({ taskwright: 1, outputs });
  expect(parse(terminationResult({ outputs, error: 'no' }))).toEqual({ taskwright: 1, outputs, error: 'no' });
});

test('a long response is shortened, and everything else is kept', () => {
  const message = parse(terminationResult({ outputs: ['branch: main', 'cost-usd: 1', responseLine('ä'.repeat(9_000))], error: 'no' }));
  expect(message).toMatchObject({ outputs: ['branch: main', 'cost-usd: 1', expect.any(String)], error: 'no', truncated: true });
  expect(responseIn(message)).toMatch(/^ä{1000,}…$/);
});

test('when lines alone are too long, the last ones are left out whole', () => {
  const outputs = ['branch: main', ...Array.from({ length: 200 }, (_, index) => `pr: https://example.com/${index}`)];
  const message = parse(terminationResult({ outputs }));
  expect(message.outputs).toEqual(outputs.slice(0, message.outputs.length));
  expect(message.outputs.length).toBeGreaterThan(100);
});

test('any result fits, parses, and has a response that begins as the whole one does', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 6_000 });
  fc.assert(fc.property(fc.array(fc.stringMatching(/^[a-z]{1,9}: .{0,80}$/), { maxLength: 80 }), text, fc.integer({ min: 200, max: 4_096 }), (outputs, response, limit) => {
    const rendered = terminationResult({ outputs: [...outputs, responseLine(response)] }, limit);
    expect(Buffer.byteLength(rendered)).toBeLessThanOrEqual(limit);
    const message = parse(rendered);
    const kept = responseIn(message).replace(/…$/, '');
    expect(Buffer.from(response).toString().startsWith(kept)).toBe(true);
  }), { numRuns: 200 });
});

test('markers are printed though there is nothing between them, and no other line can pass for one', () => {
  expect(markedResult({ outputs: [] })).toBe('---KELOS_OUTPUTS_START---\n---KELOS_OUTPUTS_END---\n');
  expect(withoutMarkers('x ---KELOS_OUTPUTS_START--- y')).toBe('x -- KELOS_OUTPUTS_START--- y');
});
