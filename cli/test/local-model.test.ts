import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chooseModel } from '../src/local-model.ts';
import { folderWith } from './a-terminal.ts';

const KEYS = ['ANTHROPIC_API_KEY'];
const script = () => join(folderWith({ 'model.mjs': "export const script = [{ text: 'hello' }];", 'package.json': '{"type":"module"}' }), 'model.mjs');

test('with a key, the real endpoint is asked, through the proxy of the user if there is one', async () => {
  const env = { ANTHROPIC_API_KEY: 'sk-real', ANTHROPIC_BASE_URL: 'https://proxy.example.com' };
  const model = await chooseModel(script(), KEYS, env);
  expect({ scripted: model.scripted, env: model.env, key: model.keyFor('ANTHROPIC_API_KEY') }).toEqual({ scripted: false, env: { ANTHROPIC_BASE_URL: 'https://proxy.example.com' }, key: 'sk-real' });
  expect(model.says).not.toContain('sk-real');
});

test('without a key, the script answers on loopback, and no other key of the user goes to it', async () => {
  const model = await chooseModel(script(), KEYS, { CLAUDE_CODE_OAUTH_TOKEN: 'token' });
  try {
    expect(model).toMatchObject({ scripted: true, says: 'a script, because ANTHROPIC_API_KEY is not set' });
    const url = model.env['ANTHROPIC_BASE_URL'];
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(model.env).toEqual({ ANTHROPIC_BASE_URL: url, GOOGLE_GEMINI_BASE_URL: url, OPENAI_BASE_URL: `${url}/v1`, TASKWRIGHT_ISOLATED: '1' });
    expect(model.keyFor('CLAUDE_CODE_OAUTH_TOKEN')).toBe('scripted-model');
  } finally {
    await model.close();
  }
});

test('with neither, it says what to do', async () => {
  const { says, scripted } = await chooseModel(undefined, KEYS, {});
  expect({ says, scripted }).toEqual({ scripted: false, says: 'none: set ANTHROPIC_API_KEY, or name a script in taskwright.dev.yaml' });
});

test('agents without a model need none', async () => {
  expect((await chooseModel(undefined, [], {})).says).toBe('no agent asks for one');
});

test('a module without a script is refused with what it should have', async () => {
  const file = join(folderWith({ 'model.mjs': 'export const turns = [];' }), 'model.mjs');
  await expect(chooseModel(file, KEYS, {})).rejects.toThrow(/model: .*model\.mjs exports no "script"; export const script: Script = /);
});
