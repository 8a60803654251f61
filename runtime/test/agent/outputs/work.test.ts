import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { capture } from '../../../src/agent/run.ts';
import { aPod, running } from '../pod-fixture.ts';

const OUTPUTS = { type: 'object', properties: { steps: { type: 'array', items: { type: 'string' } }, risky: { type: 'boolean' } }, required: ['risky'] };
const RESULT = '{"type":"result","subtype":"success","is_error":false,"num_turns":2,"duration_ms":100,"result":"done","total_cost_usd":0.5,"usage":{"input_tokens":10,"output_tokens":5}}';
const INIT = '{"type":"system","subtype":"init","session_id":"a-session"}';
const ANSWER = `response: ${Buffer.from('done').toString('base64')}`;
const ONCE = ['cost-usd: 0.5', 'input-tokens: 10', 'output-tokens: 5', ANSWER];
const TWICE = ['cost-usd: 1', 'input-tokens: 20', 'output-tokens: 10', ANSWER];

/** A Pod of a Task with these outputs, whose agent does one thing in its first run, and another in every later one. */
function aPodWithOutputs(first: string, later = 'exit 9', { schema = OUTPUTS as object, env = {} as Record<string, string>, says = INIT } = {}) {
  const pod = aPod({
    claude: [
      'n=$(($(cat "$HOME/runs" 2>/dev/null || echo 0) + 1)); echo $n > "$HOME/runs"; out="$TASKWRIGHT_OUTPUT_FILE"',
      'cat > "$HOME/prompt-$n"; echo "$@" > "$HOME/args-$n"', `echo '${says}'`,
      `if [ $n = 1 ]; then ${first}`, `else ${later}`, 'fi', `echo '${RESULT}'`,
    ].join('\n'),
  }, env);
  mkdirSync(join(pod.dir, 'outputs'));
  writeFileSync(join(pod.dir, 'schema.json'), JSON.stringify(schema));
  Object.assign(pod.env, { TASKWRIGHT_OUTPUT_FILE: join(pod.dir, 'outputs', 'outputs.json'), TASKWRIGHT_OUTPUT_SCHEMA_FILE: join(pod.dir, 'schema.json') });
  return { ...pod, kept: (name: string) => readFileSync(join(pod.dir, name), 'utf8') };
}

/** The outputs without what git says. */
const told = (outputs: readonly string[]) => outputs.filter((line) => !/^(branch|commit|base-branch): /.test(line));
const writes = (text: string) => `printf '%s' '${text}' > "$out"`;
const RIGHT = writes('{"steps":["read\\nwrite"],"risky":false}');

test('outputs that are right at once are beside those of every agent, and the agent was asked for them', async () => {
  const pod = aPodWithOutputs(RIGHT);
  const { exitCode, outputs, termination, log } = await running(pod);
  const results = { steps: ['read\nwrite'], risky: false };
  expect({ exitCode, termination: { ...termination, outputs: told(outputs) } }).toEqual({ exitCode: 0, termination: { taskwright: 1, outputs: ONCE, results } });
  expect(log).toContain(`taskwright-results: {"steps":["read\\nwrite"],"risky":false}\n---KELOS_OUTPUTS_END---\n`);
  expect(JSON.parse(pod.kept('workspace/.taskwright-result.json'))).toEqual({ taskwright: 1, outputs, results });
  expect(pod.kept('runs')).toBe('1\n');
  expect(pod.kept('prompt-1')).toBe(`Fix it

---
When you have done that, leave your outputs in the file ${pod.env.TASKWRIGHT_OUTPUT_FILE}. Who goes on from here reads them. It has to be one JSON object that is valid for this JSON Schema, at most 32768 bytes, and nothing else:

${JSON.stringify(OUTPUTS, null, 2)}
`);
});

test('outputs that are wrong are corrected in the same session, and both runs are paid for', async () => {
  const pod = aPodWithOutputs(writes('{"risky":"no"}'), RIGHT);
  const { exitCode, outputs, results, errors } = await running(pod);
  expect({ exitCode, results, told: told(outputs) }).toEqual({ exitCode: 0, results: { steps: ['read\nwrite'], risky: false }, told: TWICE });
  expect(errors).toBe('! its outputs are not as declared, and the agent is asked to correct them: risky is a text; it has to be true or false\n');
  expect(pod.kept('args-2')).toContain('--resume a-session');
  expect(pod.kept('prompt-2')).toMatch(/^The file \S+outputs\.json is not as it was asked for:\n\n- risky is a text; it has to be true or false\n\nCorrect that file and change nothing else\. It has to be one JSON object [^]*"required"/);
  expect(pod.kept('workspace/.taskwright-agent.jsonl').match(/"type":"result"/g)).toHaveLength(2);
});

