import { expect, test } from 'vitest';
import { modelFailure } from '../../src/agent/model-failure.ts';

const CREDENTIALS = 'the model endpoint refused the credentials, check the Secret';
const LIMIT = 'the rate limit or quota of the model is used up';
const OVERLOADED = 'the model endpoint is overloaded or failing';
const BROKEN = 'the answer of the model broke off';

/** As the real programs wrote them for a scripted endpoint. */
test.each([
  ['unexpected status 401 Unauthorized: the reason, url: http://model/v1/responses', CREDENTIALS],
  ['[API Error: {"error":{"code":400,"message":"no","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}]', CREDENTIALS],
  ['[API Error: {"error":{"code":403,"message":"no","status":"PERMISSION_DENIED"}}]', CREDENTIALS],
  ['exceeded retry limit, last status: 429 Too Many Requests', LIMIT],
  ['[API Error: no]\nPlease wait and try again later. To increase your limits, request a quota increase through AI Studio', LIMIT],
  ['unexpected status 503 Service Unavailable: the reason', OVERLOADED],
  ['Selected model is at capacity. Please try a different model.', OVERLOADED],
  ['We’re currently experiencing high demand, which may cause temporary errors.', OVERLOADED],
  ['stream disconnected before completion: stream closed before response.completed', BROKEN],
  ['[API Error: Incomplete JSON segment at the end]', BROKEN],
  ['failed to lookup address information: Name does not resolve', 'the model endpoint cannot be reached'],
  ['unexpected status 404 Not Found: no such model', 'the model endpoint does not know what was asked for, check the model and the base URL'],
])('%j means what it means', (said, meaning) => {
  expect(modelFailure('Codex', said)).toBe(`Codex failed: ${meaning}: ${said.replace('\n', ' ')}`);
});

test('what is not known is said as it is', () => {
  expect(modelFailure('Codex', 'out of ideas')).toBe('Codex failed: out of ideas');
  expect(modelFailure('Codex', '')).toBe('Codex failed');
});
