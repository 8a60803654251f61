import { readFileSync } from 'node:fs';
import type { Env } from './layout.ts';

/** Removes what must not be read from a text. */
export type Redact = (text: string) => string;

/** The end of a name: `GITHUB_TOKEN` and `KELOS_SKILLS_GITHUB_TOKEN_0` hold a secret, `MAX_OUTPUT_TOKENS` and `GITHUB_TOKEN_FILE` do not. */
const SECRET_NAME = /(?:TOKEN|SECRET|PASSWORD|_KEY|AUTH_JSON|MCP_SERVERS)(?:_\d+)?$/;
/** Shorter values would blank out ordinary words. */
const SHORTEST_SECRET = 6;
/** Begins with a literal, so that a long line is searched once and not from each of its characters. */
const URL_CREDENTIALS = /:\/\/[^\s/@]+@/g;

/** Knows the values of all variables that are named like secrets, of the GitHub token file, and credentials inside URLs. */
export function redactionFor(env: Env): Redact {
  const secrets = new Set<string>();
  const remember = (value: string | undefined) => {
    if (value !== undefined && value.trim().length >= SHORTEST_SECRET) secrets.add(value.trim());
  };
  for (const [name, value] of Object.entries(env)) {
    if (SECRET_NAME.test(name)) remember(value);
  }
  return (text) => {
    if (text.length < SHORTEST_SECRET) return text;
    // Read at each use: the operator renews the token while the Pod runs.
    remember(tokenIn(env.KELOS_GITHUB_TOKEN_FILE));
    let clean = text.replace(URL_CREDENTIALS, '://***@');
    for (const secret of secrets) clean = clean.replaceAll(secret, '***');
    return clean;
  };
}

function tokenIn(file: string | undefined): string | undefined {
  if (!file) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // optional by contract: the volume may be empty
  }
}