test('an agent that cannot go on with its session is told what was asked', async () => {
  const pod = aPodWithOutputs(writes('{}'), RIGHT, { says: '{}' });
  expect((await running(pod)).exitCode).toBe(0);
  expect(pod.kept('args-2')).not.toContain('--resume');
  expect(pod.kept('prompt-2')).toMatch(/^An agent before you has done the task below [^]*- risky is missing\n[^]*This was the task:\n\nFix it\n\n---\nWhen you have done that/);
});

test.each([
  { it: 'wrong twice', first: writes('{}'), later: writes('{"risky":1,"x":2}'), error: 'x is not asked for; leave it out; risky is a whole number; it has to be true or false' },
  { it: 'never written', first: 'true', later: 'true', error: 'the file was not written' },
  { it: 'emptied', first: RIGHT.replace('false', '0'), later: ': > "$out"', error: 'the file is empty' },
  { it: 'no JSON', first: 'echo "risky: no" > "$out"', later: 'echo "{]" > "$out"', error: 'the file is not JSON, from character 2 on' },
  { it: 'no UTF-8', first: 'printf "\\377" > "$out"', later: 'printf "{\\"risky\\":\\"\\377\\"}" > "$out"', error: 'the file is not UTF-8' },
  { it: 'a link', first: 'ln -s "$HOME/secret" "$out"', later: 'true', error: 'the file is a link; it has to be a file' },
  { it: 'a directory', first: 'mkdir "$out"', later: 'true', error: 'the file is not a regular file' },
  { it: 'a pipe', first: 'mkfifo "$out"', later: 'true', error: 'the file is not a regular file' },
  { it: 'too long', first: 'head -c 40000 /dev/zero > "$out"', later: 'head -c 32769 /dev/zero > "$out"', error: 'the file is 32769 bytes long; at most 32768 can be kept' },
  { it: 'without end', first: 'head -c 50000000 /dev/zero > "$out"', later: 'true', error: 'the file is 50000000 bytes long; at most 32768 can be kept' },
  { it: 'too deep', first: 'true', later: 'printf "%070d" 0 | tr 0 "[" > "$out"', error: 'the file has more than 64 levels' },
  { it: 'wrong in a hundred places', first: 'true', later: `printf '{"risky":true,"steps":[0%s]}' "$(printf ',%d' $(seq 99))" > "$out"`, error: expect.stringMatching(/^steps\[0\] is a whole number; it has to be a text; steps\[1\] [^]{300,}…$/) as string },
])('outputs that are $it fail the run', async ({ first, later, error }) => {
  const pod = aPodWithOutputs(first, later);
  writeFileSync(join(pod.dir, 'secret'), '{"risky":true}');
  const { exitCode, outputs, termination } = await running(pod);
  const message = typeof error === 'string' ? `its outputs are not as declared: ${error}` : termination.error!;
  expect({ exitCode, termination: { ...termination, outputs: told(outputs) } }).toEqual({ exitCode: 65, termination: { taskwright: 1, outputs: TWICE, error: message } });
  expect(message.replace('its outputs are not as declared: ', '')).toEqual(error);
  expect(pod.kept('runs')).toBe('2\n');
});

describe('a run that fails', () => {
  test('is not asked for its outputs', async () => {
    const pod = aPodWithOutputs('exit 3');
    expect(await running(pod)).toMatchObject({ exitCode: 3, termination: { error: 'claude-code exited with code 3' } });
    expect(pod.kept('runs')).toBe('1\n');
  });

  test('while it corrects outputs says what is wrong with them, and why it could not', async () => {
    const { exitCode, outputs, termination } = await running(aPodWithOutputs(writes('{}'), 'echo "no credit" >&2; exit 4'));
    expect({ exitCode, ...termination, outputs: told(outputs) }).toEqual({
      exitCode: 65, taskwright: 1, outputs: ONCE, error: 'its outputs are not as declared: risky is missing; it could not correct them: claude-code exited with code 4: no credit',
    });
  });

  test('after it corrected them has failed as any other', async () => {
    const { exitCode, termination } = await running(aPodWithOutputs(writes('{}'), `${RIGHT}; exit 4`));
    expect({ exitCode, ...termination, outputs: [] }).toEqual({ exitCode: 4, taskwright: 1, outputs: [], error: 'claude-code exited with code 4' });
  });

  test('for want of money is not asked to correct what it left, and one that has some left may spend that', async () => {
    const poor = aPodWithOutputs(writes('{}'), RIGHT, { env: { TASKWRIGHT_MAX_COST_USD: '0.5' } });
    expect((await running(poor)).termination.error).toBe('its outputs are not as declared: risky is missing; it could not correct them: it has spent what it may');
    const rich = aPodWithOutputs(writes('{}'), RIGHT, { env: { TASKWRIGHT_MAX_COST_USD: '0.75', TASKWRIGHT_MAX_OUTPUT_TOKENS: '7' } });
    expect((await running(rich)).exitCode).toBe(0);
    expect([rich.kept('args-1'), rich.kept('args-2')]).toEqual([expect.stringContaining('--max-budget-usd 0.75'), expect.stringContaining('--max-budget-usd 0.25')]);
  });

  test('by being stopped while it corrects them was stopped', async () => {
    const stop = new AbortController();
    const pod = aPodWithOutputs(writes('{}'), 'touch "$HOME/correcting"; exec sleep 60');
    const end = running(pod, { signal: stop.signal });
    await expect.poll(() => existsSync(join(pod.dir, 'correcting'))).toBe(true);
    stop.abort();
    const { exitCode, outputs, termination } = await end;
    expect({ exitCode, ...termination, outputs: told(outputs) }).toEqual({ exitCode: 143, taskwright: 1, outputs: ONCE, error: expect.stringMatching(/^the agent was stopped after \d+ s$/) });
  });
});

