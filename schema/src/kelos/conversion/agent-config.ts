import { type Preserved, keepAll, restoreAll } from './preserved.ts';
import { type Content, type Conversion, type Fields, having, isEmpty, isFields, isSame, listIn, textIn, without } from './record.ts';

/** The older version has the environment of an MCP server as a map of texts, and no Secrets of skills. */
export const agentConfigConversion: Conversion = {
  up: (older) => restoreAll(withItems(older, 'mcpServers', (server) => having(server, 'env', variables(server.env))), PRESERVED),
  down: (newer) => keepAll(newer, withItems(withItems(newer, 'mcpServers', (server) => having(server, 'env', literals(server.env))), 'skills', (skill) => without(skill, 'secretRef')), PRESERVED),
};

function variables(env: unknown): readonly Fields[] | undefined {
  const entries = Object.entries(isFields(env) ? env : {});
  if (entries.length === 0) return undefined;
  return entries.sort(([one], [other]) => (one < other ? -1 : 1)).map(([name, value]) => ({ name, value }));
}

function literals(env: unknown): Fields | undefined {
  const entries = itemsOf(env).filter((variable) => variable.valueFrom === undefined).map((variable) => [textIn(variable, 'name') ?? '', textIn(variable, 'value') ?? '']);
  return entries.length === 0 ? undefined : Object.fromEntries(entries) as Fields;
}

const SERVERS: Preserved = {
  annotation: 'kelos.dev/v1alpha2-mcp-value-from-env',
  keep: ({ spec }) => {
    const kept = itemsOf(spec?.mcpServers).map((server, index) => ({ index, name: textIn(server, 'name') ?? '', env: itemsOf(server.env).filter(({ valueFrom }) => valueFrom !== undefined) }));
    return textOf(kept.filter(({ env }) => env.length > 0));
  },
  restore: (newer, kept) => itemsOf(JSON.parse(kept)).reduce((content, { index, name, env }) => (
    withItem(content, 'mcpServers', index, (server) => textIn(server, 'name') === name, isEmpty(name), (server) => {
      const own = itemsOf(server.env);
      const missing = itemsOf(env).filter((variable) => !own.some((known) => known.name === variable.name));
      return missing.length === 0 ? server : { ...server, env: [...own, ...missing] };
    })
  ), newer),
};

const SKILLS: Preserved = {
  annotation: 'kelos.dev/v1alpha2-skills-secret-ref',
  keep: ({ spec }) => textOf(itemsOf(spec?.skills).flatMap(({ source, skill, secretRef }, index) => (
    secretRef === undefined ? [] : [{ index, source, ...!isEmpty(skill) && { skill }, secretRef }]
  ))),
  restore: (newer, kept) => itemsOf(JSON.parse(kept)).reduce((content, { index, source, skill, secretRef }) => (
    withItem(content, 'skills', index, (one) => one.source === source && isSame(one.skill ?? '', skill ?? ''), isEmpty(source), (one) => (one.secretRef === undefined ? { ...one, secretRef } : one))
  ), newer),
};

const PRESERVED = [SERVERS, SKILLS];

function textOf(kept: readonly object[]): string | undefined {
  return kept.length === 0 ? undefined : JSON.stringify(kept);
}

function itemsOf(list: unknown): readonly Fields[] {
  return Array.isArray(list) ? (list as unknown[]).filter(isFields) : [];
}

function withItems({ spec, ...rest }: Content, field: string, change: (item: Fields) => Fields): Content {
  const items = listIn(spec, field);
  if (!spec || !items) return { ...rest, ...spec && { spec } };
  return { ...rest, spec: { ...spec, [field]: items.map((item) => (isFields(item) ? change(item) : item)) } };
}

/** The item that was at the index, if it still is; else the only one like it. One without a name is known by its index alone. */
function withItem(content: Content, field: string, index: unknown, isLike: (item: Fields) => boolean, isNameless: boolean, change: (item: Fields) => Fields): Content {
  const items = itemsOf(content.spec?.[field]);
  const atIndex = items[index as number];
  const alike = isNameless ? [] : items.filter(isLike);
  const found = atIndex && isLike(atIndex) ? atIndex : alike.length === 1 ? alike[0] : undefined;
  return found ? withItems(content, field, (item) => (item === found ? change(item) : item)) : content;
}
