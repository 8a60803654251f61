import { expect, test } from 'vitest';
import { addSeconds, parseKubeTime, toKubeTime, toMicroTime } from '../../src/kube/time.ts';

const time = new Date('2026-01-01T00:00:00.123Z');

test('Time has whole seconds, MicroTime exactly six digits', () => {
  expect([toKubeTime(time), toMicroTime(time)]).toEqual(['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.123000Z']);
});

test('both forms can be read and added to', () => {
  expect(parseKubeTime('2026-01-01T00:00:00.123000Z')).toEqual(time);
  expect(addSeconds('2026-01-01T00:00:00Z', 90)).toEqual(new Date('2026-01-01T00:01:30Z'));
  expect(addSeconds(time, 1)).toEqual(new Date('2026-01-01T00:00:01.123Z'));
});

test('what is no time says so', () => {
  expect(() => parseKubeTime('soon')).toThrow('time: is not RFC 3339, got "soon"; write it like 2026-01-01T00:00:00Z');
});
