import { expect, test } from 'vitest';
import { conversionsOf, ofReference } from './versions.ts';

const { up, down } = conversionsOf('AgentConfig');
const ENV = 'kelos.dev/v1alpha2-mcp-value-from-env';
const SKILLS = 'kelos.dev/v1alpha2-skills-secret-ref';
const token = { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'tools', key: 'token' } } };
const server = (fields: object, name = 'tools') => ({ name, type: 'stdio', command: 'npx', ...fields });
const servers = (...list: object[]) => ({ mcpServers: list });
const kept = (...entries: object[]) => ({ [ENV]: JSON.stringify(entries) });

test('up: an env map becomes a list sorted by name, and an empty one no list', () => {
  expect(up(servers(server({ env: { b: '2', a: '1' } }), server({ env: {} })), undefined).spec).toEqual(servers(server({ env: [{ name: 'a', value: '1' }, { name: 'b', value: '2' }] }), server({})));
});

test('down: literals become a map, and references an annotation', () => {
  const older = down(servers(server({ env: [{ name: 'MODE', value: 'fast' }, token] })));
  expect(older.spec).toEqual(servers(server({ env: { MODE: 'fast' } })));
  expect(ofReference(older)).toEqual({ [ENV]: JSON.stringify([{ index: 0, name: 'tools', env: [token] }]) });
});

test('down: references alone leave no map', () => {
  expect(down(servers(server({ env: [token] }))).spec).toEqual(servers(server({})));
});

test('up: a literal wins over a reference of its name', () => {
  expect(up(servers(server({ env: { TOKEN: 'x' } })), kept({ index: 0, name: 'tools', env: [token] })).spec).toEqual(servers(server({ env: [{ name: 'TOKEN', value: 'x' }] })));
});

test('up: a reference follows its server, and stays away where there are two of the name', () => {
  const annotations = kept({ index: 0, name: 'tools', env: [token] });
  expect(up(servers(server({}, 'other'), server({})), annotations).spec).toEqual(servers(server({}, 'other'), server({ env: [token] })));
  expect(up(servers(server({}, 'other'), server({}), server({})), annotations).spec).toEqual(servers(server({}, 'other'), server({}), server({})));
});

test('up: an annotation that cannot be read is removed, and the rest converts', () => {
  expect(up(servers(server({ env: { a: '1' } })), { [ENV]: '{', [SKILLS]: 'no', other: 'x' })).toEqual({
    apiVersion: 'kelos.dev/v1alpha2', kind: 'AgentConfig', metadata: { name: 'fixture', annotations: { other: 'x' } }, spec: servers(server({ env: [{ name: 'a', value: '1' }] })),
  });
});

test('the Secret of a skill goes to its annotation, and comes back to the one skill like it', () => {
  const secretRef = { name: 'bot' };
  const older = down({ skills: [{ source: 'acme/a' }, { source: 'acme/b', skill: 'x', secretRef }] });
  expect(older.spec).toEqual({ skills: [{ source: 'acme/a' }, { source: 'acme/b', skill: 'x' }] });
  expect(ofReference(older)).toEqual({ [SKILLS]: JSON.stringify([{ index: 1, source: 'acme/b', skill: 'x', secretRef }]) });
  expect(up({ skills: [{ source: 'acme/b', skill: 'x' }] }, ofReference(older)).spec).toEqual({ skills: [{ source: 'acme/b', skill: 'x', secretRef }] });
  expect(up({ skills: [{ source: 'acme/b', skill: 'x' }, { source: 'c' }, { source: 'acme/b', skill: 'x' }] }, ofReference(older)).spec).toEqual({ skills: [{ source: 'acme/b', skill: 'x' }, { source: 'c' }, { source: 'acme/b', skill: 'x' }] });
});

test('down: an annotation that a user wrote is removed when there is nothing to keep', () => {
  expect(ofReference(down({ agentsMD: 'x' }, { [ENV]: '[]', [SKILLS]: '[]' }))).toEqual({});
});

test('the order of variables comes back with them, unless somebody changed one', () => {
  const spec = servers(server({ env: [token, { name: 'B', value: '2' }, { name: 'A', value: '1' }] }));
  const { metadata, spec: older } = down(spec);
  expect(up(older!, metadata.annotations).spec).toEqual(spec);
  expect(up(servers(server({ env: { A: '1', B: '3' } })), metadata.annotations).spec).toEqual(servers(server({ env: [{ name: 'A', value: '1' }, { name: 'B', value: '3' }, token] })));
});
