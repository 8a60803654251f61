import { type Problem, quote } from './problem';

/** Longest name of an object from which a Pod or Job gets its name or a label its value. */
const LONGEST_LABEL = 63;

/** Longest name of any other object. */
const LONGEST_NAME = 253;

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Checks a `metadata.name`. `becomesLabel` says that children carry the name as theirs or in a label, which leaves it 63 characters. */
export function checkObjectName(name: string, { becomesLabel, path = 'metadata.name' }: { becomesLabel: boolean; path?: string }): Problem[] {
  const longest = becomesLabel ? LONGEST_LABEL : LONGEST_NAME;
  if (name.length > longest) return [{ code: 'too-long', path, got: `${name.length} characters`, allowed: `at most ${longest}`, fix: 'shorten the name' }];
  if (DNS_SUBDOMAIN.test(name)) return [];
  return [{ code: 'invalid-name', path, got: quote(name), allowed: 'it has to be of lower-case letters, digits, - and ., beginning and ending with a letter or digit' }];
}

/** Checks the `metadata.name` of an object after which a Service is named: no dots. */
export function checkServiceOwner(name: string, longest: number): Problem[] {
  if (name.length > longest) return [{ code: 'too-long', path: 'metadata.name', got: `${name.length} characters`, allowed: `at most ${longest}`, fix: 'shorten the name' }];
  if (DNS_LABEL.test(name)) return [];
  return [{ code: 'invalid-name', path: 'metadata.name', got: quote(name), allowed: 'it has to be of lower-case letters, digits and -, beginning and ending with a letter or digit' }];
}

/** Checks a `metadata.name` that children carry behind a prefix, among them a Service; without a prefix no Service is. */
export function checkServiceName(name: string, prefix: string | undefined): Problem[] {
  if (prefix === undefined) return checkObjectName(name, { becomesLabel: true });
  const longest = LONGEST_LABEL - prefix.length;
  if (name.length > longest) return [{ code: 'too-long', path: 'metadata.name', got: `${name.length} characters`, allowed: `at most ${longest}, since its Service is called ${prefix}…`, fix: 'shorten the name' }];
  if (DNS_LABEL.test(name)) return [];
  return [{ code: 'invalid-name', path: 'metadata.name', got: quote(name), allowed: 'it has to be of lower-case letters, digits and -, beginning and ending with a letter or digit' }];
}

/** Checks the name of what is called like a label in DNS: a namespace, a stage. */
export function checkLabelName(name: string, path: string): Problem[] {
  if (name.length <= LONGEST_LABEL && DNS_LABEL.test(name)) return [];
  return [{ code: 'invalid-name', path, got: quote(name), allowed: `it has to be at most ${LONGEST_LABEL} lower-case letters, digits and -, beginning and ending with a letter or digit` }];
}

/** Checks a name that becomes a directory or file: a plugin, a skill, an agent, the key of an MCP server. */
export function checkFileName(name: string, path: string): Problem[] {
  if (name !== '' && name.trim() === name && !/[/\\\p{Cc}]/u.test(name) && name !== '.' && name !== '..') return [];
  return [{ code: 'invalid-name', path, got: quote(name), allowed: 'it must not be empty, . or .. nor hold / or \\' }];
}

/** The values that occur more than once. */
export function duplicatesOf(names: Iterable<string>): string[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const name of names) (seen.has(name) ? twice : seen).add(name);
  return [...twice];
}
