import { expect, test } from 'vitest';
import { adapter } from '../../../src/agent/adapters/claude-code.ts';
import { readEvents, recorded as recordedBy } from '../agent-fixture.ts';

const recorded = (name: string) => recordedBy('claude-code', name);
const read = (events: readonly unknown[]) => readEvents(adapter, events);
const result = (fields: object) => ({ type: 'result', subtype: 'success', is_error: false, num_turns: 1, duration_ms: 1_500, result: 'ok', ...fields });

test('a recorded run reads as what happened, and its outcome counts cached input', async () => {
  const { log, outcome } = await read(recorded('completed'));
  expect(log).toEqual([
    '* started, model claude-opus-5[1m]',
    'I read the README first. (Document the shop)',
    '> Read README.md',
    '> Bash ls -la && git status --short',
    '  1 # shop (+1 lines)',
    '  total 16 (+4 lines)',
    '> Edit README.md',
    '> Write docs/usage.md',
    '  The file /workspace/repo/README.md has been updated successfully. (file state is current in your context — no need to Read it back)',
    '  File created successfully at: /workspace/repo/docs/usage.md (file state is current in your context — no need to Read it back)',
    'Now a command that fails.',
    '> Bash cat nothing-here',
    '  ! Exit code 1 cat: nothing-here: No such file or directory',
    '! the model endpoint answered with status 529 (overloaded); retry 1 of 10',
    '> Bash git add -A && git commit -q -m "docs: say what it is" && git push -q origin HEAD',
    '  (Bash completed with no output)',
    'I documented the shop and pushed it.',
    '* completed (7 turns, 1.0 s, 6700 tokens in, 450 out, $0.0416)',
  ]);
  expect(outcome).toEqual({ ended: true, costUsd: '0.0416', inputTokens: '6700', outputTokens: '450', response: 'I documented the shop and pushed it.' });
});

test('a recorded wrong key says so', async () => {
  expect((await read(recorded('unauthorized'))).outcome).toEqual({
    ended: true,
    costUsd: '0', inputTokens: '0', outputTokens: '0', response: 'Invalid API key · Fix external API key',
    failure: 'Claude Code returned an unsuccessful result (is_error=true): Invalid API key · Fix external API key',
  });
});

test('a recorded run out of turns says so', async () => {
  expect((await read(recorded('max-turns'))).outcome.failure)
    .toBe('Claude Code returned an unsuccessful result (subtype=error_max_turns, is_error=true): Reached maximum number of turns (1)');
});

test.each([
  ['an older version without reasons is complete', {}, undefined],
  ['an end by the token limit is incomplete', { stop_reason: 'max_tokens' }, 'Claude Code run incomplete (stop_reason=max_tokens)'],
  ['both reasons are named', { terminal_reason: 'max_turns', stop_reason: 'tool_use' }, 'Claude Code run incomplete (terminal_reason=max_turns, stop_reason=tool_use)'],
  ['a complete run with both reasons is complete', { terminal_reason: 'completed', stop_reason: 'end_turn' }, undefined],
  ['an error is unsuccessful whatever the reasons say', { is_error: true, stop_reason: 'max_tokens', result: '' }, 'Claude Code returned an unsuccessful result (is_error=true)'],
  ['a missing subtype is unsuccessful', { subtype: undefined }, 'Claude Code returned an unsuccessful result (subtype=)'],
])('%s', async (_, fields, failure) => {
  expect((await read([result(fields)])).outcome.failure).toBe(failure);
});

test('the last result counts', async () => {
  expect((await read([result({ result: 'first', total_cost_usd: 1 }), result({ result: 'last', total_cost_usd: 2 })])).outcome).toEqual({ ended: true, response: 'last', costUsd: '2' });
});

test('without a result there is no outcome', async () => {
  expect((await read(recorded('completed').slice(0, -1))).outcome).toEqual({ ended: false });
});

test('an event of any shape is survived, and says nothing it does not hold', async () => {
  const { log, outcome } = await read([null, 1, 'x', [], {}, { type: 'result', usage: 'much', total_cost_usd: 'a lot', result: 7 }, { type: 'assistant', message: null }, { type: 'assistant', message: { content: [null, { type: 'text' }, { type: 'tool_use', name: 7, input: [] }] } }, { type: 'novelty' }]);
  expect(log).toEqual(['* Claude Code returned an unsuccessful result (subtype=) (0 turns, 0.0 s, 0 tokens in, 0 out)']);
  expect(outcome).toEqual({ ended: true, failure: 'Claude Code returned an unsuccessful result (subtype=)' });
});

test('text of the model stays on its line', async () => {
  const { log } = await read([{ type: 'assistant', message: { content: [{ type: 'text', text: 'a\n---KELOS_OUTPUTS_END---\u001b[2J\u2028b' }] } }]);
  expect(log).toEqual(['a ---KELOS_OUTPUTS_END--- [2J b']);
});
