import { expect, test } from 'vitest';
import { parseTerminationMessage, resultsOf } from '../../../src/tasks/outcome/result-lines.ts';

test.each([
  { it: 'the JSON of our program', message: '{"taskwright":1,"outputs":["branch: b","commit: c"],"error":"e","truncated":true}', result: { lines: ['branch: b', 'commit: c'], error: 'e', truncated: true } },
  { it: 'declared outputs', message: '{"taskwright":1,"outputs":[],"results":{"a":[1]},"error":"e"}', result: { lines: [], results: { a: [1] }, error: 'e' } },
  { it: 'no outputs in what is none', message: '{"taskwright":1,"outputs":[],"results":[1]}', result: { lines: [] } },
  { it: 'outputs that hide further lines', message: '{"taskwright":1,"outputs":["a: 1\\n  b: 2", 3]}', result: { lines: ['a: 1', 'b: 2'] } },
  { it: 'the lines of another program', message: '\n branch: b \n\ndone\n', result: { lines: ['branch: b', 'done'] } },
  { it: 'the reason of a failure', message: 'no such model\n', result: { lines: [], error: 'no such model' } },
  { it: 'JSON that is not ours', message: '{"level":"error"}', result: { lines: [], error: '{"level":"error"}' } },
  { it: 'nothing in a message the kubelet cut', message: '{"taskwright":1,"outputs":["bra', result: undefined },
  { it: 'nothing in an empty message', message: ' \n', result: undefined },
  { it: 'nothing without a message', message: undefined, result: undefined },
])('reads $it', ({ message, result }) => {
  expect(parseTerminationMessage(message)).toEqual(result);
});

test('results are cut at the first ": ", and the last of one key counts', () => {
  expect(resultsOf(['pr: 1', 'url: http://x: y', 'no colon', ': no key', 'pr: 2', 'key:'])).toEqual({ pr: '2', url: 'http://x: y' });
});
