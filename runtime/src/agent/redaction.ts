import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Env } from './layout.ts';

/** Removes what must not be read from a text. */
export type Redact = (text: string) => string;

/** The end of a name: `GITHUB_TOKEN` and `KELOS_SKILLS_GITHUB_TOKEN_0` hold a secret, `MAX_OUTPUT_TOKENS` and `GITHUB_TOKEN_FILE` do not. */
const SECRET_NAME = /(?:TOKEN|SECRET|PASSWORD|_KEY|AUTH_JSON|MCP_SERVERS)(?:_\d+)?$/;
/** Shorter values would blank out ordinary words. */
const SHORTEST_SECRET = 6;
/** Begins with a literal, so that a long line is searched once and not from each of its characters. */
const URL_CREDENTIALS = /:\/\/[^\s/@]+@/g;

/** A line or field of a longer secret: shorter ones are brackets and ordinary words. */
const SHORTEST_PIECE = 12;
/** Of files that a volume brings: those that are secrets are small and few. */
const LONGEST_SECRET_FILE_BYTES = 64 * 1024;
const MOST_SECRET_FILES = 100;
/** In a configuration these tell what is run and asked, and with what is not. */
const PUBLIC_FIELDS = ['type', 'command', 'args', 'url'];

/**
 * Knows the values of all variables that are named like secrets or in `TASKWRIGHT_SECRET_VARIABLES`, of the GitHub token file and the files in
 * `TASKWRIGHT_SECRET_PATHS`, and credentials inside URLs; of a value with lines or fields each of them; and of all these how a URL spells it, and
 * the base64, as it also stands in a header `Authorization: Basic`.
 *
 * It is for accidents. An agent that means to tell what it knows can spell it another way.
 */
export function redactionFor(env: Env): Redact {
  const values = new Set<string>();
  let secrets: readonly string[] = [];
  const remember = (value: string | undefined) => {
    const secret = value?.trim() ?? '';
    if (secret.length < SHORTEST_SECRET || values.has(secret)) return;
    values.add(secret);
    const forms = [...values].flatMap((known) => [known, ...piecesOf(known)]).flatMap((text) => [text, encodeURIComponent(text.toWellFormed()), ...base64Of(text)]);
    // The longest first: the rest of a secret that begins with another one would be left.
    secrets = [...new Set(forms)].sort((a, b) => b.length - a.length);
  };
  for (const [name, value] of Object.entries(env)) {
    if (SECRET_NAME.test(name)) remember(value);
  }
  for (const name of listIn(env.TASKWRIGHT_SECRET_VARIABLES, ',')) remember(env[name]);
  for (const file of listIn(env.TASKWRIGHT_SECRET_PATHS, ':').flatMap(filesAt).slice(0, MOST_SECRET_FILES)) remember(textOf(file));
  return (text) => {
    if (text.length < SHORTEST_SECRET) return text;
    // Read at each use: the operator renews the token while the Pod runs.
    remember(textOf(env.KELOS_GITHUB_TOKEN_FILE));
    let clean = text.replace(URL_CREDENTIALS, '://***@');
    for (const secret of secrets) clean = clean.replaceAll(secret, '***');
    return clean;
  };
}

/** Output comes line by line, and an agent that prints its configuration prints fields. */
function piecesOf(secret: string): string[] {
  return [...secret.split('\n'), ...textsIn(secret).flatMap((text) => [text, ...text.split(/\s/)])].map((piece) => piece.trim()).filter((piece) => piece.length >= SHORTEST_PIECE);
}

function textsIn(json: string): string[] {
  const texts: string[] = [];
  try {
    JSON.parse(json, function (this: unknown, field, value: unknown) {
      if (typeof value === 'string' && !Array.isArray(this)) texts.push(...(PUBLIC_FIELDS.includes(field) ? [] : [value]));
      return value;
    });
  } catch {
    return []; // most secrets are no JSON
  }
  return texts;
}

/** The base64 of whatever contains the text, by where it begins in a group of three bytes; without the ends, which depend on what is beside it. */
function base64Of(text: string): string[] {
  return [0, 1, 2].map((offset) => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]);
    return bytes.toString('base64').slice(offset === 0 ? 0 : 4, Math.floor(bytes.length / 3) * 4);
  }).filter((encoded) => encoded.length >= SHORTEST_PIECE);
}

function listIn(text: string | undefined, separator: string): string[] {
  return (text ?? '').split(separator).filter((part) => part !== '');
}

/** What a volume shows: its files are links, beside directories whose names begin with two dots. What may not be read here the agent cannot tell either. */
function filesAt(path: string): string[] {
  try {
    const stat = statSync(path);
    if (stat.isDirectory()) return readdirSync(path).filter((name) => !name.startsWith('..')).flatMap((name) => filesAt(join(path, name)));
    return stat.size <= LONGEST_SECRET_FILE_BYTES ? [path] : [];
  } catch {
    return [];
  }
}

function textOf(file: string | undefined): string | undefined {
  if (!file) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // optional by contract: the volume may be empty
  }
}
