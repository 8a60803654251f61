import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { redactionFor } from '../../src/agent/redaction.ts';
import { temporaryDirectory } from './git-fixture.ts';

test.each([
  'GITHUB_TOKEN', 'GH_ENTERPRISE_TOKEN', 'KELOS_SKILLS_GITHUB_TOKEN_12', 'ANTHROPIC_API_KEY', 'CLAUDE_CODE_OAUTH_TOKEN', 'CODEX_AUTH_JSON', 'AWS_SECRET_ACCESS_KEY', 'DB_PASSWORD',
])('the value of %s is blanked out', (name) => {
  expect(redactionFor({ [name]: 's3cret-value' })('a s3cret-value, and s3cret-value')).toBe('a ***, and ***');
});

test.each(['MAX_OUTPUT_TOKENS', 'KELOS_GITHUB_TOKEN_FILE', 'PATH'])('the value of %s is not', (name) => {
  expect(redactionFor({ [name]: '100000' })('100000')).toBe('100000');
});

test('a short value is an ordinary word', () => {
  expect(redactionFor({ GITHUB_TOKEN: 'main' })('the main branch')).toBe('the main branch');
});

test('a token that was renewed is known from then on, and the one before it, too', () => {
  const file = join(temporaryDirectory(), 'GITHUB_TOKEN');
  const redact = redactionFor({ KELOS_GITHUB_TOKEN_FILE: file });
  expect(redact('ghs_first')).toBe('ghs_first');
  writeFileSync(file, 'ghs_first\n');
  expect(redact('ghs_first')).toBe('***');
  writeFileSync(file, 'ghs_second\n');
  expect(redact('ghs_first ghs_second')).toBe('*** ***');
});

test('credentials in URLs are blanked out, and other text with @ is not', () => {
  expect(redactionFor({})('https://bot:pw@host/x ssh://git@host mail a@b https://host/a@b')).toBe('https://***@host/x ssh://***@host mail a@b https://host/a@b');
});

test('of a secret with lines or fields, each of them is blanked out', () => {
  const key = '-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0\nAQEFAASCBKcwggSjAgEAAo\n-----END KEY-----';
  expect(redactionFor({ DEPLOY_KEY: key })('> MIIEvQIBADANBgkqhkiG9w0\n> AQEFAASCBKcwggSjAgEAAo')).toBe('> ***\n> ***');
  const servers = JSON.stringify({ mcpServers: { crm: { type: 'http', url: 'https://crm.example.com/mcp', headers: { Authorization: 'Bearer mcp-secret-value' } } } });
  expect(redactionFor({ KELOS_MCP_SERVERS: servers })('POST https://crm.example.com/mcp with mcp-secret-value')).toBe('POST https://crm.example.com/mcp with ***');
});

test.each(['', 'x', 'x-access-token:'])('the base64 of a secret after %j is blanked out', (before) => {
  const clean = redactionFor({ GITHUB_TOKEN: 'ghs_abcdefghijklmnop' })(`Authorization: Basic ${Buffer.from(`${before}ghs_abcdefghijklmnop`).toString('base64')}`);
  expect(clean).toContain('***');
  expect(Buffer.from(clean.split('***')[1]!, 'base64').length).toBeLessThan(3);
});

test('nothing is left of a secret that begins with another one', () => {
  expect(redactionFor({ A_TOKEN: 'shared-prefix', B_TOKEN: 'shared-prefix-and-more' })('shared-prefix-and-more')).toBe('***');
});

test('a variable that its author said is a secret is blanked out, whatever its name', () => {
  const redact = redactionFor({ DATABASE_URL: 'postgres.example.com?pass=hunter22', MODE: 'production', TASKWRIGHT_SECRET_VARIABLES: 'DATABASE_URL,MISSING' });
  expect(redact('production: postgres.example.com?pass=hunter22')).toBe('production: ***');
});

test('the files of a Secret are blanked out, as a volume shows them, and what cannot be read is passed over', () => {
  const volume = temporaryDirectory();
  mkdirSync(join(volume, '..data'));
  for (const [name, content] of [['tls.key', '-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0\n-----END KEY-----\n'], ['password', 'hunter22']] as const) {
    writeFileSync(join(volume, '..data', name), content);
    symlinkSync(join('..data', name), join(volume, name));
  }
  const redact = redactionFor({ TASKWRIGHT_SECRET_PATHS: `${volume}:${join(volume, 'missing')}` });
  expect(redact('hunter22 is not\nMIIEvQIBADANBgkqhkiG9w0')).toBe('*** is not\n***');
  expect(redactionFor({ TASKWRIGHT_SECRET_PATHS: join(volume, 'password') })('hunter22')).toBe('***');
});

test('a secret as a URL spells it is blanked out', () => {
  expect(redactionFor({ DB_PASSWORD: 'p@ss/word+1' })(`postgres://db?password=${encodeURIComponent('p@ss/word+1')}&ssl=1`)).toBe('postgres://db?password=***&ssl=1');
});

test('of a secret with spaces in a configuration nothing is left', () => {
  const servers = JSON.stringify({ mcpServers: { crm: { command: 'crm', env: { PHRASE: 'correct horse battery staple' } } } });
  expect(redactionFor({ KELOS_MCP_SERVERS: servers })('it is correct horse battery staple')).toBe('it is ***');
});