test('secrets are in no output, nor in what is said about one', async () => {
  const env = { ANTHROPIC_API_KEY: 'sk-very-secret' };
  const schema = { type: 'object', properties: { it: {}, level: { enum: ['low'] } }, required: ['it'] };
  const { results } = await running(aPodWithOutputs(writes('{"it":{"sk-very-secret":["key sk-very-secret"]}}'), 'true', { schema, env }));
  expect(results).toEqual({ it: { '***': ['key ***'] } });
  const { termination } = await running(aPodWithOutputs(writes(`{"it":1,"level":"${'x'.repeat(50)}sk-very-secret"}`), 'true', { schema, env }));
  expect(termination.error).toBe(`its outputs are not as declared: level is "${'x'.repeat(50)}***"; it has to be one of "low"`);
});

test('what is longer than a termination message is in the log, whole, and the message says that it is', async () => {
  const long = 'x'.repeat(30_000);
  const { exitCode, outputs, log, termination } = await running(aPodWithOutputs(writes(`{"risky":true,"steps":["${long}"]}`)));
  expect({ exitCode, termination }).toEqual({ exitCode: 0, termination: { taskwright: 1, outputs, truncated: true } });
  expect(log).toContain(`taskwright-results: {"risky":true,"steps":["${long}"]}\n`);
});

test('what was left there before is no output of this run', async () => {
  const pod = aPodWithOutputs('true', 'true');
  writeFileSync(pod.env.TASKWRIGHT_OUTPUT_FILE!, '{"risky":true}');
  expect((await running(pod)).error).toBe('its outputs are not as declared: the file was not written');
});

test.each([
  { it: 'no file for the outputs', env: { TASKWRIGHT_OUTPUT_FILE: '' }, error: 'TASKWRIGHT_OUTPUT_FILE: is not set, though there is a schema of outputs; set both or none' },
  { it: 'no schema', env: { TASKWRIGHT_OUTPUT_SCHEMA_FILE: '/no/such/file' }, error: expect.stringMatching(/^TASKWRIGHT_OUTPUT_SCHEMA_FILE: cannot be read, ENOENT/) as string },
  { it: 'a schema that is none', env: {}, schema: [], error: 'TASKWRIGHT_OUTPUT_SCHEMA_FILE: not a JSON object; it must be the schema that the operator writes' },
  { it: 'a schema that cannot be used', env: {}, schema: { type: 'object', contains: { foo: 1 } }, error: expect.stringMatching(/^the schema of the outputs cannot be used: strict mode: unknown keyword/) as string },
])('with $it no agent is started', async ({ env, schema, error }) => {
  const pod = aPodWithOutputs(RIGHT, RIGHT, { schema });
  Object.assign(pod.env, env);
  const end = await running(pod);
  expect({ exitCode: end.exitCode, error: end.error }).toEqual({ exitCode: 2, error });
  expect(existsSync(join(pod.dir, 'runs'))).toBe(false);
});

describe('another entry point', () => {
  const captured = async (left?: string) => {
    const pod = aPodWithOutputs('exit 9');
    if (left !== undefined) writeFileSync(pod.env.TASKWRIGHT_OUTPUT_FILE!, left);
    const { exitCode, termination } = await running(pod, { act: capture });
    return { exitCode, ...termination, outputs: termination.outputs.map((line) => line.split(':')[0]) };
  };
  const outputs = ['branch', 'commit'];

  test('has its outputs checked, and what git says captured', async () => {
    expect(await captured('{"risky":true}')).toEqual({ exitCode: 0, taskwright: 1, outputs, results: { risky: true } });
  });

  test('is told what is wrong, and is asked for nothing', async () => {
    expect(await captured('{"risky":0}')).toEqual({ exitCode: 65, taskwright: 1, outputs, error: 'its outputs are not as declared: risky is a whole number; it has to be true or false' });
    expect(await captured()).toEqual({ exitCode: 65, taskwright: 1, outputs, error: 'its outputs are not as declared: the file was not written' });
  });

  test('of a Task that declares nothing has what git says captured', async () => {
    const { exitCode, termination } = await running(aPod(), { act: capture });
    expect([exitCode, termination.results, termination.outputs.length]).toEqual([0, undefined, 2]);
  });
});
